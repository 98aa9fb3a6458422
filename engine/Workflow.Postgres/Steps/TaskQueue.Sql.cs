namespace Workflow.Postgres.Steps;

public sealed partial class TaskQueue
{
    // The order of the locks is the order of the ids, everywhere: two steps that share runs wait for each other and never deadlock.
    private const string LockRuns = """
        SELECT run_id, cancel_requested FROM dag_run WHERE run_id = ANY ($1) ORDER BY run_id FOR NO KEY UPDATE
        """;

    // Ends task instances, counts them at their direct downstreams and in their runs, and returns what changed.
    // - An item that is running is fenced by attempt and worker; any other was read under the run's lock by this very transaction.
    // - Counters are kept only while the downstream is pending: after that nothing reads them.
    // - No row is updated twice: a downstream that is itself among the items has no edge here (PostgreSQL would apply only one of both).
    private const string EndTasks = """
        WITH item AS MATERIALIZED (
            SELECT * FROM unnest($1::bigint[], $2::int[], $3::int[], $4::text[], $5::int[], $6::bigint[], $7::text[], $8::text[], $9::float8[],
                $10::bool[], $11::bool[])
            AS i (run_id, task_index, map_index, from_state, attempt, worker_id, to_state, message, wait_seconds, is_lost, fails_run)
        ), ended AS (
            UPDATE task_instance t SET
                state = i.to_state,
                message = i.message,
                ready_at = now() + make_interval(secs => i.wait_seconds),
                finished_at = CASE WHEN i.wait_seconds IS NULL THEN now() END,
                worker_id = CASE WHEN i.wait_seconds IS NULL THEN t.worker_id END,
                lost = t.lost + i.is_lost::int
            FROM item i
            WHERE t.run_id = i.run_id AND t.task_index = i.task_index AND t.map_index = i.map_index AND t.state = i.from_state
                AND (i.from_state <> 'running' OR (t.attempt = i.attempt AND t.worker_id = i.worker_id))
            RETURNING t.run_id, t.task_index, t.map_index, t.attempt, t.state, t.started_at, t.finished_at, i.from_state, i.worker_id, i.is_lost,
                i.message, i.fails_run
        ), archived AS (
            INSERT INTO task_attempt (run_id, task_index, map_index, attempt, state, worker_id, started_at, finished_at, message)
            SELECT run_id, task_index, map_index, attempt, CASE WHEN is_lost THEN 'lost' ELSE 'failed' END, worker_id, started_at, now(), message
            FROM ended WHERE from_state = 'running' AND finished_at IS NULL
        ), counted AS (
            UPDATE task_instance t SET
                up_success = t.up_success + c.success,
                up_failed = t.up_failed + c.failed,
                up_upstream_failed = t.up_upstream_failed + c.upstream_failed,
                up_skipped = t.up_skipped + c.skipped
            FROM (
                SELECT e.run_id, e.downstream,
                    count(*) FILTER (WHERE u.state = 'success') AS success,
                    count(*) FILTER (WHERE u.state = 'failed') AS failed,
                    count(*) FILTER (WHERE u.state = 'upstream_failed') AS upstream_failed,
                    count(*) FILTER (WHERE u.state = 'skipped') AS skipped
                FROM unnest($12::bigint[], $13::int[], $14::int[]) AS e (run_id, upstream, downstream)
                JOIN ended u ON u.run_id = e.run_id AND u.task_index = e.upstream
                WHERE u.finished_at IS NOT NULL
                GROUP BY e.run_id, e.downstream
            ) c
            WHERE t.run_id = c.run_id AND t.task_index = c.downstream AND t.state = 'pending'
            RETURNING t.run_id, t.task_index, t.map_index, t.up_success, t.up_failed, t.up_upstream_failed, t.up_skipped
        ), totalled AS (
            UPDATE dag_run r SET unfinished = r.unfinished - c.ended, failed_leaves = r.failed_leaves + c.failing
            FROM (
                SELECT run_id, count(*)::int AS ended, count(*) FILTER (WHERE fails_run)::int AS failing
                FROM ended WHERE finished_at IS NOT NULL GROUP BY run_id
            ) c
            WHERE r.run_id = c.run_id
            RETURNING r.run_id, r.unfinished, r.failed_leaves
        )
        SELECT 'e', run_id, task_index, map_index, 0, 0, 0, 0 FROM ended
        UNION ALL SELECT 'c', run_id, task_index, map_index, up_success, up_failed, up_upstream_failed, up_skipped FROM counted
        UNION ALL SELECT 'r', run_id, unfinished, failed_leaves, 0, 0, 0, 0 FROM totalled
        """;

