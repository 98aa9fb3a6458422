namespace Workflow.Postgres.Runs;

public sealed partial class RunActs
{
    // A run and those of its DAG before or after it, in the order of their dates. One that waits for its start has no tasks to act on.
    private const string Neighbours = """
        SELECT o.run_id AS RunId, o.dag_id AS DagId, o.run_key AS RunKey, o.state AS State
        FROM dag_run r JOIN dag_run o ON o.dag_id = r.dag_id
        WHERE r.run_id = @runId AND (o.run_id = r.run_id OR (o.state <> 'queued' AND (
            (@past AND (coalesce(o.logical_date, o.run_after), o.run_id) < (coalesce(r.logical_date, r.run_after), r.run_id))
            OR (@future AND (coalesce(o.logical_date, o.run_after), o.run_id) > (coalesce(r.logical_date, r.run_after), r.run_id)))))
        ORDER BY coalesce(o.logical_date, o.run_after), o.run_id
        """;

    private const string SetNote = """
        UPDATE dag_run SET note = @note WHERE run_id = @runId RETURNING pg_notify('workflow_runs', '') IS NOT NULL
        """;

    private const string LockForDelete = "SELECT state FROM dag_run WHERE run_id = @runId FOR UPDATE";

    // What it published stays, with its name; what it only staged goes with its blobs' garbage collection.
    private const string Delete = """
        DELETE FROM task_instance WHERE run_id = @runId;
        DELETE FROM task_attempt WHERE run_id = @runId;
        DELETE FROM task_output WHERE run_id = @runId;
        DELETE FROM task_log WHERE run_id = @runId;
        DELETE FROM run_deadline WHERE run_id = @runId;
        DELETE FROM callback WHERE run_id = @runId;
        DELETE FROM attempt_input WHERE run_id = @runId;
        DELETE FROM dag_run WHERE run_id = @runId;
        SELECT pg_notify('workflow_runs', ''), pg_notify('workflow_past', '');
        """;

    private const string LockDag = "SELECT 1 FROM dag WHERE dag_id = @dagId FOR NO KEY UPDATE";

    private const string LockRun = """
        SELECT r.state AS State, r.dag_version_id AS DagVersionId, r.conf::text AS Conf FROM dag_run r
        WHERE r.run_id = @runId FOR NO KEY UPDATE
        """;

    private const string NewestVersion = """
        SELECT v.dag_version_id AS DagVersionId, v.number AS Number, v.params::text AS Params, d.is_active AS IsActive, d.message AS Message
        FROM dag d JOIN dag_version v ON v.dag_version_id = d.version_id WHERE d.dag_id = @dagId
        """;

    private const string TasksWithHistory =
        "SELECT DISTINCT task_index FROM task_instance WHERE run_id = @runId AND attempt > 0 ORDER BY task_index";

    private const string PinQueuedRun = "UPDATE dag_run SET dag_version_id = @dagVersionId WHERE run_id = @runId";

    // Every attempt goes into the history; elements stay as removed ones, so that the next expansion counts on from their attempts.
    private const string TakeApart = """
        INSERT INTO task_attempt (run_id, task_index, map_index, attempt, state, worker_id, started_at, finished_at, message)
        SELECT run_id, task_index, map_index, attempt, state, worker_id, started_at, finished_at, message
        FROM task_instance WHERE run_id = @runId AND worker_id IS NOT NULL;
        DELETE FROM task_instance WHERE run_id = @runId AND (map_index = -1 OR task_index = ANY (@gone));
        UPDATE task_instance SET state = 'removed', message = NULL, ready_at = NULL, finished_at = now(), worker_id = NULL, ordered = NULL,
            unchosen = NULL, deferred_since = NULL, wake_key = NULL
        WHERE run_id = @runId;
        UPDATE dag_run SET dag_version_id = @dagVersionId, state = 'queued', ordered = NULL, message = NULL, finished_at = NULL,
            timeout_at = NULL,
            unfinished = 0, failed_leaves = 0, cleared = cleared + 1
        WHERE run_id = @runId;
        """;

    private const string CountOn = """
        UPDATE task_instance t SET attempt = a.last, uncounted = a.last
        FROM (SELECT task_index, max(attempt) AS last FROM task_attempt WHERE run_id = @runId AND map_index = -1 GROUP BY task_index) a
        WHERE t.run_id = @runId AND t.task_index = a.task_index AND t.map_index = -1;
        UPDATE task_instance t SET task_id = s.task_id, queue = s.queue, urgency = s.urgency, lane = s.lane, pool = s.pool,
            pool_slots = s.pool_slots, limited = s.limited, admitted = NOT s.limited
        FROM task_instance s
        WHERE t.run_id = @runId AND t.map_index >= 0 AND s.run_id = t.run_id AND s.task_index = t.task_index AND s.map_index = -1;
        SELECT pg_notify('workflow_tasks', ''), pg_notify('workflow_runs', ''), pg_notify('workflow_slots', '');
        """;
}
