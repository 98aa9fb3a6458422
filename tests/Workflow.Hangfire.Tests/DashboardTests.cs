using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Workflow.Dashboard;
using Workflow.Postgres;
using Workflow.Testing;

namespace Workflow.Hangfire.Tests;

/// <summary>Hangfire's own pages, within the engine's dashboard.</summary>
public sealed class DashboardTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private const string Token = "a token of the tests";

    private WebApplication app = null!;
    private HttpClient http = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore();
        builder.Services.AddSingleton(_ => Database.Open(database.ConnectionString, "test"));
        builder.Services.AddDashboard(new DashboardOptions { Token = Token, Port = 0 });
        var transport = new HangfireTransport();
        transport.AddServer(builder.Services, database.ConnectionString);
        app = builder.Build();
        app.MapDashboard();
        transport.MapServer(app);
        await app.StartAsync();
        http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
    }

    [Theory]
    [InlineData("/hangfire")]
    [InlineData("/hangfire/jobs/enqueued")]
    [InlineData("/HANGFIRE/servers")]
    public async Task Get_WithoutACredential_IsRefused(string path) =>
        (await http.GetAsync(path, TestContext.Current.CancellationToken)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);

    [Theory]
    [InlineData("/hangfire")]
    [InlineData("/hangfire/jobs/enqueued")]
    public async Task Get_SignedIn_ShowsHangfiresPages(string path)
    {
        SignIn();

        var page = await http.GetAsync(path, TestContext.Current.CancellationToken);

        page.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain("Hangfire of Workflow");
        page.Headers.GetValues("Content-Security-Policy").ShouldHaveSingleItem().ShouldContain("style-src 'self' 'unsafe-inline'");
    }

    [Fact]
    public async Task Post_SignedIn_MayNotTouchJobs()
    {
        SignIn();
        using var jobs = new FormUrlEncodedContent([new("jobs[]", "1")]);

        (await http.PostAsync("/hangfire/jobs/enqueued/delete", jobs, TestContext.Current.CancellationToken))
            .IsSuccessStatusCode.ShouldBeFalse();
    }

    private void SignIn() => http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
}