    private const string QueueTasks = """
        UPDATE task_instance t SET state = 'queued', ready_at = now()
        FROM unnest($1::bigint[], $2::int[], $3::int[]) AS i (run_id, task_index, map_index)
        WHERE t.run_id = i.run_id AND t.task_index = i.task_index AND t.map_index = i.map_index AND t.state = 'pending'
        """;

    private const string StoreOutputs = """
        INSERT INTO task_output (run_id, task_index, map_index, value)
        SELECT * FROM unnest($1::bigint[], $2::int[], $3::int[], $4::json[])
        """;

    private const string Publish = "SELECT publish_attempt($1, $2, $3, $4)";

    private const string FinishRuns = """
        UPDATE dag_run r SET state = i.state, finished_at = now()
        FROM unnest($1::bigint[], $2::text[]) AS i (run_id, state) WHERE r.run_id = i.run_id AND r.state = 'running'
        """;

    private const string Notify = "SELECT pg_notify($1, $2)";

    // SKIP LOCKED lets many workers claim at once; MATERIALIZED keeps the planner from locking more rows than the limit. A task waiting for
    // its retry is claimable by itself once its time has come: nobody needs to move it. The run is joined after the update: within it, the
    // planner would look tasks up by the run alone and read all of them for each.
    private const string Claim = """
        WITH next AS MATERIALIZED (
            SELECT run_id, task_index, map_index FROM task_instance
            WHERE ready_at <= now() AND (cardinality($2::text[]) = 0 OR queue = ANY ($2))
            ORDER BY ready_at, run_id, task_index
            LIMIT $3
            FOR UPDATE SKIP LOCKED
        ), claimed AS (
            UPDATE task_instance t SET
                state = 'running', attempt = t.attempt + 1, worker_id = $1, started_at = now(), ready_at = NULL, message = NULL
            FROM next n
            WHERE t.run_id = n.run_id AND t.task_index = n.task_index AND t.map_index = n.map_index
            RETURNING t.run_id, t.task_index, t.map_index, t.attempt, t.lost
        )
        SELECT c.run_id, c.task_index, c.map_index, r.dag_version_id, c.attempt, c.lost, r.dag_id, r.run_key, r.logical_date, r.run_after,
            r.conf::text
        FROM claimed c JOIN dag_run r ON r.run_id = c.run_id
        """;

    // Scans the active runs: asked only after a lost connection or a lost worker, never in the course of work.
    private const string HeldBy = """
        SELECT t.run_id, t.task_index, t.map_index, r.dag_version_id, t.attempt, t.lost, r.dag_id, r.run_key, r.logical_date, r.run_after,
            r.conf::text, t.worker_id
        FROM dag_run r JOIN task_instance t ON t.run_id = r.run_id
        WHERE r.state = 'running' AND t.state = 'running' AND t.worker_id = ANY ($1)
        """;

    private const string LeaseState = """
        SELECT i.run_id, i.task_index, i.map_index,
            (t.state = 'running' AND t.attempt = i.attempt AND t.worker_id = $5) IS TRUE AS held, coalesce(r.cancel_requested, true) AS cancelled
        FROM unnest($1::bigint[], $2::int[], $3::int[], $4::int[]) AS i (run_id, task_index, map_index, attempt)
        LEFT JOIN task_instance t ON t.run_id = i.run_id AND t.task_index = i.task_index AND t.map_index = i.map_index
        LEFT JOIN dag_run r ON r.run_id = i.run_id
        """;

    private const string LoadInputs = """
        SELECT task_index, value::text FROM task_output WHERE run_id = $1 AND task_index = ANY ($2) AND map_index = -1
        """;
}
