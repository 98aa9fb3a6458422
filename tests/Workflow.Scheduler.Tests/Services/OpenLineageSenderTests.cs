using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Workflow.Postgres.Lineage;
using Workflow.Scheduler.OpenLineage;
using Workflow.Testing;
using Workflow.Testing.Running;

namespace Workflow.Scheduler.Tests.Services;

public sealed class OpenLineageSenderTests : IAsyncLifetime
{
    private readonly HttpClient http = new();
    private readonly List<(string? Token, JsonNode Event)> received = [];
    private TestEngine engine = null!;
    private HttpListener receiver = null!;
    private Task receiving = null!;
    private Uri url = null!;
    private Func<JsonNode, HttpStatusCode> answer = _ => HttpStatusCode.Created;

    public async ValueTask InitializeAsync()
    {
        engine = await TestEngine.CreateAsync();
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            url = new Uri($"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}/");
        }

        receiver = new HttpListener();
        receiver.Prefixes.Add(url.ToString());
        receiver.Start();
        receiving = ReceiveAsync();
    }

    public async ValueTask DisposeAsync()
    {
        receiver.Stop();
        await receiving;
        receiver.Close();
        http.Dispose();
        await engine.DisposeAsync();
    }

    [Fact]
    public async Task RunOnce_EventsOfTwoAttempts_DeliversThemInOrderWithTheToken()
    {
        await AddAsync(1, "COMPLETE");
        await AddAsync(2, "FAIL");

        (await Sender().RunOnceAsync(default)).ShouldBe(4);
        (await Sender().RunOnceAsync(default)).ShouldBe(0);

        received.Select(one => (string?)one.Event["eventType"]).ShouldBe(["START", "COMPLETE", "START", "FAIL"]);
        received.ShouldAllBe(one => one.Token == "Bearer key");
        var last = received[^1].Event;
        ((string?)last["job"]!["namespace"]).ShouldBe("here");
        ((string?)last["job"]!["name"]).ShouldBe("taxi.make");
        ((string?)last["run"]!["facets"]!["errorMessage"]!["message"]).ShouldBe("broken");
        received.Select(one => (string?)one.Event["run"]!["runId"]).Distinct().Count().ShouldBe(2);
        received.Select(one => (string?)one.Event["run"]!["facets"]!["parent"]!["run"]!["runId"]).Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public async Task RunOnce_ReceiverThatFailsAndComesBack_GetsEverythingInOrder()
    {
        await AddAsync(1, "COMPLETE");
        await AddAsync(2, "COMPLETE");
        answer = one => (string?)one["eventType"] == "COMPLETE" ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.OK;

        (await Sender().RunOnceAsync(default)).ShouldBe(1, "the first after which it fails holds up the others");
        (await Sender().RunOnceAsync(default)).ShouldBe(0, "it is not tried again at once");
        await engine.ExecuteAsync("UPDATE lineage_event SET next_try_at = now()");
        answer = _ => HttpStatusCode.OK;
        received.Clear();
        (await Sender().RunOnceAsync(default)).ShouldBe(3);

        received.Select(one => (string?)one.Event["eventType"]).ShouldBe(["COMPLETE", "START", "COMPLETE"]);
    }

    [Fact]
    public async Task RunOnce_ReceiverThatIsAway_WaitsLongerEachTime()
    {
        await AddAsync(1, "COMPLETE");
        receiver.Stop();

        await Sender().RunOnceAsync(default);
        var first = await PauseAsync();
        await engine.ExecuteAsync("UPDATE lineage_event SET next_try_at = now(), tries = 20");
        await Sender().RunOnceAsync(default);
        var later = await PauseAsync();

        first.ShouldBeInRange(0, 2);
        later.ShouldBeInRange(200, 256);

        Task<double> PauseAsync() =>
            engine.ScalarAsync<double>("SELECT extract(epoch FROM max(next_try_at) - now())::float8 FROM lineage_event");
    }

    [Fact]
    public async Task RunOnce_AfterAKillBetweenDeliveryAndRecord_SendsTheSameEventAgain()
    {
        await AddAsync(1, "COMPLETE");
        await Sender().RunOnceAsync(default);
        await engine.ExecuteAsync("UPDATE lineage_event SET delivered_at = NULL, next_try_at = now() WHERE event_type = 'COMPLETE'");

        (await Sender().RunOnceAsync(default)).ShouldBe(1);

        received[2].Event.ToJsonString().ShouldBe(received[1].Event.ToJsonString());
    }

    [Fact]
    public async Task RunOnce_WhileAnotherSenderHasEventsOfARun_TakesThoseOfOthersOnly()
    {
        await AddAsync(1, "COMPLETE");
        await AddAsync(1, "COMPLETE", run: 2);
        (await Store().ClaimAsync(1, TimeSpan.FromMinutes(1), default)).Count.ShouldBe(1);

        (await Sender().RunOnceAsync(default)).ShouldBe(2);
        Told().ShouldBe(["r2 START", "r2 COMPLETE"]);

        // The other one has died, and its lease has ended.
        await engine.ExecuteAsync("UPDATE lineage_event SET next_try_at = now()");
        (await Sender().RunOnceAsync(default)).ShouldBe(2);
        Told().ShouldBe(["r2 START", "r2 COMPLETE", "r1 START", "r1 COMPLETE"]);
    }

    [Fact]
    public async Task RunOnce_AnEventAtWhichTheReceiverStumbles_HoldsUpItsRunOnly()
    {
        await AddAsync(1, "COMPLETE");
        await AddAsync(1, "COMPLETE", run: 2);
        await AddAsync(2, "FAIL");
        answer = one => Told(one) == "r1 COMPLETE" ? HttpStatusCode.InternalServerError : HttpStatusCode.OK;

        (await Sender().RunOnceAsync(default)).ShouldBe(1);
        (await Sender().RunOnceAsync(default)).ShouldBe(2, "the next turn begins with another run");
        Told().ShouldBe(["r1 START", "r1 COMPLETE", "r2 START", "r2 COMPLETE"]);
        await AddAsync(3, "COMPLETE");
        (await Sender().RunOnceAsync(default)).ShouldBe(0, "what comes later of the run waits, too");
        received.Clear();
        answer = _ => HttpStatusCode.OK;
        await engine.ExecuteAsync("UPDATE lineage_event SET next_try_at = now()");
        (await Sender().RunOnceAsync(default)).ShouldBe(5);

        Told().ShouldBe(["r1 COMPLETE", "r1 START", "r1 FAIL", "r1 START", "r1 COMPLETE"]);
    }

    /// <remarks>Each of them ends a turn: were they asked first, nothing else would be told of.</remarks>
    [Fact]
    public async Task RunOnce_RunsAtWhichTheReceiverStumbled_ComeAfterTheOthers()
    {
        await AddAsync(1, "COMPLETE");
        await AddAsync(1, "COMPLETE", run: 2);
        answer = _ => HttpStatusCode.InternalServerError;
        (await Sender().RunOnceAsync(default)).ShouldBe(0);
        await engine.ExecuteAsync("UPDATE lineage_event SET next_try_at = now()");
        answer = one => Told(one).StartsWith("r1", StringComparison.Ordinal) ? HttpStatusCode.InternalServerError : HttpStatusCode.OK;

        (await Sender().RunOnceAsync(default)).ShouldBe(2);

        Told().ShouldBe(["r1 START", "r2 START", "r2 COMPLETE", "r1 START"]);
    }

    [Theory]
    [InlineData(HttpStatusCode.InternalServerError)]
    [InlineData(HttpStatusCode.GatewayTimeout)]
    public async Task RunOnce_AnEventThatIsNeverTakenWhileOthersAre_IsGivenUpAndItsRunGoesOn(HttpStatusCode status)
    {
        await AddAsync(1, "COMPLETE");
        await AddAsync(1, "COMPLETE", run: 2);
        answer = one => Told(one) == "r1 START" ? status : HttpStatusCode.OK;
        await Sender().RunOnceAsync(default);
        await engine.ExecuteAsync("UPDATE lineage_event SET stumbles = 99, next_try_at = now() + interval '1 hour' WHERE tries > 0");
        await Sender().RunOnceAsync(default);
        await engine.ExecuteAsync("UPDATE lineage_event SET next_try_at = now()");

        (await Sender().RunOnceAsync(default)).ShouldBe(1);

        Told().ShouldBe(["r1 START", "r2 START", "r2 COMPLETE", "r1 START", "r1 COMPLETE"]);
        (await engine.ScalarAsync<string>("SELECT refused FROM lineage_event WHERE delivered_at IS NULL"))
            .ShouldStartWith("it failed 100 times while others were delivered: ");
    }

    [Theory]
    [InlineData(HttpStatusCode.Unauthorized)]
    [InlineData(HttpStatusCode.NotFound)]
    [InlineData(HttpStatusCode.TooManyRequests)]
    [InlineData(HttpStatusCode.BadGateway)]
    public async Task RunOnce_ReceiverThatTakesNothing_IsAskedOnceATurnAndLosesNothing(HttpStatusCode status)
    {
        await AddAsync(1, "COMPLETE");
        await AddAsync(1, "COMPLETE", run: 2);
        await engine.ExecuteAsync("UPDATE lineage_event SET stumbles = 99, tries = 400, failed_at = now() - interval '1 day'");
        answer = _ => status;

        (await Sender().RunOnceAsync(default)).ShouldBe(0);
        Told().ShouldBe(["r1 START"]);
        (await Sender().RunOnceAsync(default)).ShouldBe(0);
        (await Sender().RunOnceAsync(default)).ShouldBe(0);
        Told().ShouldBe(["r1 START", "r2 START"]);
        answer = _ => HttpStatusCode.OK;
        await engine.ExecuteAsync("UPDATE lineage_event SET next_try_at = now()");

        (await Sender().RunOnceAsync(default)).ShouldBe(4);
    }

    [Fact]
    public async Task RunOnce_AnEventThatCannotBeWritten_IsGivenUpAndTheNextGoOn()
    {
        await AddAsync(1, "COMPLETE");
        await engine.ExecuteAsync("""
            INSERT INTO dataset (dataset, last_version) VALUES ('bad', 1);
            INSERT INTO dataset_version (dataset, version, published_at, sha256, bytes, row_count, partition, columns, profile, writer, dag_id, run_id,
                run_key, task_index, map_index, attempt, task_id)
            VALUES ('bad', 1, now(), repeat('a', 64), 1, 1, '{}', '[]', '[{"column": "c", "nulls": "none"}]', 'tests', 'taxi', 1, 'r1', 0, -1, 1, 'make');
            """);

        (await Sender().RunOnceAsync(default)).ShouldBe(1, "only the end tells of the version");

        (await engine.ScalarAsync<string>(
            "SELECT refused FROM lineage_event WHERE delivered_at IS NULL")).ShouldStartWith("it cannot be written");
        await AddAsync(2, "COMPLETE");
        (await Sender().RunOnceAsync(default)).ShouldBe(2);
    }

    [Fact]
    public async Task RunOnce_IntoAFileThatWasCutOffAndMovedAway_WritesWholeLines()
    {
        var options = new OpenLineageOptions { File = FileOf("events.jsonl") };
        Directory.CreateDirectory(engine.Artifacts);
        await File.WriteAllTextAsync(options.File, "{\"cut");
        await AddAsync(1, "COMPLETE");
        await Sender(options).RunOnceAsync(default);
        File.Move(options.File, FileOf("moved.jsonl"));
        await AddAsync(2, "FAIL");
        await Sender(options).RunOnceAsync(default);

        (await File.ReadAllLinesAsync(FileOf("moved.jsonl"))).Skip(1).Select(line => Told(JsonNode.Parse(line)!))
            .ShouldBe(["r1 START", "r1 COMPLETE"]);
        (await File.ReadAllLinesAsync(options.File)).Select(line => Told(JsonNode.Parse(line)!)).ShouldBe(["r1 START", "r1 FAIL"]);
    }

    [Fact]
    public async Task RunOnce_TwoSchedulersAndOneFile_WriteEachEventOnceInTheOrderOfItsRun()
    {
        const int Attempts = 40;
        var options = new OpenLineageOptions { File = FileOf("events.jsonl") };
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            await AddAsync(attempt, "COMPLETE", run: 1);
            await AddAsync(attempt, "COMPLETE", run: 2);
        }

        await Task.WhenAll(DrainAsync(), DrainAsync());

        var told = (await File.ReadAllLinesAsync(options.File)).Select(line => JsonNode.Parse(line)!).ToList();
        told.Count.ShouldBe(Attempts * 2 * 2);
        foreach (var run in told.GroupBy(one => (string)one["run"]!["facets"]!["parent"]!["run"]!["runId"]!))
        {
            run.Select(one => (string)one["run"]!["runId"]! + one["eventType"]).Distinct().Count().ShouldBe(Attempts * 2);
            run.Select(one => (string)one["eventType"]!)
                .ShouldBe(Enumerable.Repeat((string[])["START", "COMPLETE"], Attempts).SelectMany(pair => pair));
        }

        async Task DrainAsync()
        {
            var sender = Sender(options);
            await Eventually.TrueAsync(
                async () =>
                {
                    await sender.RunOnceAsync(default);
                    return await engine.ScalarAsync<bool>("SELECT NOT EXISTS (SELECT FROM lineage_event WHERE delivered_at IS NULL)");
                },
                TimeSpan.FromMinutes(1), "all events are delivered");
        }
    }

    [Fact]
    public async Task RunOnce_AnEventThatTheReceiverCallsWrong_IsGivenUpAndTheNextGoOn()
    {
        await AddAsync(1, "COMPLETE");
        answer = one => (string?)one["eventType"] == "START" ? HttpStatusCode.BadRequest : HttpStatusCode.OK;

        (await Sender().RunOnceAsync(default)).ShouldBe(1);

        (await engine.ScalarAsync<string>("SELECT refused FROM lineage_event WHERE delivered_at IS NULL")).ShouldContain("400");
        (await Sender().RunOnceAsync(default)).ShouldBe(0);
    }

    [Fact]
    public async Task RunOnce_StoppedInTheMiddle_GivesBackWhatItHadTaken()
    {
        await AddAsync(1, "COMPLETE");
        await AddAsync(1, "COMPLETE", run: 2);
        using var stop = new CancellationTokenSource();
        answer = _ =>
        {
            stop.Cancel();
            return HttpStatusCode.OK;
        };

        await Should.ThrowAsync<OperationCanceledException>(() => Sender().RunOnceAsync(stop.Token));

        (await engine.ScalarAsync<int>("SELECT count(*) FROM lineage_event WHERE next_try_at <= now()")).ShouldBe(4);
        answer = _ => HttpStatusCode.OK;
        (await Sender().RunOnceAsync(default)).ShouldBe(4, "the one that the stop caught is sent again");
    }

    [Fact]
    public async Task RunOnce_AnEventOfManySlices_TellsOfTheirDatasetOnce()
    {
        await AddAsync(1, "COMPLETE");
        await engine.ExecuteAsync("""
            INSERT INTO dataset (dataset, last_version) VALUES ('trips', 3);
            INSERT INTO dataset_version (dataset, version, published_at, sha256, bytes, row_count, partition, columns, profile, writer, dag_id, run_id,
                run_key, task_index, map_index, attempt, task_id)
            SELECT 'trips', v, now(), repeat(v::text, 64), 1, 1, jsonb_build_object('month', v), jsonb_build_array(jsonb_build_object('name', 'c' || v,
                'type', 'BIGINT')), '[{"column": "c", "nulls": 0, "distinct": 1, "count": 1}]', 'tests', 'other', 9, 'r9', 0, -1, 1, 'make'
            FROM generate_series(1, 3) AS v;
            INSERT INTO attempt_input (run_id, task_index, map_index, attempt, dataset_version_id, dag_id, run_key, task_id)
            SELECT 1, 0, -1, 1, dataset_version_id, 'taxi', 'r1', 'make' FROM dataset_version;
            """);

        await Sender().RunOnceAsync(default);

        var input = received[1].Event["inputs"]!.AsArray().ShouldHaveSingleItem()!;
        ((string?)input["facets"]!["schema"]!["fields"]![0]!["name"]).ShouldBe("c3");
        ((string?)input["facets"]!["version"]!["datasetVersion"]).ShouldBe("3");
        input["inputFacets"].ShouldBeNull("what was found in one slice is not said of three");
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 2)]
    public async Task RunOnce_OldEvents_GoUnlessTheyAreStillToBeDelivered(bool hasTarget, int left)
    {
        await AddAsync(1, "COMPLETE");
        await engine.ExecuteAsync(
            "UPDATE lineage_event SET created_at = now() - interval '8 days', next_try_at = now() + interval '1 hour'");

        await (hasTarget ? Sender() : Sender(new OpenLineageOptions())).RunOnceAsync(default);

        (await engine.ScalarAsync<int>("SELECT count(*) FROM lineage_event")).ShouldBe(left);
    }

    private Task AddAsync(int attempt, string end, int run = 1) => engine.ExecuteAsync(
        """
        INSERT INTO lineage_event (dag_id, run_id, run_key, task_index, map_index, attempt, task_id, event_type, event_at, message)
        VALUES ('taxi', @run, 'r' || @run, 0, -1, @attempt, 'make', 'START', '2024-01-01', NULL),
            ('taxi', @run, 'r' || @run, 0, -1, @attempt, 'make', @end, '2024-01-02', 'broken')
        """,
        new { attempt, end, run });

    private string FileOf(string name) => Path.Combine(engine.Artifacts, name);

    private IEnumerable<string> Told() => received.Select(one => Told(one.Event));

    /// <remarks>Both ids are made of the run's key, so which run it is can be told by the parent's.</remarks>
    private static string Told(JsonNode one) =>
        $"{((string)one["run"]!["facets"]!["parent"]!["run"]!["runId"]! == FirstRun((string)one["job"]!["namespace"]!) ? "r1" : "r2")} {one["eventType"]}";

    private static string FirstRun(string space) => StableId.Of(space, "taxi", "r1", "1").ToString();

    private LineageEventStore Store() => new(engine.Data);

    private OpenLineageSender Sender(OpenLineageOptions? options = null) => new(
        Store(), options ?? new OpenLineageOptions { Url = url, ApiKey = "key", Namespace = "here" }, http,
        NullLogger<OpenLineageSender>.Instance);

    private async Task ReceiveAsync()
    {
        while (receiver.IsListening)
        {
            try
            {
                var call = await receiver.GetContextAsync();
                var one = (await JsonNode.ParseAsync(call.Request.InputStream))!;
                received.Add((call.Request.Headers["Authorization"], one));
                call.Response.StatusCode = (int)answer(one);
                call.Response.Close();
            }
            catch (Exception stopped) when (stopped is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}
