using Workflow.Runs;

namespace Workflow.Postgres.Tests;

/// <summary>A run as lines of text, from the database and from memory: what both must agree on.</summary>
internal static class StoredRows
{
    /// <summary>
    /// The run first, then its instances. Counters are kept while an instance is pending, those of an expanded one for its elements alone;
    /// of what belongs to an earlier expansion, or runs under an order, nothing reads the rest. Every attempt that began is on record once.
    /// </summary>
    public const string Sql = """
        SELECT 'run ' || CASE WHEN state = 'running' THEN 'unfinished' ELSE state END || ' ' || unfinished || ' ' || failed_leaves
            || ' ordered ' || coalesce(ordered, '')
        FROM dag_run WHERE run_id = @runId
        UNION ALL
        (SELECT t.task_index || '[' || t.map_index || '] ' || t.state || ' #' || t.attempt || ' ordered ' || coalesce(t.ordered, '')
            || ' mapped ' || coalesce(t.mapped::text, '') || ' past ' || t.waits_for_past
            || CASE WHEN t.state = 'removed' OR t.ordered IS NOT NULL THEN '' ELSE
                ' uncounted ' || t.uncounted || ' lost ' || t.lost || ' unchosen ' || coalesce(array_to_string(t.unchosen, ','), '') END
            || CASE WHEN t.state <> 'pending' THEN '' ELSE
                ' seen ' || concat_ws(' ', t.up_success, t.up_failed, t.up_upstream_failed, t.up_skipped, t.up_cancelled) END
            || CASE WHEN t.state <> 'pending' OR t.mapped IS NOT NULL THEN '' ELSE
                ' ' || concat_ws(' ', t.setups_success, t.setups_failed, t.setups_skipped, t.deciders_ended, t.deciders_against) END
            || ' attempts ' || coalesce((SELECT string_agg(a.attempt::text, ',' ORDER BY a.attempt) FROM attempt a
                WHERE a.run_id = t.run_id AND a.task_index = t.task_index AND a.map_index = t.map_index), '')
        FROM task_instance t WHERE t.run_id = @runId ORDER BY t.task_index, t.map_index)
        """;

    public static List<string> Of(RunModel run) =>
    [
        $"run {run.State?.Name() ?? "unfinished"} {run.Unfinished} {run.FailedLeaves} ordered {run.Ordered?.Name()}",
        .. run.Instances.Select(one => $"{one.Task}[{one.MapIndex}] {one.State.Name()} #{one.Attempt} ordered {one.Ordered?.Name()}"
            + $" mapped {one.Mapped} past {(one.WaitsForPast ? "true" : "false")}"
            + (one.State == TaskState.Removed || one.Ordered is not null
                ? ""
                : $" uncounted {one.Uncounted} lost {one.Lost} unchosen {string.Join(',', one.Unchosen)}")
            + (one.State == TaskState.Pending ? $" seen {Elements(one.Seen)}" : "")
            + (one.State == TaskState.Pending && one.Mapped is null ? $" {Guards(one.Seen)}" : "")
            + $" attempts {string.Join(',', Enumerable.Range(1, one.Attempt))}"),
    ];

    private static string Elements(UpstreamCounters seen) =>
        $"{seen.Success} {seen.Failed} {seen.UpstreamFailed} {seen.Skipped} {seen.Cancelled}";

    private static string Guards(UpstreamCounters seen) =>
        $"{seen.SetupSuccess} {seen.SetupFailed} {seen.SetupSkipped} {seen.Deciders} {seen.Unchosen}";
}
