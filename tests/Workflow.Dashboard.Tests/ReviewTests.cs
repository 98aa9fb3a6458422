using Workflow.Data;
using Workflow.Postgres.Effects;
using Workflow.Runs;

namespace Workflow.Dashboard.Tests;

/// <summary>Versions that wait for a person, and checks that history suggests.</summary>
public sealed class ReviewTests() : StoredDataTest("trips", "taxi", "gate")
{
    [Fact]
    public async Task Reviews_OfAHeldVersion_AreListedShownAndDecidedOnce()
    {
        var (first, _) = await PublishAsync("01", 10);
        await PublishAsync("02", 10);
        var source = await StartAsync("held");
        CheckResult[] found =
        [
            new("between", "fare", Verdict.Fail, Severity.Quarantine, 0.5, "all values in [0, 9]", 10, 5, ["""{"fare":-1}"""],
                "5 of 10 lie outside.")
            {
                Slice = "card",
            },
        ];
        var review = await Effects.HoldAsync(source, first, found, default);
        (await Effects.HoldAsync(source, first, [], default)).ReviewId.ShouldBe(review.ReviewId);
        var path = $"/reviews/{review.ReviewId}";

        var open = await Server.GetAsync("/reviews?state=open&dataset=trips");
        var shown = await Server.GetAsync(path);
        (await PostAsync($"{path}/release", """{"reason": " "}""")).ShouldBe(422);
        (await PostAsync($"{path}/release", """{"reason": "a\u0000b"}""")).ShouldBe(422);
        (await PostAsync($"{path}/release", """{"reason": "a", "by": "\u0000"}""")).ShouldBe(422);
        (await PostAsync($"{path}/release", """{"reason": "x", "version": 2}""")).ShouldBe(422);
        (await PostAsync($"{path}/repair", """{"reason": "x"}""")).ShouldBe(422);
        (await PostAsync($"{path}/repair", """{"reason": "x", "version": 2}""")).ShouldBe(422);
        (await PostAsync("/reviews/99/release", """{"reason": "x"}""")).ShouldBe(404);
        await PublishAsync("01", 12);
        (await PostAsync($"{path}/repair", """{"reason": "the full month", "version": 3, "by": "ann"}""")).ShouldBe(200);
        (await PostAsync($"{path}/discard", """{"reason": "too late"}""")).ShouldBe(409);

        open.Int("total_entries").ShouldBe(1);
        (shown.Text("state"), shown.Int("version"), shown.Text("checks/0/slice"), shown.Text("checks/0/severity")).ShouldBe(
            ("open", 1, "card", "quarantine"));
        shown.Int("checks/0/sample_rows/0/fare").ShouldBe(-1);
        var decided = await Server.GetAsync(path);
        (decided.Text("state"), decided.Text("decided_by"), decided.Text("reason"), decided.Int("replacement")).ShouldBe(
            ("repaired", "ann", "the full month", 3));
        var replacement = (await Effects.ReviewAsync(source, first, default))!.Replacement!;
        (replacement.Rows, replacement.Partition["month"]).ShouldBe((12, "01"));
        (await Server.GetAsync("/reviews?state=open")).Int("total_entries").ShouldBe(0);
        (await Server.SendAsync(HttpMethod.Get, "/reviews?state=shut")).Status.ShouldBe(422);
    }

    [Fact]
    public async Task Reviews_WhoseTaskNoLongerWaits_AreNotOpenAndTakeNoDecision()
    {
        var (first, _) = await PublishAsync("01", 10);
        var waiting = await StartAsync("waits");
        var review = await Effects.HoldAsync(waiting, first, [], default);
        await FinishAsync(waiting, new TaskOutcome.Deferred("waits", TimeSpan.FromHours(1), $"review:{review.ReviewId}"));
        var ended = await StartAsync("ended");
        var other = await Effects.HoldAsync(ended, first, [], default);
        await FinishAsync(ended, new TaskOutcome.Cancelled());

        var open = await Server.GetAsync("/reviews?state=open");
        var refused = await Server.SendAsync(HttpMethod.Post, $"/reviews/{other.ReviewId}/release", """{"reason": "x"}""");

        (open.Int("total_entries"), open.Int("reviews/0/review_id")).ShouldBe((1, (int)review.ReviewId));
        refused.Status.ShouldBe(409);
        refused.Body.Text("detail").ShouldContain("its task no longer waits");
        (await Server.GetAsync("/reviews")).Int("total_entries").ShouldBe(2);
        (await PostAsync($"/reviews/{review.ReviewId}/release", """{"reason": "x"}""")).ShouldBe(200);
    }

