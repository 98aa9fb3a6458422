using System.Text.Json.Nodes;
using Workflow.Postgres.Datasets;
using Workflow.Testing;
using Workflow.Testing.Running;

namespace Workflow.Worker.Tests;

/// <summary>
/// What becomes of dataset versions that fail their gates: rows set aside, versions held for a person, checks that are learnt.
/// </summary>
public sealed class QualityGateTests : IAsyncLifetime
{
    private TestEngine engine = null!;
    private ReviewStore reviews = null!;

    public async ValueTask InitializeAsync()
    {
        engine = await TestEngine.CreateAsync();
        reviews = new ReviewStore(engine.Data);
        await engine.StartWorkerAsync();
    }

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Theory]
    [InlineData("default")]
    [InlineData("etl")]
    public async Task Gate_RowsThatFail_GoIntoQuarantineAndTheOthersOn(string queue)
    {
        await SaveAsync("parted", $$"""
            var rows = dag.Task("rows", run => run.Datasets.GenerateAsync(
                "SELECT i AS id, CASE WHEN i % 10 = 0 THEN -1 ELSE i END AS x, CASE WHEN i = 5 THEN NULL ELSE 'a' END AS k FROM range(100) r(i)", "raw",
                new Dictionary<string, string> { ["month"] = "2024-01" }));
            var gate = dag.Gate("gate", rows, g => g
                .Between("x", 0, 1000, severity: Severity.Quarantine).NotNull("k", severity: Severity.Quarantine).RowCount(100, 100)).Queue("{{queue}}");
            dag.Sql("next", gate, into: "next", "SELECT * FROM input");
            """);

        var run = await engine.RunAsync("parted");

        (await engine.StateAsync(run)).ShouldBe("success", await engine.ExplainAsync(run));
        (await engine.ScalarAsync<string>("""
            SELECT string_agg(concat_ws(' ', dataset, row_count, rows_in, rejected, partition ->> 'month'), ', ' ORDER BY dataset)
            FROM dataset_version WHERE version IS NOT NULL
            """)).ShouldBe("next 89 2024-01, raw 100 2024-01, raw.accepted 89 100 11 2024-01, raw.quarantine 11 2024-01");
        (await engine.ScalarAsync<long>("""
            SELECT count(*) FROM dataset_parent p JOIN dataset_version v USING (dataset_version_id)
                JOIN dataset_version r ON r.dataset_version_id = p.parent_version_id
            WHERE v.dataset IN ('raw.accepted', 'raw.quarantine') AND r.dataset = 'raw'
            """)).ShouldBe(2);
        (await engine.ScalarAsync<string>("SELECT verdict FROM gate_verdict")).ShouldBe("pass");
    }

    [Fact]
    public async Task Gate_RowsThatFailBelowTheShareThatMust_AreSetAsideAndAboveItTheVersionIsHeld()
    {
        await SaveAsync("shared", """
            var bad = dag.Param("bad", 1);
            var rows = dag.Task("rows", run => run.Datasets.GenerateAsync(
                "SELECT CASE WHEN i < $bad THEN -1 ELSE i END AS x FROM range(100) r(i)", "raw",
                values: new Dictionary<string, object> { ["bad"] = (long)run.Get(bad) }));
            dag.Gate("gate", rows, g => g.Between("x", 0, 1000, mostly: 0.95, severity: Severity.Quarantine));
            """);

        var few = await engine.RunAsync("shared", new JsonObject { ["bad"] = 5 });
        var many = await engine.TriggerAsync("shared", new JsonObject { ["bad"] = 6 });
        await Eventually.TrueAsync(
            async () => (await engine.TasksAsync(many))["gate"] is not ("pending" or "queued" or "running"), TimeSpan.FromSeconds(60),
            "the gate ends or waits");

        (await engine.StateAsync(few)).ShouldBe("success", await engine.ExplainAsync(few));
        (await engine.ScalarAsync<string>(
            "SELECT string_agg(dataset || ' ' || row_count, ', ' ORDER BY dataset) FROM dataset_version WHERE run_id = @few", new { few }))
            .ShouldBe("raw 100, raw.accepted 95, raw.quarantine 5");
        (await engine.TasksAsync(many))["gate"].ShouldBe("deferred", await engine.ExplainAsync(many));
        (await engine.ScalarAsync<long>("SELECT count(*) FROM dataset_version WHERE run_id = @many", new { many })).ShouldBe(1);
    }

    [Fact]
    public async Task Gate_NoRowFails_HandsAllOnUnderTheNameOfTheGoodOnes()
    {
        await SaveAsync("parted", """
            var rows = dag.Task("rows", run => run.Datasets.GenerateAsync("SELECT i AS x FROM range(10) r(i)", "raw"));
            dag.Gate("gate", rows, g => g.Between("x", 0, 1000, severity: Severity.Quarantine).Into("good"));
            """);

        await engine.RunAsync("parted");

        (await engine.ScalarAsync<string>("SELECT string_agg(dataset || ' ' || row_count, ', ' ORDER BY dataset) FROM dataset_version"))
            .ShouldBe("good 10, raw 10");
    }

    [Fact]
    public async Task Gate_NoRowFailsAnyMore_LeavesNoBadRowsOfTheSliceAsTheNewest()
    {
        await SaveAsync("parted", """
            var low = dag.Param("low", 0);
            var rows = dag.Task("rows", run => run.Datasets.GenerateAsync(
                "SELECT i + $low AS x FROM range(10) r(i)", "raw", new Dictionary<string, string> { ["month"] = "2024-01" },
                new Dictionary<string, object> { ["low"] = (long)run.Get(low) }));
            dag.Gate("gate", rows, g => g.Between("x", 0, 1000, severity: Severity.Quarantine));
            """);

        foreach (var low in new[] { -2, 0, 0 })
            await engine.RunAsync("parted", new JsonObject { ["low"] = low });

        (await engine.ScalarAsync<string>("""
            SELECT string_agg(row_count || ' ' || (columns #>> '{1,type}'), ', ' ORDER BY version) FROM dataset_version
            WHERE dataset = 'raw.quarantine' AND partition ->> 'month' = '2024-01'
            """)).ShouldBe("2 VARCHAR[], 0 VARCHAR[]");
    }

    [Fact]
    public async Task Gate_MessageWithWhatJsonCannotHold_FailsAndKeepsItReadable()
    {
        await SaveAsync("odd", """
            var rows = dag.Task("rows", run => run.Datasets.GenerateAsync("SELECT 'a' || chr(0) || 'b' AS k FROM range(3)", "raw"));
            dag.Gate("gate", rows, g => g.DistinctInSet("k", ["b"]));
            """);

        var run = await engine.RunAsync("odd");

        (await engine.StateAsync(run)).ShouldBe("failed");
        (await engine.ScalarAsync<string>(
            "SELECT verdict || ' ' || (checks -> 0 ->> 'message') FROM gate_verdict")).ShouldMatch("^fail .*a\uFFFDb");
    }

    [Fact]
    public async Task Release_HeldVersion_PassesAsWaivedWithTheReasonWhileOthersGoOn()
    {
        await SaveHoldingAsync();
        var held = await HeldAsync(1);
        var other = await engine.RunAsync("holding", new JsonObject { ["rows"] = 5 });
        (await engine.StateAsync(other)).ShouldBe("success");

        (await reviews.DecideAsync(await ReviewIdAsync(), ReviewState.Released, "ann", "known gap", null, default)).ShouldBeTrue();

        (await engine.UntilEndedAsync(held)).ShouldBe("success", await engine.ExplainAsync(held));
        (await engine.ScalarAsync<string>("SELECT verdict || ' ' || subject FROM gate_verdict WHERE run_id = @held", new { held }))
            .ShouldMatch("^waived dataset raw [0-9a-f]{8}, released by ann: known gap$");
        (await engine.ScalarAsync<long>(
            "SELECT row_count FROM dataset_version WHERE dataset = 'next' AND run_id = @held", new { held })).ShouldBe(1);
    }

    [Fact]
    public async Task Discard_HeldVersion_FailsTheGateForGoodAndWhatFollows()
    {
        await SaveHoldingAsync();
        var held = await HeldAsync(1);

        await reviews.DecideAsync(await ReviewIdAsync(), ReviewState.Discarded, "ann", "half a file", null, default);

        (await engine.UntilEndedAsync(held)).ShouldBe("failed");
        (await engine.TasksAsync(held)).ShouldBe(
            new Dictionary<string, string> { ["rows"] = "success", ["gate"] = "failed", ["next"] = "upstream_failed" }, ignoreOrder: true);
        (await engine.ExplainAsync(held)).ShouldContain("ann discarded dataset raw");
    }

    [Fact]
    public async Task Repair_HeldVersion_JudgesTheReplacementInItsPlace()
    {
        await SaveHoldingAsync();
        await engine.RunAsync("holding", new JsonObject { ["rows"] = 7 });
        var held = await HeldAsync(1);
        var review = await ReviewIdAsync();

        (await reviews.ReplacementAsync(review, 2, default)).ShouldBeNull();
        var replacement = (await reviews.ReplacementAsync(review, 1, default)).ShouldNotBeNull();
        await reviews.DecideAsync(review, ReviewState.Repaired, "ann", "the full file", replacement, default);

        (await engine.UntilEndedAsync(held)).ShouldBe("success", await engine.ExplainAsync(held));
        (await engine.ScalarAsync<long>(
            "SELECT row_count FROM dataset_version WHERE dataset = 'next' AND run_id = @held", new { held })).ShouldBe(7);
        (await engine.ScalarAsync<string>("SELECT verdict FROM gate_verdict WHERE run_id = @held", new { held })).ShouldBe("pass");
    }

    [Fact]
    public async Task Repair_ByAVersionThatIsRepairedInTurn_IsNoneAndEndsTheGate()
    {
        await SaveHoldingAsync();
        var first = await HeldAsync(1);
        var review = await ReviewIdAsync();
        await HeldAsync(2);
        var replacement = (await reviews.ReplacementAsync(review, 2, default)).ShouldNotBeNull();
        await reviews.DecideAsync(review, ReviewState.Repaired, "ann", "a later file", replacement, default);
        Task<long> OfFirstAsync() => engine.ScalarAsync<long>(
            "SELECT coalesce(max(review_item_id), 0) FROM review_item WHERE run_id = @first AND state = 'open'", new { first });
        await Eventually.TrueAsync(async () => await OfFirstAsync() > 0, TimeSpan.FromSeconds(60), "the gate holds the replacement too");
        var next = await OfFirstAsync();

        (await reviews.ReplacementAsync(next, 1, default)).ShouldBeNull();

        // As if both had been decided at once.
        var back = await engine.ScalarAsync<long>("SELECT dataset_version_id FROM dataset_version WHERE dataset = 'raw' AND version = 1");
        await reviews.DecideAsync(next, ReviewState.Repaired, "bob", "the first file", back, default);
        (await engine.UntilEndedAsync(first)).ShouldBe("failed");
        (await engine.ExplainAsync(first)).ShouldContain("repaired by versions that it repairs itself");
    }

    [Fact]
    public async Task Decide_ByManyAtOnce_CountsOneAndKeepsIt()
    {
        await SaveHoldingAsync();
        var held = await HeldAsync(1);
        var review = await ReviewIdAsync();

        var decided = await Task.WhenAll(Enumerable.Range(0, 8).Select(index => reviews.DecideAsync(
            review, index % 2 == 0 ? ReviewState.Released : ReviewState.Discarded, $"p{index}", "because", null, default)));

        decided.Count(each => each).ShouldBe(1);
        var winner = (await reviews.FindAsync(review, default))!;
        winner.DecidedBy.ShouldBe($"p{Array.IndexOf(decided, true)}");
        (await engine.UntilEndedAsync(held)).ShouldBe(winner.State == "released" ? "success" : "failed");
        await Should.ThrowAsync<Npgsql.PostgresException>(() => engine.ExecuteAsync("UPDATE review_item SET reason = 'other'"));
        await Should.ThrowAsync<Npgsql.PostgresException>(() => engine.ExecuteAsync("DELETE FROM review_item"));
    }

    /// <remarks>
    /// A worker killed after it opened the review leaves a running task; the next attempt is the same as one after a wake-up for nothing.
    /// </remarks>
    [Fact]
    public async Task Hold_AttemptThatComesAgain_FindsTheReviewOfTheFirst()
    {
        await SaveHoldingAsync();
        var held = await HeldAsync(1);

        await engine.ExecuteAsync("UPDATE task_instance SET ready_at = now() WHERE run_id = @held AND state = 'deferred'", new { held });
        await engine.ExecuteAsync("SELECT pg_notify('workflow_tasks', '')");
        await Eventually.TrueAsync(
            async () => await engine.ScalarAsync<bool>(
                "SELECT attempt >= 2 AND state = 'deferred' FROM task_instance WHERE run_id = @held AND task_id = 'gate'", new { held }),
            TimeSpan.FromSeconds(60), "the gate looks again");

        (await engine.ScalarAsync<long>("SELECT count(*) FROM review_item")).ShouldBe(1);
        (await engine.ScalarAsync<long>("SELECT count(*) FROM gate_verdict WHERE run_id = @held", new { held })).ShouldBe(0);
        await reviews.DecideAsync(await ReviewIdAsync(), ReviewState.Released, "ann", "fine", null, default);
        (await engine.UntilEndedAsync(held)).ShouldBe("success");
    }

    [Fact]
    public async Task Learnt_NothingAccepted_IsLearningAndThenChecksWhatIs()
    {
        await SaveAsync("learning", """
            var low = dag.Param("low", 1);
            var rows = dag.Task("rows", run => run.Datasets.GenerateAsync(
                "SELECT i + $low AS x FROM range(10) r(i)", "raw", values: new Dictionary<string, object> { ["low"] = (long)run.Get(low) }));
            dag.Gate("gate", rows, g => g.Learnt());
            """);
        var runs = new List<long> { await engine.RunAsync("learning") };
        var proposals = new ProposalStore(engine.Data);
        SuggestedCheck[] suggested =
        [
            new(new DataCheck(CheckKind.Between, "x", 1, 10), "seen"), new(new DataCheck(CheckKind.RowCount, null, 11, 20), "wrong"),
        ];

        (await proposals.ProposeAsync("raw", null, suggested, [1], "ann", default)).ShouldBe(2);
        (await proposals.ProposeAsync("raw", null, suggested, [1], "ann", default)).ShouldBe(0);
        var ids = (await proposals.ListAsync("raw", "proposed", 10, 0, default)).Items.OrderBy(row => row.ProposalId)
            .Select(row => row.ProposalId).ToList();
        (await proposals.DecideAsync(ids[0], true, "bob", default)).ShouldBeTrue();
        (await proposals.DecideAsync(ids[1], false, "bob", default)).ShouldBeTrue();
        (await proposals.DecideAsync(ids[1], true, "bob", default)).ShouldBeFalse();
        runs.Add(await engine.RunAsync("learning"));
        runs.Add(await engine.RunAsync("learning", new JsonObject { ["low"] = 5 }));
        (await proposals.DecideAsync(ids[0], false, "cid", default)).ShouldBeTrue();
        runs.Add(await engine.RunAsync("learning", new JsonObject { ["low"] = 5 }));

        var states = new List<string>();
        foreach (var run in runs)
            states.Add(await engine.StateAsync(run));
        states.ShouldBe(["success", "success", "failed", "success"], await engine.ExplainAsync(runs[1]));
        (await engine.ScalarAsync<string>(
            "SELECT string_agg(verdict || ' ' || cardinality(learnt_checks), ', ' ORDER BY gate_verdict_id) FROM gate_verdict"))
            .ShouldBe("learning 0, pass 1, fail 1, learning 0");
    }

    [Fact]
    public async Task Gate_ChecksAgainstOtherDatasets_ReadThemByNameAndByTask()
    {
        await SaveAsync("related", """
            var zones = dag.Task("zones", run => run.Datasets.GenerateAsync("SELECT i AS zone FROM range(5) r(i)", "zones"));
            var rows = dag.Task("rows", run => run.Datasets.GenerateAsync("SELECT i AS zone FROM range(6) r(i)", "raw"));
            dag.Gate("gate", rows, g => g
                .ExistsIn("zone", zones, "zone", mostly: 0.8).ExistsIn("zone", "zones", "zone", severity: Severity.Warn)
                .RowCountEqualsOther(zones, severity: Severity.Warn));
            """);

        var run = await engine.RunAsync("related");

        (await engine.StateAsync(run)).ShouldBe("success", await engine.ExplainAsync(run));
        (await engine.ScalarAsync<string>(
            "SELECT string_agg(c ->> 'message', ' ' ORDER BY n) FROM gate_verdict, jsonb_array_elements(checks) WITH ORDINALITY AS e (c, n)"))
            .ShouldBe(
                "1 of 6 values of 'zone' do not exist there; allowed: >= 0.8 of values in 'zone' of input 1. "
                + "1 of 6 values of 'zone' do not exist there; allowed: all values in 'zone' of dataset zones. "
                + "The dataset has 6 rows and input 2 5; allowed: the same number.");
    }

    private Task SaveHoldingAsync() => SaveAsync("holding", """
        var count = dag.Param("rows", 1);
        var rows = dag.Task("rows", run => run.Datasets.GenerateAsync(
            "SELECT i AS x FROM range($n) r(i)", "raw", values: new Dictionary<string, object> { ["n"] = (long)run.Get(count) }));
        var gate = dag.Gate("gate", rows, g => g.RowCount(5, severity: Severity.Quarantine).NotNull("x"));
        dag.Sql("next", gate, into: "next", "SELECT * FROM input");
        """);

    private async Task<long> HeldAsync(int rows)
    {
        var run = await engine.TriggerAsync("holding", new JsonObject { ["rows"] = rows });
        await Eventually.TrueAsync(
            async () => (await engine.TasksAsync(run))["gate"] is not ("pending" or "queued" or "running"), TimeSpan.FromSeconds(60),
            "the gate holds its version");
        (await engine.TasksAsync(run))["gate"].ShouldBe("deferred", await engine.ExplainAsync(run));
        return run;
    }

    private Task<long> ReviewIdAsync() => engine.ScalarAsync<long>("SELECT review_item_id FROM review_item WHERE state = 'open'");

    private Task<string> SaveAsync(string id, string body) => engine.SaveAsync($$"""
        public sealed class Test : IDag
        {
            public void Define(DagBuilder dag)
            {
                dag.Id("{{id}}");
                {{body}}
            }
        }
        """);
}
