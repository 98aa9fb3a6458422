namespace Workflow.Postgres.Pools;

public sealed partial class PoolStore
{
    // What has slots is counted anew: as many rows as there are tasks with slots, and those that wait for them.
    private const string List = """
        SELECT p.pool AS Name, p.slots AS Slots, p.description AS Description, coalesce(u.occupied, 0) AS Occupied,
            coalesce(u.running, 0) AS Running, coalesce(w.waiting, 0) AS Waiting
        FROM pool p
        LEFT JOIN (
            SELECT pool, sum(pool_slots)::int AS occupied, (sum(pool_slots) FILTER (WHERE state = 'running'))::int AS running
            FROM task_instance WHERE limited AND admitted AND state IN ('queued', 'running', 'deferred', 'up_for_retry') GROUP BY pool) u
            ON u.pool = p.pool
        LEFT JOIN (
            SELECT pool, sum(pool_slots)::int AS waiting FROM task_instance WHERE ready_at <= now() AND NOT admitted GROUP BY pool) w
            ON w.pool = p.pool
        WHERE @pool::text IS NULL OR p.pool = @pool ORDER BY p.pool
        """;

    private const string Insert = """
        INSERT INTO pool (pool, slots, description) VALUES (@name, @slots, @description) ON CONFLICT DO NOTHING
        """;

    private const string Lock = "SELECT slots FROM pool WHERE pool = @name FOR UPDATE";

    private const string Update =
        "UPDATE pool SET slots = coalesce(@slots, slots), description = coalesce(@description, description) WHERE pool = @name";

    private const string Delete = "DELETE FROM pool WHERE pool = @name";

    // Tasks of definitions in force, and of runs that are pinned to older ones.
    private const string Needing = """
        SELECT DISTINCT d.dag_id || '.' || (t ->> 'id') AS task
        FROM dag d JOIN dag_version v ON v.dag_version_id = d.version_id CROSS JOIN LATERAL jsonb_array_elements(v.graph) t
        WHERE d.is_active AND coalesce(t ->> 'pool', 'default_pool') = @name AND coalesce((t ->> 'pool_slots')::int, 1) > @slots
        UNION
        SELECT DISTINCT r.dag_id || '.' || t.task_id
        FROM dag_run r JOIN task_instance t ON t.run_id = r.run_id
        WHERE r.state = 'running' AND t.pool = @name AND t.pool_slots > @slots
            AND t.state NOT IN ('success', 'failed', 'upstream_failed', 'skipped', 'cancelled', 'removed')
        ORDER BY 1
        """;

    // The runs are locked first, in the order of their ids as everywhere: the steps that move these tasks wait, and nobody deadlocks.
    private const string LockRuns = "SELECT run_id FROM dag_run WHERE state = 'running' ORDER BY run_id FOR NO KEY UPDATE";

    // What runs keeps on and takes its slots; what waits must be admitted.
    private const string LimitDefaultPool = """
        UPDATE task_instance t SET limited = true, admitted = t.state = 'running'
        FROM dag_run r
        WHERE r.state = 'running' AND t.run_id = r.run_id AND t.pool = 'default_pool' AND NOT t.limited
            AND t.state NOT IN ('success', 'failed', 'upstream_failed', 'skipped', 'cancelled', 'removed')
        """;

    private const string Notify = "SELECT pg_notify('workflow_slots', '')";
}
