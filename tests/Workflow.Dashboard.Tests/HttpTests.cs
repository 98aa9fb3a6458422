using System.Net;
using System.Text;
using Npgsql;

namespace Workflow.Dashboard.Tests;

public sealed class HttpTests(DashboardServer server) : IClassFixture<DashboardServer>
{
    [Theory]
    [InlineData("GET", "/unknown", 404)]
    [InlineData("POST", "/unknown/deeper", 404)]
    [InlineData("GET", "/dags/none", 404)]
    [InlineData("GET", "/dags/none/dagRuns", 404)]
    [InlineData("GET", "/dags/none/dagRuns/none", 404)]
    [InlineData("GET", "/dagSources/none", 404)]
    [InlineData("GET", "/datasets/none", 404)]
    [InlineData("GET", "/models/none", 404)]
    [InlineData("DELETE", "/dags", 405)]
    [InlineData("GET", "/auth/login", 405)]
    [InlineData("GET", "/dags?limit=abc", 422)]
    [InlineData("GET", "/dags?limit=-1", 422)]
    [InlineData("GET", "/dags?offset=-1", 422)]
    [InlineData("GET", "/dags?limit=99999999999999999999", 422)]
    [InlineData("GET", "/dags/~/dagRuns?state=nonsense", 422)]
    [InlineData("GET", "/dags/~/dagRuns?state=77", 422)]
    [InlineData("GET", "/dags/~/dagRuns?order_by=run_after;DROP TABLE dag", 422)]
    public async Task Call_ThatCannotBeAnswered_SaysWhyAsJson(string method, string path, int expected)
    {
        var (status, body) = await server.SendAsync(new HttpMethod(method), path);

        status.ShouldBe(expected);
        body.Text("detail").ShouldNotBeNullOrWhiteSpace();
        if (expected == 422)
            body.Text("errors/0/name").ShouldNotBeNullOrWhiteSpace();
    }

    [Theory]
    [InlineData("/datasets/any/diff?from=1", "to must be given.")]
    [InlineData("/datasets/any/whole?as_of=yesterday", "as_of must be a time such as 2026-01-31T02:00:00Z, got 'yesterday'.")]
    [InlineData("/dags?limit=abc", "limit must be a whole number, got 'abc'.")]
    [InlineData("/gates/a/r/t/drift?map_index=x", "map_index must be a whole number, got 'x'.")]
    [InlineData("/datasets/any/profile?whole=x", "whole must be true or false, got 'x'.")]
    [InlineData("/datasets/any/drift?reference=1&current=2&threshold=x", "threshold must be a number, got 'x'.")]
    public async Task Call_WithAWrongParameter_NamesItAsTheRequestDoes(string path, string detail)
    {
        var (status, body) = await server.SendAsync(HttpMethod.Get, path);

        status.ShouldBe(422);
        body.Text("detail").ShouldBe(detail);
        body.Text("errors/0/name").ShouldBe(detail.Split(' ')[0]);
    }

    [Fact]
    public async Task Call_OfAnUnknownPathUnderApi_IsNotThePages()
    {
        using var response = await server.Client.GetAsync("/api");

        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
    }

    [Fact]
    public async Task Post_OfAnotherMediaType_Is415()
    {
        using var content = new StringContent("conf=1", Encoding.UTF8, "application/x-www-form-urlencoded");

        using var response = await server.Client.PostAsync("/api/v2/dags/any/dagRuns", content);

        response.StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        (await DashboardServer.BodyOf(response)).Text("detail").ShouldContain("application/json");
    }

    [Fact]
    public async Task Post_OfMoreThanAMegabyte_Is413()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v2/dags/any/dagRuns");
        request.Content = new StringContent(
            $$"""{"logical_date":null,"note":"{{new string('x', 1 << 20)}}"}""", Encoding.UTF8, "application/json");
        // Without it the client may still be sending when the server has answered and closed, and then reports the broken pipe.
        request.Headers.ExpectContinue = true;
        using var response = await server.Client.SendAsync(request);

