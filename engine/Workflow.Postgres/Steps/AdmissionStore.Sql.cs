namespace Workflow.Postgres.Steps;

public sealed partial class AdmissionStore
{
    // One admission at a time: what one gives away, the next sees taken.
    private const string Lock = "SELECT pg_advisory_xact_lock(hashtext('workflow.admit'))";

    private const string Pools = "SELECT pool, slots FROM pool";

    // Slots are counted, never kept as a number that a crash could leave wrong. Their number is bounded by the limits themselves.
    private const string Used = """
        SELECT t.run_id AS RunId, t.task_index AS TaskIndex, t.lane AS Lane, r.dag_id AS DagId, r.dag_version_id AS DagVersionId,
            count(*)::int AS Count
        FROM task_instance t JOIN dag_run r ON r.run_id = t.run_id
        WHERE t.limited AND t.admitted AND t.state IN ('queued', 'running', 'deferred', 'up_for_retry')
        GROUP BY t.run_id, t.task_index, t.lane, r.dag_id, r.dag_version_id
        """;

    // Hops from task to task through the index and takes the longest waiting of each: ten thousand elements of one, which a limit holds up,
    // hide no other task.
    private const string Waiting = """
        WITH RECURSIVE hop AS (
            (SELECT run_id, task_index FROM task_instance WHERE ready_at IS NOT NULL AND NOT admitted ORDER BY run_id, task_index LIMIT 1)
            UNION ALL
            SELECT n.run_id, n.task_index FROM hop h CROSS JOIN LATERAL (
                SELECT t.run_id, t.task_index FROM task_instance t
                WHERE t.ready_at IS NOT NULL AND NOT t.admitted AND (t.run_id, t.task_index) > (h.run_id, h.task_index)
                ORDER BY t.run_id, t.task_index LIMIT 1) n
        )
        SELECT w.run_id AS RunId, w.task_index AS TaskIndex, w.map_index AS MapIndex, w.lane AS Lane, w.ready_at AS ReadyAt,
            r.dag_id AS DagId, r.dag_version_id AS DagVersionId
        FROM hop h CROSS JOIN LATERAL (
            SELECT t.run_id, t.task_index, t.map_index, t.lane, t.ready_at FROM task_instance t
            WHERE t.run_id = h.run_id AND t.task_index = h.task_index AND t.ready_at <= now() AND NOT t.admitted
            ORDER BY t.ready_at, t.map_index LIMIT @perTask) w
        JOIN dag_run r ON r.run_id = w.run_id
        """;

    // A row that a step or an edit holds at this moment is left to the next admission, which its holder asks for.
    private const string Admit = """
        UPDATE task_instance t SET admitted = true FROM (
            SELECT w.run_id, w.task_index, w.map_index FROM unnest(@runs, @tasks, @maps) AS i (run_id, task_index, map_index)
            JOIN task_instance w ON w.run_id = i.run_id AND w.task_index = i.task_index AND w.map_index = i.map_index
            WHERE w.ready_at IS NOT NULL AND NOT w.admitted FOR UPDATE OF w SKIP LOCKED) w
        WHERE t.run_id = w.run_id AND t.task_index = w.task_index AND t.map_index = w.map_index
        """;

    private const string Notify = "SELECT pg_notify('workflow_tasks', '')";
}