    [Fact]
    public async Task Reviews_WhoseRunIsGone_AreDecidedOnTheVersionAlone()
    {
        await PublishAsync("01", 10);
        var (second, _) = await PublishAsync("01", 20);
        var source = await StartAsync("held");
        var review = await Effects.HoldAsync(source, second, [], default);
        await FinishAsync(source, new TaskOutcome.Cancelled());
        (await Server.GetAsync("/datasets/trips/versions")).At("versions/0/is_newest_of_slice").GetBoolean().ShouldBeFalse();
        await Server.Given.ExecuteAsync("DELETE FROM dag_run WHERE run_key = 'held'");

        (await Server.GetAsync("/reviews?state=open")).Int("total_entries").ShouldBe(1);
        (await PostAsync($"/reviews/{review.ReviewId}/release", """{"reason": "it is right"}""")).ShouldBe(200);

        (await Server.GetAsync("/datasets/trips/versions")).At("versions/0/is_newest_of_slice").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task Proposals_LearntFromSlices_AreAcceptedRejectedAndWithdrawn()
    {
        foreach (var month in new[] { "01", "02", "03", "04" })
            await PublishAsync(month, 1000);

        (await Server.SendAsync(HttpMethod.Post, "/datasets/trips/proposals", """{"where": "month<03"}""")).Status.ShouldBe(409);
        (await Server.SendAsync(HttpMethod.Post, "/datasets/trips/proposals", """{"where": "month"}""")).Status.ShouldBe(422);
        var suggested =
            (await Server.PostAsync("/datasets/trips/proposals", """{"where": "month<04", "gate": "gate", "by": "ann"}""")).Body;
        var again = (await Server.PostAsync("/datasets/trips/proposals", """{"where": "month<04", "gate": "gate"}""")).Body;

        (suggested.Int("versions"), suggested.Int("added")).ShouldBe((3, suggested.At("proposals").GetArrayLength()));
        again.Int("added").ShouldBe(0);
        var id = suggested.At("proposals").EnumerateArray()
            .Single(each => each.GetProperty("check").GetProperty("kind").GetString() == "not_null")
            .GetProperty("proposal_id").GetInt64();
        var other = suggested.At("proposals").EnumerateArray().Select(each => each.GetProperty("proposal_id").GetInt64())
            .First(each => each != id);
        (await PostAsync($"/proposals/{id}/accept", """{"by": "bob"}""")).ShouldBe(200);
        (await PostAsync($"/proposals/{id}/accept", "{}")).ShouldBe(409);
        (await PostAsync($"/proposals/{other}/reject", "{}")).ShouldBe(200);
        var learnt = await Effects.LearntAsync("trips", "gate", default);
        learnt.ShouldHaveSingleItem().Check.ShouldBe(new DataCheck(CheckKind.NotNull, "fare"));
        (await Effects.LearntAsync("trips", "another", default)).ShouldBeEmpty();
        (await PostAsync($"/proposals/{id}/reject", """{"by": "cid"}""")).ShouldBe(200);
        (await Effects.LearntAsync("trips", "gate", default)).ShouldBeEmpty();
        var withdrawn = await Server.GetAsync("/proposals?dataset=trips&state=withdrawn");
        (withdrawn.Int("total_entries"), withdrawn.Text("proposals/0/decided_by"),
            withdrawn.Text("proposals/0/withdrawn_by")).ShouldBe((1, "bob", "cid"));
        (await PostAsync("/proposals/99/accept", "{}")).ShouldBe(404);
    }

    [Fact]
    public async Task Proposals_WithoutAChoice_LearnNothingFromWhatWasDiscarded()
    {
        foreach (var month in new[] { "01", "02", "03" })
            await PublishAsync(month, 1000);
        var (bad, _) = await PublishAsync("04", 1000);
        var review = await Effects.HoldAsync(await StartAsync("held"), bad, [], default);
        (await PostAsync($"/reviews/{review.ReviewId}/discard", """{"reason": "half of it is missing"}""")).ShouldBe(200);

        (await Server.PostAsync("/datasets/trips/proposals", "{}")).Body.Int("versions").ShouldBe(3);
    }

    [Fact]
    public async Task Proposals_TurnedDown_ComeAgainOnlyFromOtherVersions()
    {
        foreach (var month in new[] { "01", "02", "03" })
            await PublishAsync(month, 1000);
        var first = (await Server.PostAsync("/datasets/trips/proposals", "{}")).Body;
        var id = first.At("proposals/0/proposal_id").GetInt64();
        (await PostAsync($"/proposals/{id}/reject", "{}")).ShouldBe(200);

        (await Server.PostAsync("/datasets/trips/proposals", "{}")).Body.Int("added").ShouldBe(0);
        await PublishAsync("04", 1000);

        (await Server.PostAsync("/datasets/trips/proposals", "{}")).Body.Int("added").ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Proposals_FromSlicesBeforeHundredsOfOthers_FindThem()
    {
        foreach (var month in new[] { "01", "02", "03" })
            await PublishAsync(month, 1000);
        await Server.Given.ExecuteAsync("""
            INSERT INTO dataset_version (dataset, version, sha256, bytes, row_count, partition, columns, profile, writer, dag_id, run_id, run_key, task_index,
                map_index, attempt, task_id, published_at)
            SELECT dataset, 3 + i, sha256, bytes, row_count, jsonb_build_object('month', (9 + i)::text), columns, profile, writer, dag_id, run_id, run_key,
                task_index, map_index, attempt, task_id, published_at
            FROM dataset_version CROSS JOIN generate_series(1, 600) i WHERE version = 3
            """);

        var suggested = (await Server.PostAsync("/datasets/trips/proposals", """{"where": "month<04"}""")).Body;

        suggested.Int("versions").ShouldBe(3);
    }

    [Fact]
    public async Task RowsAside_OfGatesAndSources_AreFoundByWhatTheyHold()
    {
        await PublishAsync("01", 10);
        var source = await StartAsync("parted");
        await StageAsync(source, "bad.rows", "line_number", "reason", "column_name", "raw");
        await StageAsync(source, "loaded", "fare");
        await StageAsync(source, "apart", "fare", "quarantine_reasons");
        await FinishAsync(source);

        var aside = await Server.GetAsync("/rows_aside");

        aside.Int("total_entries").ShouldBe(2);
        aside.All("rows_aside", "dataset").ShouldBe(["apart", "bad.rows"]);
        aside.All("rows_aside", "is_rejects").ShouldBe(["false", "true"], StringComparer.OrdinalIgnoreCase);
        (aside.IsNull("rows_aside/0/from"), aside.Text("rows_aside/1/from")).ShouldBe((true, "loaded"));
        (aside.Text("rows_aside/1/run_id"), aside.Text("rows_aside/1/task_id"),
            aside.Int("rows_aside/1/rows")).ShouldBe(("parted", "gate", 3));
    }

    private Task<long> StageAsync(AttemptSource source, string dataset, params string[] columns) => Effects.StageAsync(
        source,
        new StagedDataset(
            dataset, Sha, 1, 3, new Dictionary<string, string>(), [.. columns.Select(column => new Column(column, "VARCHAR"))], [], "test",
            []),
        default);

    private async Task<int> PostAsync(string path, string json) => (await Server.SendAsync(HttpMethod.Post, path, json)).Status;

    private async Task<(long VersionId, AttemptSource Source)> PublishAsync(string month, int rows)
    {
        var (id, source, _) = await PublishAsync($"{month}-{rows}", month, $"SELECT i * 1.5 AS fare FROM range({rows}) r(i)");
        return (id, source);
    }
}