        ((int)response.StatusCode).ShouldBe(413);
        (await DashboardServer.BodyOf(response)).Text("detail").ShouldContain("1 MB");
    }

    [Theory]
    [InlineData("", "body")]
    [InlineData("{", "body")]
    [InlineData("null", "body")]
    [InlineData("[]", "body")]
    [InlineData("""{"conf":{}}""", "body")]
    [InlineData("""{"logical_date":null,"conf":[1]}""", "conf")]
    [InlineData("""{"logical_date":null,"conf":"x"}""", "conf")]
    [InlineData("""{"logical_date":"yesterday"}""", "logical_date")]
    [InlineData("""{"logical_date":null,"dag_run_id":7}""", "dag_run_id")]
    [InlineData("""{"logical_date":null,"conf":{"a":1,"a":2}}""", "conf.a")]
    [InlineData("""{"logical_date":null,"conf":{"a":{"b":1,"b":2}}}""", "conf.a")]
    [InlineData("""{"logical_date":null,"conf":{"\ud800":1}}""", "conf")]
    public async Task Trigger_WithABodyThatIsNotWhatItShouldBe_Is422(string json, string field)
    {
        var (status, body) = await server.PostAsync("/dags/any/dagRuns", json);

        status.ShouldBe(422);
        body.Text("errors/0/name").ShouldBe(field);
    }

    [Fact]
    public async Task Answer_OfTheApi_IsNotStoredAndNotFramed()
    {
        using var response = await server.Client.GetAsync("/api/v2/dags");

        response.Headers.CacheControl!.NoStore.ShouldBeTrue();
        response.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        response.Headers.GetValues("Referrer-Policy").ShouldBe(["no-referrer"]);
        var policy = response.Headers.GetValues("Content-Security-Policy").Single();
        policy.ShouldContain("default-src 'self'");
        policy.ShouldContain("frame-ancestors 'none'");
        policy.ShouldNotContain("unsafe");
        response.Headers.Contains("Server").ShouldBeFalse();
    }

    [Theory]
    [InlineData("/", "no-cache", "<title>pages</title>")]
    [InlineData("/dags/my.dag/runs/manual__1", "no-cache", "<title>pages</title>")]
    [InlineData("/assets/index-abc.js", "public, max-age=31536000, immutable", "'script'")]
    public async Task Get_OfAPage_ComesFromTheBuiltFiles(string path, string caching, string text)
    {
        using var response = await server.NewClient().GetAsync(path);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Headers.CacheControl!.ToString().ShouldBe(caching);
        (await response.Content.ReadAsStringAsync()).ShouldBe(text);
    }

    [Theory]
    [InlineData("/assets/index-old.js")]
    [InlineData("/assets/..%2f..%2f..%2f..%2fetc%2fpasswd")]
    public async Task Get_OfAnAssetThatIsNot_Is404AndNotThePage(string path)
    {
        using var response = await server.NewClient().GetAsync(path);

        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Call_WhileTheDatabaseIsAway_Is503AndHealthSaysSo()
    {
        await using var away = await DashboardServer.StartAsync(
            database => new NpgsqlConnectionStringBuilder(database.ConnectionString) { Host = "127.0.0.1", Port = 1 }.ConnectionString);

        var (status, body) = await away.SendAsync(HttpMethod.Get, "/dags");

        status.ShouldBe(503);
        body.Text("detail").ShouldContain("database does not answer");
        (await away.GetAsync("/monitor/health")).Text("metadatabase/status").ShouldBe("unhealthy");
    }

    [Fact]
    public async Task Call_ThatFailsInside_Is500WithAReferenceAndNoSecrets()
    {
        await using var broken = await DashboardServer.StartAsync();
        await broken.Given.ExecuteAsync("DROP TABLE import_error");

        var (status, body) = await broken.SendAsync(HttpMethod.Get, "/importErrors");

        status.ShouldBe(500);
        body.Text("detail").ShouldContain("reference");
        body.Text("detail").ShouldNotContain("import_error");
    }

    [Fact]
    public async Task Health_WithoutSchedulerAndWorkers_IsUnhealthyUntilTheyAreThere()
    {
        await using var own = await DashboardServer.StartAsync();
        var before = await own.GetAsync("/monitor/health");
        await own.Given.WorkerAsync("w1");
        await own.Given.ExecuteAsync("INSERT INTO scheduler (name, dags_folder) VALUES ('s', 'dags')");
        await own.Given.ExecuteAsync(
            """
            INSERT INTO worker (name, queues, slots, engine_version, heartbeat_at) VALUES ('old', '{}', 8, '1', now() - interval '1 hour')
            """);

        var after = await own.GetAsync("/monitor/health");

        before.Text("metadatabase/status").ShouldBe("healthy");
        before.Text("scheduler/status").ShouldBe("unhealthy");
        before.Text("workers/status").ShouldBe("unhealthy");
        after.Text("scheduler/status").ShouldBe("healthy");
        after.IsNull("scheduler/latest_scheduler_heartbeat").ShouldBeFalse();
        after.Int("workers/alive").ShouldBe(1);
        after.Int("workers/slots").ShouldBe(4);
    }
}
