namespace Workflow.Postgres.Workers;

public sealed partial class WorkerStore
{
    private const string Register = """
        INSERT INTO worker (name, queues, slots, engine_version) VALUES (@name, @queues, @slots, @engineVersion) RETURNING worker_id
        """;

    private const string Heartbeat = "UPDATE worker SET heartbeat_at = now() WHERE worker_id = @workerId AND stopped_at IS NULL";

    private const string Stop = """
        WITH stopped AS (UPDATE worker SET stopped_at = now() WHERE worker_id = @workerId AND stopped_at IS NULL RETURNING 1)
        SELECT pg_notify('workflow_workers', '') FROM stopped
        """;

    private const string StopByName = """
        WITH stopped AS (UPDATE worker SET stopped_at = now() WHERE name = @name AND stopped_at IS NULL RETURNING 1)
        SELECT pg_notify('workflow_workers', '') FROM stopped
        """;

    // The database's clock is the only one that counts: a worker's own may be wrong.
    private const string Expire = "UPDATE worker SET stopped_at = now() WHERE stopped_at IS NULL AND heartbeat_at < now() - @lease";

    // Cost follows the active runs; almost always there are none with a dead worker.
    private const string DeadHolders = """
        SELECT DISTINCT w.worker_id, w.name
        FROM dag_run r JOIN task_instance t ON t.run_id = r.run_id JOIN worker w ON w.worker_id = t.worker_id
        WHERE r.state = 'running' AND t.state = 'running' AND w.stopped_at IS NOT NULL
        """;
}
