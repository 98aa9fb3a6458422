namespace Workflow.Postgres.Reads;

public sealed partial class WhyReads
{
    private const string Unfinished = """
        SELECT t.task_index, t.map_index FROM unnest(@tasks::int[], @maps::int[]) AS i (task_index, map_index)
        JOIN task_instance t ON t.run_id = @runId AND t.task_index = i.task_index AND t.map_index = i.map_index
        WHERE t.state IN ('pending', 'queued', 'running', 'deferred', 'up_for_retry')
        """;

    // A worker without queues serves them all.
    private const string Unserved = """
        SELECT wanted.queue FROM unnest(@queues) AS wanted (queue)
        WHERE NOT EXISTS (
            SELECT 1 FROM worker w
            WHERE w.stopped_at IS NULL AND w.heartbeat_at > now() - @lease AND (w.queues = '{}' OR wanted.queue = ANY (w.queues)))
        """;

    // The claim's index begins with the urgency: where all are equally urgent, this reads nothing.
    private const string MoreUrgent = """
        SELECT queue AS Queue, urgency::int AS Urgency, count(*)::int AS Count FROM task_instance
        WHERE ready_at <= now() AND admitted AND urgency < @least AND queue = ANY (@queues) GROUP BY queue, urgency
        """;

    // One look at all that wait for slots, in the order in which they get them but for the sharing among DAGs.
    private const string Ranks = """
        SELECT task_index AS TaskIndex, map_index AS MapIndex, of_pool AS OfPool, of_dag AS OfDag, of_run AS OfRun, of_task AS OfTask,
            of_task_in_run AS OfTaskInRun
        FROM (
            SELECT t.run_id, t.task_index, t.map_index,
                (row_number() OVER (PARTITION BY t.pool ORDER BY t.urgency, t.ready_at, t.run_id, t.task_index,
                t.map_index))::int - 1 AS of_pool, (row_number() OVER (PARTITION BY r.dag_id
                ORDER BY t.urgency, t.ready_at, t.run_id, t.task_index, t.map_index))::int - 1 AS of_dag,
                (row_number() OVER (PARTITION BY t.run_id ORDER BY t.urgency, t.ready_at, t.task_index, t.map_index))::int - 1 AS of_run,
                (row_number() OVER (PARTITION BY r.dag_id, t.task_id
                ORDER BY t.urgency, t.ready_at, t.run_id, t.map_index))::int - 1 AS of_task,
                (row_number() OVER (PARTITION BY t.run_id, t.task_index
                ORDER BY t.urgency, t.ready_at, t.map_index))::int - 1 AS of_task_in_run
            FROM task_instance t JOIN dag_run r ON r.run_id = t.run_id
            WHERE t.ready_at <= now() AND NOT t.admitted) w
        WHERE w.run_id = @runId
        """;

    // The run before as those count that release what depends on it.
    private const string Past = """
        SELECT p.run_key AS RunKey, t.task_id AS TaskId, t.state AS State FROM dag_run r
        CROSS JOIN LATERAL (
            SELECT p.run_id, p.run_key FROM dag_run p
            WHERE p.dag_id = r.dag_id AND (coalesce(p.logical_date, p.run_after), p.run_id) < (coalesce(r.logical_date, r.run_after),
                r.run_id)
            ORDER BY coalesce(p.logical_date, p.run_after) DESC, p.run_id DESC LIMIT 1) p
        LEFT JOIN task_instance t ON t.run_id = p.run_id AND t.map_index = -1
        WHERE r.run_id = @runId
        """;
}
