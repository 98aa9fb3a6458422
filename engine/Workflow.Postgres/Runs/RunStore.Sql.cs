namespace Workflow.Postgres.Runs;

public sealed partial class RunStore
{
    // FOR SHARE: the loader may not replace the version while a run is being pinned to it. A statement of its own: after a wait, PostgreSQL
    // reads the locked row anew but not the rows joined to it, so that a join would look for the new version among the old ones.
    private const string LockDag = "SELECT 1 FROM dag WHERE dag_id = @dagId FOR SHARE";

    private const string CurrentVersion = """
        SELECT v.dag_version_id AS DagVersionId, v.graph::text AS Graph, v.params::text AS Params, d.is_active AS IsActive, d.message AS Message
        FROM dag d JOIN dag_version v ON v.dag_version_id = d.version_id WHERE d.dag_id = @dagId
        """;

    // The second scheduler that creates the run of one logical date, and the second caller of one key, insert nothing.
    private const string InsertRun = """
        INSERT INTO dag_run (dag_id, run_key, dag_version_id, run_type, logical_date, interval_start, interval_end, run_after, conf, note,
            triggered_by, unfinished)
        VALUES (@dagId, @runKey, @dagVersionId, @runType, @logicalDate, @intervalStart, @intervalEnd, coalesce(@runAfter, now()), @conf::jsonb, @note,
            @triggeredBy, @unfinished)
        ON CONFLICT DO NOTHING
        RETURNING run_id
        """;

    private const string InsertTasks = """
        INSERT INTO task_instance (run_id, task_index, task_id, queue, state, ready_at)
        SELECT $1, i.task_index, i.task_id, i.queue, i.state, CASE i.state WHEN 'queued' THEN now() END
        FROM unnest($2::int[], $3::text[], $4::text[], $5::text[]) AS i (task_index, task_id, queue, state)
        """;

    private const string NotifyCreated = "SELECT pg_notify('workflow_tasks', ''), pg_notify('workflow_runs', '')";

    private const string NotifyCancelled = "SELECT pg_notify('workflow_tasks', 'cancel'), pg_notify('workflow_runs', '')";

    private const string LockForCancel = """
        SELECT run_id, unfinished FROM dag_run WHERE dag_id = @dagId AND run_key = @runKey AND state = 'running' FOR NO KEY UPDATE
        """;

    private const string CancelTasks = """
        WITH ended AS (
            UPDATE task_instance SET state = 'cancelled', ready_at = NULL, finished_at = now(), message = 'The run was cancelled.'
            WHERE run_id = @runId AND state IN ('pending', 'queued', 'up_for_retry') RETURNING 1)
        SELECT count(*)::int FROM ended
        """;

    private const string MarkCancelled = """
        UPDATE dag_run SET cancel_requested = true, unfinished = unfinished - @ended,
            state = CASE WHEN @settled THEN 'cancelled' ELSE state END, finished_at = CASE WHEN @settled THEN now() END
        WHERE run_id = @runId
        """;

    private const string Find = "SELECT dag_id, run_key, state FROM dag_run WHERE run_key = @runKey AND (@dagId = '~' OR dag_id = @dagId)";
}
