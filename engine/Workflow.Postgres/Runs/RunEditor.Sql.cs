namespace Workflow.Postgres.Runs;

public sealed partial class RunEditor
{
    // What waits for a run of this DAG looks now rather than at its next turn; rows that another step holds are left to that turn, so that
    // nobody waits across runs.
    internal const string FinishRuns = """
        WITH finished AS (
            UPDATE dag_run r SET state = i.state, finished_at = now()
            FROM unnest($1::bigint[], $2::text[]) AS i (run_id, state) WHERE r.run_id = i.run_id AND r.state = 'running'
            RETURNING r.run_id, r.dag_id, r.dag_version_id, r.state
        ), called AS (
            INSERT INTO callback (run_id, dag_version_id, kind)
            SELECT f.run_id, f.dag_version_id, k.kind FROM finished f JOIN dag_version v ON v.dag_version_id = f.dag_version_id
                CROSS JOIN LATERAL (SELECT CASE f.state WHEN 'success' THEN 'success' WHEN 'failed' THEN 'failure' END AS kind) k
            WHERE v.settings -> 'callbacks' ? k.kind
        )
        UPDATE task_instance t SET ready_at = now() FROM (
            SELECT w.run_id, w.task_index, w.map_index FROM finished f JOIN task_instance w ON w.wake_key = 'run:' || f.dag_id
            WHERE w.state = 'deferred' FOR UPDATE OF w SKIP LOCKED) w
        WHERE t.run_id = w.run_id AND t.task_index = w.task_index AND t.map_index = w.map_index
        """;

    // Apart from FindRun: a join that waits for the lock would find no row when the run was given another version meanwhile.
    private const string LockRun = "SELECT 1 FROM dag_run WHERE run_id = $1 FOR NO KEY UPDATE";

    // A claim takes no lock of the run: whatever could be claimed meanwhile is held until the edit is done, and what has been claimed is
    // seen so.
    private const string HoldClaimable = "SELECT 1 FROM task_instance WHERE run_id = $1 AND ready_at IS NOT NULL FOR NO KEY UPDATE";

    private const string FindRun = """
        SELECT r.dag_version_id, r.state, r.ordered, v.settings::text FROM dag_run r
            JOIN dag_version v ON v.dag_version_id = r.dag_version_id
        WHERE r.run_id = $1
        """;

    private const string LoadInstances = """
        SELECT run_id, task_index, map_index, state, up_success, up_failed, up_upstream_failed, up_skipped, up_cancelled, setups_success,
            setups_failed, setups_skipped, deciders_ended, deciders_against, mapped, waits_for_past, unchosen, ordered, attempt, uncounted,
            lost, message
        FROM task_instance WHERE run_id = $1 ORDER BY task_index, map_index
        """;

    // What tasks gave that others are mapped over: of each instance its current attempt.
    private const string Lengths = """
        SELECT t.task_index, t.map_index, CASE WHEN json_typeof(o.value) = 'array' THEN json_array_length(o.value) END
        FROM task_instance t JOIN task_output o USING (run_id, task_index, map_index, attempt)
        WHERE t.run_id = $1 AND t.task_index = ANY ($2)
        """;

