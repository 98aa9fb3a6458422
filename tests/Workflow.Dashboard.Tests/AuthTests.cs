using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;

namespace Workflow.Dashboard.Tests;

public sealed class AuthTests(DashboardServer server) : IClassFixture<DashboardServer>
{
    private const string Me = "/api/v2/me";

    [Theory]
    [InlineData("GET", "/api/v2/me")]
    [InlineData("GET", "/API/V2/ME")]
    [InlineData("GET", "/api/v2/version")]
    [InlineData("GET", "/api/v2/dags")]
    [InlineData("GET", "/api/v2/events")]
    [InlineData("GET", "/api/v2/openapi.json")]
    [InlineData("GET", "/api/v2/unknown")]
    [InlineData("POST", "/api/v2/dags/any/dagRuns")]
    [InlineData("POST", "/api/v2/auth/logout")]
    public async Task Call_WithoutCredential_Is401WithADetail(string method, string path)
    {
        using var response = await SendAsync(new HttpMethod(method), path);

        response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await DashboardServer.BodyOf(response)).Text("detail").ShouldContain("Sign in");
    }

    [Theory]
    [InlineData("/api/v2/monitor/health")]
    [InlineData("/")]
    [InlineData("/login?code=abc")]
    public async Task Call_OfWhatIsOpen_NeedsNoCredential(string path)
    {
        using var response = await SendAsync(HttpMethod.Get, path);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("Bearer " + DashboardServer.Token, HttpStatusCode.OK)]
    [InlineData("bearer " + DashboardServer.Token, HttpStatusCode.OK)]
    [InlineData("Bearer " + DashboardServer.Token + "x", HttpStatusCode.Unauthorized)]
    [InlineData("Bearer", HttpStatusCode.Unauthorized)]
    [InlineData("Bearer c.99999999999.AAAA.AAAA", HttpStatusCode.Unauthorized)]
    [InlineData("Basic " + DashboardServer.Token, HttpStatusCode.Unauthorized)]
    [InlineData(DashboardServer.Token, HttpStatusCode.Unauthorized)]
    public async Task Call_WithAuthorizationHeader_IsJudgedByIt(string header, HttpStatusCode expected)
    {
        using var response = await SendAsync(HttpMethod.Get, Me, request => request.Headers.TryAddWithoutValidation("Authorization", header));

        response.StatusCode.ShouldBe(expected);
    }

    [Theory]
    [InlineData("token")]
    [InlineData("access_token")]
    [InlineData("password")]
    public async Task Call_WithTheTokenInTheQuery_IsRefused(string name)
    {
        using var response = await SendAsync(HttpMethod.Get, $"{Me}?{name}={DashboardServer.Token}");

        response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Login_WithThePassword_SetsACookieThatScriptsAndOtherSitesCannotUse()
    {
        using var response = await LoginAsync(new { password = DashboardServer.Token });

        response.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        var cookie = response.Headers.GetValues("Set-Cookie").Single();
        cookie.ShouldStartWith("workflow_session=");
        cookie.ShouldContain("httponly", Case.Insensitive);
        cookie.ShouldContain("samesite=strict", Case.Insensitive);
        cookie.ShouldContain("path=/", Case.Insensitive);
        (await CallWithCookieAsync(CookieOf(response))).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Login_WithACode_WorksOnce()
    {
        var code = server.Codes.Mint();

        using var first = await LoginAsync(new { code });
        using var second = await LoginAsync(new { code });

        first.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await CallWithCookieAsync(CookieOf(first))).ShouldBe(HttpStatusCode.OK);
        second.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        second.Headers.Contains("Set-Cookie").ShouldBeFalse();
    }

    [Fact]
    public async Task Login_WithACodeOfTenMinutesAgo_IsRefused()
    {
        var (inTime, late) = (server.Codes.Mint(), server.Codes.Mint());
        server.Clock.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromSeconds(1));
        using var accepted = await LoginAsync(new { code = inTime });
        server.Clock.Advance(TimeSpan.FromSeconds(1));
        using var refused = await LoginAsync(new { code = late });

        accepted.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Call_WithAForgedOrOldCookie_IsRefused()
    {
        using var login = await LoginAsync(new { password = DashboardServer.Token });
        var cookie = CookieOf(login);
        var parts = cookie.Split('.');
        var prolonged = string.Join('.', parts[0], "99999999999", parts[2], parts[3]);

        (await CallWithCookieAsync(prolonged)).ShouldBe(HttpStatusCode.Unauthorized);
        (await CallWithCookieAsync("nonsense")).ShouldBe(HttpStatusCode.Unauthorized);
        (await CallWithCookieAsync(cookie)).ShouldBe(HttpStatusCode.OK);
        server.Clock.Advance(TimeSpan.FromDays(7));
        (await CallWithCookieAsync(cookie)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Call_WithACookieOfAnEarlierStart_IsAccepted()
    {
        await using var earlier = await DashboardServer.StartAsync();
        earlier.Clock.SetUtcNow(server.Clock.GetUtcNow());
        using var login = await earlier.NewClient().PostAsJsonAsync("/api/v2/auth/login", new { password = DashboardServer.Token });

        (await CallWithCookieAsync(CookieOf(login))).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Logout_WithACookie_EndsTheSessionAlsoForACopyOfIt()
    {
        using var login = await LoginAsync(new { password = DashboardServer.Token });
        var cookie = CookieOf(login);

        using var logout = await SendAsync(HttpMethod.Post, "/api/v2/auth/logout", request => request.Headers.Add("Cookie", $"workflow_session={cookie}"));

        logout.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await CallWithCookieAsync(cookie)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Token_ForThePassword_IsABearerTokenForADayAndNoCookie()
    {
        using var response = await server.NewClient().PostAsJsonAsync("/api/v2/auth/token", new { password = DashboardServer.Token });
        var token = (await DashboardServer.BodyOf(response)).Text("access_token");

        token.ShouldNotBe(DashboardServer.Token);
        (await CallWithBearerAsync(token)).ShouldBe(HttpStatusCode.OK);
        (await CallWithCookieAsync(token)).ShouldBe(HttpStatusCode.Unauthorized);
        server.Clock.Advance(TimeSpan.FromDays(1));
        (await CallWithBearerAsync(token)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Login_AfterTenWrongPasswordsInAMinute_RefusesTheRightOneToo()
    {
        await using var own = await DashboardServer.StartAsync();
        using var client = own.NewClient();
        for (var attempt = 0; attempt < 10; attempt++)
        {
            using var wrong = await client.PostAsJsonAsync("/api/v2/auth/login", new { password = $"wrong {attempt}" });
            wrong.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        }

        using var limited = await client.PostAsJsonAsync("/api/v2/auth/token", new { password = DashboardServer.Token });
        using var code = await client.PostAsJsonAsync("/api/v2/auth/login", new { code = own.Codes.Mint() });
        own.Clock.Advance(TimeSpan.FromMinutes(1));
        using var later = await client.PostAsJsonAsync("/api/v2/auth/login", new { password = DashboardServer.Token });

        limited.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        limited.Headers.RetryAfter.ShouldNotBeNull().Delta.ShouldBe(TimeSpan.FromMinutes(1));
        code.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        later.StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }

    [Theory]
    [InlineData("localhost", true)]
    [InlineData("LOCALHOST:1", true)]
    [InlineData("127.0.0.1:8080", true)]
    [InlineData("[::1]:8080", true)]
    [InlineData(DashboardServer.AllowedHost, true)]
    [InlineData("evil.example", false)]
    [InlineData("localhost.evil.example", false)]
    [InlineData("127.0.0.1.evil.example", false)]
    [InlineData("10.0.0.1", false)]
    public async Task Call_UnderAHostName_IsAnsweredOnlyUnderItsOwn(string host, bool isOwn)
    {
        using var api = await SendAsync(HttpMethod.Get, "/api/v2/monitor/health", request => request.Headers.Host = host);
        using var page = await SendAsync(HttpMethod.Get, "/", request => request.Headers.Host = host);

        api.StatusCode.ShouldBe(isOwn ? HttpStatusCode.OK : HttpStatusCode.MisdirectedRequest);
        page.StatusCode.ShouldBe(isOwn ? HttpStatusCode.OK : HttpStatusCode.MisdirectedRequest);
    }

    [Theory]
    [InlineData("http://localhost:8080", HttpStatusCode.NoContent)]
    [InlineData("https://localhost:8080", HttpStatusCode.NoContent)]
    [InlineData("http://localhost:8081", HttpStatusCode.Forbidden)]
    [InlineData("http://evil.example", HttpStatusCode.Forbidden)]
    [InlineData("null", HttpStatusCode.Forbidden)]
    public async Task Post_WithACookieFromAPage_MustComeFromItsOwnOrigin(string origin, HttpStatusCode expected)
    {
        using var login = await LoginAsync(new { password = DashboardServer.Token });

        using var response = await SendAsync(HttpMethod.Post, "/api/v2/auth/logout", request =>
        {
            request.Headers.Host = "localhost:8080";
            request.Headers.Add("Cookie", $"workflow_session={CookieOf(login)}");
            request.Headers.Add("Origin", origin);
        });

        response.StatusCode.ShouldBe(expected);
    }

    [Fact]
    public async Task Login_FromAPageOfAnotherOrigin_IsForbidden()
    {
        using var response = await SendAsync(HttpMethod.Post, "/api/v2/auth/login", request =>
        {
            request.Headers.Add("Origin", "http://evil.example");
            request.Content = JsonContent.Create(new { password = DashboardServer.Token });
        });

        response.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public void Options_WithAShortToken_AreRefusedWithoutShowingIt()
    {
        var options = new DashboardOptions { Token = "short" };

        var refused = Should.Throw<WorkflowException>(
            () => DashboardHost.AddDashboard(new Microsoft.Extensions.DependencyInjection.ServiceCollection(), options));

        refused.Message.ShouldNotContain("short");
        options.ToString().ShouldNotContain("short");
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, Action<HttpRequestMessage>? with = null)
    {
        using var request = new HttpRequestMessage(method, path);
        with?.Invoke(request);
        using var client = server.NewClient();
        return await client.SendAsync(request);
    }

    private Task<HttpResponseMessage> LoginAsync(object body) =>
        SendAsync(HttpMethod.Post, "/api/v2/auth/login", request => request.Content = JsonContent.Create(body));

    private async Task<HttpStatusCode> CallWithCookieAsync(string cookie)
    {
        using var response = await SendAsync(HttpMethod.Get, Me, request => request.Headers.Add("Cookie", $"workflow_session={cookie}"));
        return response.StatusCode;
    }

    private async Task<HttpStatusCode> CallWithBearerAsync(string token)
    {
        using var response = await SendAsync(HttpMethod.Get, Me, request => request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token));
        return response.StatusCode;
    }

    private static string CookieOf(HttpResponseMessage response) =>
        response.Headers.GetValues("Set-Cookie").Single().Split(';')[0].Split('=', 2)[1];
}
