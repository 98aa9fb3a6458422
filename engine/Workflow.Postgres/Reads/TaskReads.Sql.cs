namespace Workflow.Postgres.Reads;

public sealed partial class TaskReads
{
    private const string List = """
        SELECT t.task_index AS TaskIndex, t.map_index AS MapIndex, t.task_id AS TaskId, t.queue AS Queue, t.state AS State,
            t.ready_at AS ReadyAt, t.attempt AS Attempt, t.started_at AS StartedAt, t.finished_at AS FinishedAt, t.message AS Message,
            w.name AS Worker, t.mapped AS Mapped, t.uncounted AS Uncounted, t.waits_for_past AS WaitsForPast, t.admitted AS Admitted,
            t.urgency::int AS Urgency, t.ordered AS Ordered, now() AS Now,
            concat_ws(',', t.up_success, t.up_failed, t.up_upstream_failed, t.up_skipped, t.up_cancelled, t.setups_success, t.setups_failed,
                t.setups_skipped, t.deciders_ended, t.deciders_against) AS Counters
        FROM task_instance t LEFT JOIN worker w ON w.worker_id = t.worker_id
        WHERE t.run_id = @runId AND (@taskIndex::int IS NULL OR t.task_index = @taskIndex)
            AND (@mapIndex::int IS NULL OR t.map_index = @mapIndex)
            AND (NOT @elements OR t.map_index >= 0) AND (@state::text IS NULL OR t.state = @state)
        ORDER BY t.task_index, t.map_index LIMIT @limit OFFSET @offset
        """;

    private const string Count = """
        SELECT count(*)::int FROM task_instance
        WHERE run_id = @runId AND (@taskIndex::int IS NULL OR task_index = @taskIndex) AND (@mapIndex::int IS NULL OR map_index = @mapIndex)
            AND (NOT @elements OR map_index >= 0) AND (@state::text IS NULL OR state = @state)
        """;

    private const string ElementCounts = """
        SELECT task_index AS TaskIndex, state AS State, count(*)::int AS Count FROM task_instance
        WHERE run_id = @runId AND task_index = ANY (@tasks) AND map_index >= 0 GROUP BY task_index, state
        """;

    private const string Tries = """
        SELECT a.attempt AS Attempt, a.state AS State, a.started_at AS StartedAt, a.finished_at AS FinishedAt, a.message AS Message,
            w.name AS Worker
        FROM attempt a LEFT JOIN worker w ON w.worker_id = a.worker_id
        WHERE a.run_id = @runId AND a.task_index = @taskIndex AND a.map_index = @mapIndex ORDER BY a.attempt
        """;

    private const string Log = """
        SELECT seq AS Seq, logged_at AS LoggedAt, level AS Level, line AS Line FROM task_log
        WHERE run_id = @runId AND task_index = @taskIndex AND map_index = @mapIndex AND attempt = @attempt AND seq > @after
        ORDER BY seq LIMIT @limit
        """;

    // The one that counts: of the attempt with which the task succeeded.
    private const string Output = """
        SELECT o.value::text FROM task_instance t JOIN task_output o USING (run_id, task_index, map_index, attempt)
        WHERE t.run_id = @runId AND t.task_index = @taskIndex AND t.map_index = @mapIndex AND t.state = 'success'
        """;

    private const string OutputOfTry = """
        SELECT value::text FROM task_output WHERE run_id = @runId AND task_index = @taskIndex AND map_index = @mapIndex
            AND attempt = @attempt
        """;

    // What was there when the attempt began; a map index of -2 stands for all elements.
    private const string Inputs = """
        SELECT DISTINCT ON (o.task_index, o.map_index) o.task_index AS TaskIndex, o.map_index AS MapIndex, o.attempt AS Attempt,
            o.value::text AS Value
        FROM attempt a
        JOIN unnest(@upstreams::int[], @maps::int[]) AS i (task_index, map_index) ON true
        JOIN task_output o ON o.run_id = a.run_id AND o.task_index = i.task_index
            AND CASE WHEN i.map_index = -2 THEN o.map_index >= 0 ELSE o.map_index = i.map_index END AND o.created_at <= a.started_at
        WHERE a.run_id = @runId AND a.task_index = @taskIndex AND a.map_index = @mapIndex AND a.attempt = @attempt
        ORDER BY o.task_index, o.map_index, o.attempt DESC LIMIT @limit
        """;
}