    // An attempt whose instance goes on is archived as it was: nothing that happened is lost. One that still ran was stopped.
    private const string SaveInstances = """
        WITH item AS MATERIALIZED (
            SELECT * FROM unnest($2::int[], $3::int[], $4::text[], $5::text[], $6::int[], $7::bool[], $8::text[], $9::text[], $10::int[],
                $11::int[],
                $12::int[], $13::int[], $14::int[], $15::int[], $16::int[], $17::int[], $18::int[], $19::int[], $20::int[], $21::int[])
            AS i (task_index, map_index, state, message, mapped, waits_for_past, unchosen, ordered, uncounted, lost, up_success, up_failed,
                up_upstream_failed, up_skipped, up_cancelled, setups_success, setups_failed, setups_skipped, deciders_ended,
                deciders_against)
        ), archived AS (
            INSERT INTO task_attempt (run_id, task_index, map_index, attempt, state, worker_id, started_at, finished_at, message)
            SELECT t.run_id, t.task_index, t.map_index, t.attempt, CASE t.state WHEN 'running' THEN 'cancelled' ELSE t.state END,
                t.worker_id,
                t.started_at, coalesce(t.finished_at, now()), coalesce(t.message, CASE t.state WHEN 'running' THEN 'It was stopped.' END)
            FROM task_instance t JOIN item i ON i.task_index = t.task_index AND i.map_index = t.map_index
            WHERE t.run_id = $1 AND t.worker_id IS NOT NULL AND t.state <> i.state
        )
        UPDATE task_instance t SET
            state = i.state, message = i.message, mapped = i.mapped, waits_for_past = i.waits_for_past, unchosen = i.unchosen::int[],
            ordered = i.ordered, uncounted = i.uncounted, lost = i.lost, up_success = i.up_success, up_failed = i.up_failed,
            up_upstream_failed = i.up_upstream_failed, up_skipped = i.up_skipped, up_cancelled = i.up_cancelled,
            setups_success = i.setups_success, setups_failed = i.setups_failed, setups_skipped = i.setups_skipped,
            deciders_ended = i.deciders_ended, deciders_against = i.deciders_against,
            ready_at = CASE
                WHEN i.state NOT IN ('queued', 'deferred', 'up_for_retry') THEN NULL
                WHEN t.state = i.state THEN t.ready_at ELSE now() END,
            finished_at = CASE
                WHEN i.state NOT IN ('success', 'failed', 'upstream_failed', 'skipped', 'cancelled', 'removed') THEN NULL
                WHEN t.state = i.state THEN t.finished_at ELSE now() END,
            worker_id = CASE WHEN t.state = i.state THEN t.worker_id END,
            admitted = CASE WHEN t.state = i.state THEN t.admitted ELSE NOT t.limited END,
            deferred_since = CASE WHEN t.state = i.state THEN t.deferred_since END,
            wake_key = CASE WHEN t.state = i.state THEN t.wake_key END
        FROM item i WHERE t.run_id = $1 AND t.task_index = i.task_index AND t.map_index = i.map_index
        """;

    private const string InsertElements = """
        INSERT INTO task_instance (run_id, task_index, map_index, task_id, queue, urgency, lane, pool, pool_slots, limited, admitted, state,
            ready_at)
        SELECT $1, i.task_index, i.map_index, s.task_id, s.queue, s.urgency, s.lane, s.pool, s.pool_slots, s.limited, NOT s.limited,
            i.state,
            CASE WHEN i.state = 'queued' THEN now() END
        FROM unnest($2::int[], $3::int[], $4::text[]) AS i (task_index, map_index, state)
        JOIN task_instance s ON s.run_id = $1 AND s.task_index = i.task_index AND s.map_index = -1
        """;

    // A run that begins anew has its time again; one that has ended and only ends otherwise keeps it.
    private const string SaveRun = """
        UPDATE dag_run SET unfinished = $2, failed_leaves = $3, ordered = $4,
            message = CASE WHEN $4 IS NOT NULL THEN coalesce($5, message) END, state = 'running', finished_at = NULL,
            cleared = cleared + (state NOT IN ('queued', 'running') AND $2 > 0)::int,
            started_at = CASE WHEN state = 'running' OR $2 = 0 THEN started_at ELSE now() END,
            timeout_at = CASE WHEN state = 'running' OR $2 = 0 THEN timeout_at ELSE now() + make_interval(secs => $6) END
        WHERE run_id = $1
        """;

    private const string EndQueuedRun = """
        UPDATE dag_run SET state = $2, ordered = $2, message = $3, started_at = CASE WHEN $2 <> 'cancelled' THEN now() END,
            finished_at = now()
        WHERE run_id = $1
        """;

    private const string Notify = """
        SELECT pg_notify('workflow_tasks', 'cancel'), pg_notify('workflow_runs', ''), pg_notify('workflow_slots', ''),
            pg_notify('workflow_past', '')
        """;
}
