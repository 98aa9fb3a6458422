namespace Workflow.Postgres.Reads;

public sealed partial class TaskReads
{
    private const string List = """
        SELECT t.task_index AS TaskIndex, t.map_index AS MapIndex, t.task_id AS TaskId, t.queue AS Queue, t.state AS State, t.ready_at AS ReadyAt,
            t.attempt AS Attempt, t.started_at AS StartedAt, t.finished_at AS FinishedAt, t.message AS Message, w.name AS Worker
        FROM task_instance t LEFT JOIN worker w ON w.worker_id = t.worker_id
        WHERE t.run_id = @runId ORDER BY t.task_index, t.map_index LIMIT @limit OFFSET @offset
        """;

    private const string Count = "SELECT count(*)::int FROM task_instance WHERE run_id = @runId";

    private const string Unfinished = """
        SELECT task_index AS TaskIndex, state AS State FROM task_instance
        WHERE run_id = @runId AND task_index = ANY (@tasks) AND state IN ('pending', 'queued', 'running', 'up_for_retry')
        """;

    // A worker without queues serves them all.
    private const string Unserved = """
        SELECT wanted.queue FROM unnest(@queues) AS wanted (queue)
        WHERE NOT EXISTS (
            SELECT 1 FROM worker w
            WHERE w.stopped_at IS NULL AND w.heartbeat_at > now() - @lease AND (w.queues = '{}' OR wanted.queue = ANY (w.queues)))
        """;

    private const string Tries = """
        SELECT a.attempt AS Attempt, a.state AS State, a.started_at AS StartedAt, a.finished_at AS FinishedAt, a.message AS Message,
            w.name AS Worker
        FROM attempt a LEFT JOIN worker w ON w.worker_id = a.worker_id
        WHERE a.run_id = @runId AND a.task_index = @taskIndex AND a.map_index = -1 ORDER BY a.attempt
        """;

    private const string Log = """
        SELECT seq AS Seq, logged_at AS LoggedAt, level AS Level, line AS Line FROM task_log
        WHERE run_id = @runId AND task_index = @taskIndex AND map_index = -1 AND attempt = @attempt AND seq > @after
        ORDER BY seq LIMIT @limit
        """;

    private const string Output = "SELECT value::text FROM task_output WHERE run_id = @runId AND task_index = @taskIndex AND map_index = -1";
}
