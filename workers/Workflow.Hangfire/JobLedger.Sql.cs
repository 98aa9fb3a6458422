namespace Workflow.Hangfire;

public sealed partial class JobLedger
{
    private const string Prepare = """
        SELECT pg_advisory_xact_lock(hashtext('workflow_hangfire'));
        CREATE TABLE IF NOT EXISTS hangfire.workflow_job (
            run_id bigint, task_index int, map_index int, ready_at timestamptz NOT NULL, queue text NOT NULL, job_id bigint,
            enqueued_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (run_id, task_index, map_index));
        CREATE TABLE IF NOT EXISTS hangfire.workflow_queue (name text PRIMARY KEY);
        INSERT INTO hangfire.workflow_queue (name) VALUES ('default') ON CONFLICT DO NOTHING;
        GRANT USAGE ON SCHEMA hangfire TO workflow_worker;
        GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA hangfire TO workflow_worker;
        GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA hangfire TO workflow_worker;
        """;

    private const string Prepared = "SELECT to_regclass('hangfire.workflow_queue') IS NOT NULL";

    // Whatever was claimed, ended, or waits for something else since it was enqueued needs no entry: its job finds nothing to claim.
    private const string Sweep = """
        DELETE FROM hangfire.workflow_job j WHERE NOT EXISTS (
            SELECT 1 FROM task_instance t
            WHERE t.run_id = j.run_id AND t.task_index = j.task_index AND t.map_index = j.map_index AND t.ready_at = j.ready_at
                AND t.admitted)
        """;

    // A job lives as long as it is in the queue, where it also is while somebody runs it: the one that runs a dead server's job takes it
    // from there. Asked only after a while, because an entry is made before its job and a job ends before the next look.
    private const string Heal = """
        DELETE FROM hangfire.workflow_job j
        WHERE j.enqueued_at < now() - $1 AND NOT EXISTS (SELECT 1 FROM hangfire.jobqueue q WHERE q.jobid = j.job_id)
        """;

