using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Dapper;
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
        var first = await engine.ScalarAsync<double>("SELECT extract(epoch FROM min(next_try_at) - now())::float8 FROM lineage_event");
        await engine.ExecuteAsync("UPDATE lineage_event SET next_try_at = now(), tries = 20");
        await Sender().RunOnceAsync(default);
        var later = await engine.ScalarAsync<double>("SELECT extract(epoch FROM min(next_try_at) - now())::float8 FROM lineage_event");

        first.ShouldBeInRange(0, 2);
        later.ShouldBeInRange(200, 256);
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
    public async Task RunOnce_WhileAnotherSenderHasABatch_TakesNone()
    {
        await AddAsync(1, "COMPLETE");
        (await Store().ClaimAsync(1, TimeSpan.FromMinutes(1), default)).Count.ShouldBe(1);

        (await Sender().RunOnceAsync(default)).ShouldBe(0);
        await engine.ExecuteAsync("UPDATE lineage_event SET next_try_at = now()");
        (await Sender().RunOnceAsync(default)).ShouldBe(2);
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

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 2)]
    public async Task RunOnce_OldEvents_GoUnlessTheyAreStillToBeDelivered(bool hasTarget, int left)
    {
        await AddAsync(1, "COMPLETE");
        await engine.ExecuteAsync("UPDATE lineage_event SET created_at = now() - interval '8 days', next_try_at = now() + interval '1 hour'");

        await (hasTarget ? Sender() : Sender(new OpenLineageOptions())).RunOnceAsync(default);

        (await engine.ScalarAsync<int>("SELECT count(*) FROM lineage_event")).ShouldBe(left);
    }

    [Fact]
    public async Task Claim_ByTwoAtOnce_GivesTheFirstEventsToOneAndNothingToTheOther()
    {
        await AddAsync(1, "COMPLETE");
        await AddAsync(2, "COMPLETE");
        await using var connection = await engine.Data.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var held = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await connection.ExecuteAsync("SELECT 1 FROM lineage_event FOR UPDATE", transaction: held);

        var claims = Enumerable.Range(0, 2).Select(_ => Store().ClaimAsync(2, OpenLineageSender.Lease, default)).ToList();
        await Eventually.TrueAsync(
            () => engine.ScalarAsync<bool>("SELECT count(DISTINCT pid) = 2 FROM pg_locks WHERE NOT granted"), TimeSpan.FromSeconds(30), "both claim");
        await held.CommitAsync(TestContext.Current.CancellationToken);

        (await Task.WhenAll(claims)).Select(claim => string.Join(' ', claim.Select(due => due.Id))).Order().ShouldBe(["", "1 2"]);
    }

    [Fact]
    public async Task RunOnce_SlowReceiver_KeepsTheRestOfTheBatch()
    {
        await AddAsync(1, "COMPLETE");
        var kept = new List<bool>();
        answer = _ =>
        {
            kept.Add(engine.ScalarAsync<bool>("SELECT bool_and(next_try_at > now()) FROM lineage_event WHERE delivered_at IS NULL").GetAwaiter().GetResult());
            engine.ExecuteAsync("UPDATE lineage_event SET next_try_at = now() - interval '1 second'").GetAwaiter().GetResult();
            return HttpStatusCode.OK;
        };

        (await Sender().RunOnceAsync(default)).ShouldBe(2);

        kept.ShouldBe([true, true]);
    }

    private Task AddAsync(int attempt, string end) => engine.ExecuteAsync(
        """
        INSERT INTO lineage_event (dag_id, run_id, run_key, task_index, map_index, attempt, task_id, event_type, event_at, message)
        VALUES ('taxi', 1, 'r1', 0, -1, @attempt, 'make', 'START', '2024-01-01', NULL),
            ('taxi', 1, 'r1', 0, -1, @attempt, 'make', @end, '2024-01-02', 'broken')
        """,
        new { attempt, end });

    private LineageEventStore Store() => new(engine.Data);

    private OpenLineageSender Sender(OpenLineageOptions? options = null) => new(
        Store(), options ?? new OpenLineageOptions { Url = url, ApiKey = "key", Namespace = "here" }, http, NullLogger<OpenLineageSender>.Instance);

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
