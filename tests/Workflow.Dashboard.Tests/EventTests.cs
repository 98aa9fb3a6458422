using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Workflow.Dashboard.Events;
using Workflow.Postgres.Reads;

namespace Workflow.Dashboard.Tests;

public sealed class EventTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private DashboardServer server = null!;

    public async ValueTask InitializeAsync() => server = await DashboardServer.StartAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task Follow_WhileARunIsTriggeredAndCancelled_HearsOfBoth()
    {
        await server.Given.DagAsync("followed");
        using var stream = await OpenAsync();
        await NextAsync(stream, "anything");

        await server.PostAsync("/dags/followed/dagRuns", """{"logical_date":null,"dag_run_id":"r"}""");
        var created = await NextAsync(stream, "run");
        await server.PostAsync("/dags/followed/dagRuns/r/cancel", "");
        var ended = await NextAsync(stream, "run");

        created.Text("dag_id").ShouldBe("followed");
        created.Text("dag_run_id").ShouldBe("r");
        ended.Text("dag_run_id").ShouldBe("r");
    }

    [Fact]
    public async Task Follow_ARunThatWasRunningBefore_HearsOfItsEnd()
    {
        await server.Given.DagAsync("under_way");
        await server.PostAsync("/dags/under_way/dagRuns", """{"logical_date":null,"dag_run_id":"r"}""");
        using var stream = await OpenAsync();
        await NextAsync(stream, "anything");

        await server.PostAsync("/dags/under_way/dagRuns/r/cancel", "");

        (await NextAsync(stream, "run")).Text("dag_run_id").ShouldBe("r");
    }

    [Fact]
    public async Task Follow_WhileADagIsPaused_HearsOfTheDags()
    {
        await server.Given.DagAsync("paused");
        using var stream = await OpenAsync();
        await NextAsync(stream, "anything");

        await server.SendAsync(HttpMethod.Patch, "/dags/paused", """{"is_paused":true}""");

        (await NextAsync(stream, "dags")).ToString().ShouldBe("{}");
    }

    [Fact]
    public async Task Follow_ByMoreThanAllowed_IsRefusedUntilOneLeaves()
    {
        var streams = new List<StreamReader>();
        for (var count = 0; count < 3; count++)
            streams.Add(await OpenAsync());

        var refused = await server.SendAsync(HttpMethod.Get, "/events");
        streams.ForEach(stream => stream.Dispose());

        refused.Status.ShouldBe(503);
        refused.Body.Text("detail").ShouldContain("Too many");
        // The server notices the end of a connection in its own time.
        await Testing.Eventually.TrueAsync(
            async () =>
            {
                using var again = await SendAsync();
                return again.StatusCode == HttpStatusCode.OK;
            },
            Patience);
    }

    [Fact]
    public void Next_OfRunsSeenAgain_SpeaksOfNewEndedAndOnceASecondOfRunningOnes()
    {
        var changes = new RunChanges(newest: 10);
        var start = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        Keys(changes.Next([Run(9), Run(11)], start)).ShouldBe(["9", "11"]);
        Keys(changes.Next([Run(9), Run(11)], start.AddMilliseconds(999))).ShouldBeEmpty();
        Keys(changes.Next([Run(9), Run(11), Run(12, "success")], start.AddSeconds(1))).ShouldBe(["9", "11", "12"]);
        Keys(changes.Next([Run(9, "failed"), Run(11), Run(12, "success")], start.AddSeconds(1.5))).ShouldBe(["9"]);
        changes.Running.ShouldBe([11]);
        Keys(changes.Next([Run(11), Run(12, "success")], start.AddSeconds(2))).ShouldBe(["11"]);
    }

    [Fact]
    public void Next_OfARunThatAppearsAfterItsSuccessor_SpeaksOfIt()
    {
        var changes = new RunChanges(newest: 1000);
        changes.Next([Run(1300, "success")], default);

        changes.After.ShouldBeLessThan(1299);
        Keys(changes.Next([Run(1299, "success"), Run(1300, "success")], default)).ShouldBe(["1299"]);
    }

    private static RunChangeRow Run(long id, string state = "running") => new(id, "dag", $"{id}", state, 1);

    private static string[] Keys(IReadOnlyList<RunChangeRow> runs) => [.. runs.Select(run => run.RunKey)];

    private async Task<HttpResponseMessage> SendAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v2/events");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        return await server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private async Task<StreamReader> OpenAsync()
    {
        var response = await SendAsync();
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        return new StreamReader(await response.Content.ReadAsStreamAsync());
    }

    /// <summary>The data of the next event of a kind.</summary>
    private static async Task<JsonElement> NextAsync(StreamReader stream, string kind)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (await stream.ReadLineAsync(patience.Token) is { } line)
        {
            if (line == $"event: {kind}")
                return JsonSerializer.Deserialize<JsonElement>((await stream.ReadLineAsync(patience.Token))!["data: ".Length..]);
        }

        throw new EndOfStreamException($"The stream ended before an event '{kind}'.");
    }
}