    // In the order in which workers claim: the most urgent first, and turn by turn among the lanes. Hangfire serves a queue by age, so no
    // more
    // is enqueued ahead than keeps the slots of a queue's workers busy, or order would be lost to it.
    // - Lanes are found by hopping through the index, as a claim does; only those with something due and room in their queue count among
    // the
    //   fifty.
    // - An entry is of one queueing, which the time of it tells apart: whoever is first makes it, and the job with it.
    private const string Take = """
        WITH RECURSIVE alive AS MATERIALIZED (
            SELECT queues, slots FROM worker WHERE stopped_at IS NULL
        ), ahead AS MATERIALIZED (
            SELECT queue COLLATE "C" AS queue, count(*) AS jobs FROM hangfire.workflow_job GROUP BY 1
        ), lanes AS (
            SELECT f.urgency, f.lane, f.queue, r.room, (r.room > 0)::int AS place
            FROM (
                SELECT t.urgency, t.lane, t.queue COLLATE "C" AS queue, t.ready_at <= now() AS is_due FROM task_instance t
                WHERE t.ready_at IS NOT NULL AND t.admitted
                ORDER BY t.urgency, t.lane, t.queue COLLATE "C", t.ready_at LIMIT 1) f
            CROSS JOIN LATERAL (
                SELECT CASE WHEN f.is_due
                    THEN $1 * coalesce((SELECT sum(a.slots) FROM alive a WHERE cardinality(a.queues) = 0 OR f.queue = ANY (a.queues)), 0)
                        - coalesce((SELECT a.jobs FROM ahead a WHERE a.queue = f.queue), 0)
                    ELSE 0 END AS room) r
            UNION ALL
            SELECT n.urgency, n.lane, n.queue, r.room, l.place + (r.room > 0)::int
            FROM lanes l
            CROSS JOIN LATERAL (
                SELECT t.urgency, t.lane, t.queue COLLATE "C" AS queue, t.ready_at <= now() AS is_due FROM task_instance t
                WHERE t.ready_at IS NOT NULL AND t.admitted AND (t.urgency, t.lane, t.queue COLLATE "C") > (l.urgency, l.lane, l.queue)
                ORDER BY t.urgency, t.lane, t.queue COLLATE "C", t.ready_at LIMIT 1) n
            CROSS JOIN LATERAL (
                SELECT CASE WHEN n.is_due
                    THEN $1 * coalesce((SELECT sum(a.slots) FROM alive a WHERE cardinality(a.queues) = 0 OR n.queue = ANY (a.queues)), 0)
                        - coalesce((SELECT a.jobs FROM ahead a WHERE a.queue = n.queue), 0)
                    ELSE 0 END AS room) r
            WHERE l.place < 50
        ), next AS MATERIALIZED (
            SELECT p.* FROM (
                SELECT n.run_id, n.task_index, n.map_index, n.task_id, n.ready_at, l.queue, l.room, l.urgency, n.turn, l.place,
                    row_number() OVER (PARTITION BY l.queue ORDER BY l.urgency, n.turn, l.place) AS nth
                FROM lanes l
                CROSS JOIN LATERAL (
                    SELECT t.run_id, t.task_index, t.map_index, t.task_id, t.ready_at,
                        row_number() OVER (ORDER BY t.ready_at, t.run_id, t.task_index, t.map_index) AS turn
                    FROM task_instance t
                    WHERE t.urgency = l.urgency AND t.lane = l.lane AND t.queue COLLATE "C" = l.queue AND t.ready_at <= now() AND t.admitted
                        AND NOT EXISTS (
                            SELECT 1 FROM hangfire.workflow_job j
                            WHERE j.run_id = t.run_id AND j.task_index = t.task_index AND j.map_index = t.map_index
                                AND j.ready_at = t.ready_at)
                    ORDER BY t.ready_at, t.run_id, t.task_index, t.map_index
                    LIMIT greatest(l.room, 0)) n
                WHERE l.room > 0) p
            WHERE p.nth <= p.room
        ), made AS (
            INSERT INTO hangfire.workflow_job AS j (run_id, task_index, map_index, ready_at, queue)
            SELECT n.run_id, n.task_index, n.map_index, n.ready_at, n.queue FROM next n
            ON CONFLICT (run_id, task_index, map_index) DO UPDATE
            SET ready_at = excluded.ready_at, queue = excluded.queue, job_id = NULL, enqueued_at = now()
            WHERE j.ready_at <> excluded.ready_at
            RETURNING j.run_id, j.task_index, j.map_index
        )
        SELECT n.run_id, n.task_index, n.map_index, n.queue,
            r.dag_id || '/' || r.run_key || '/' || n.task_id || CASE WHEN n.map_index >= 0 THEN '[' || n.map_index || ']' ELSE '' END
        FROM next n
        JOIN made m ON m.run_id = n.run_id AND m.task_index = n.task_index AND m.map_index = n.map_index
        JOIN dag_run r ON r.run_id = n.run_id
        ORDER BY n.urgency, n.turn, n.place
        """;

    private const string Record = """
        UPDATE hangfire.workflow_job j SET job_id = i.job_id
        FROM unnest($1::bigint[], $2::int[], $3::int[], $4::bigint[]) AS i (run_id, task_index, map_index, job_id)
        WHERE j.run_id = i.run_id AND j.task_index = i.task_index AND j.map_index = i.map_index
        """;

    private const string Forget = """
        WITH forgotten AS (
            DELETE FROM hangfire.workflow_job WHERE run_id = $1 AND task_index = $2 AND map_index = $3 RETURNING 1)
        SELECT pg_notify('workflow_tasks', '') FROM forgotten
        """;

    private const string AddQueues = """
        WITH added AS (INSERT INTO hangfire.workflow_queue (name) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING RETURNING 1)
        SELECT pg_notify('workflow_hangfire', '') FROM added LIMIT 1
        """;

    private const string Queues = "SELECT name FROM hangfire.workflow_queue ORDER BY name";
}
