namespace Workflow.Postgres.Runs;

public sealed partial class RunStore
{
    // Who creates or starts runs of a DAG does so one after the other, so that its limit holds; and the loader may not replace the version
    // while a run is being pinned to it. A statement of its own: after a wait, PostgreSQL reads the locked row anew but not the rows joined
    // to it, so that a join would look for the new version among the old ones.
    internal const string LockDag = "SELECT 1 FROM dag WHERE dag_id = @dagId FOR NO KEY UPDATE";

    private const string CurrentVersion = """
        SELECT v.dag_version_id AS DagVersionId, v.params::text AS Params, d.is_active AS IsActive, d.message AS Message,
            (v.settings ->> 'max_active_runs')::int AS MaxActiveRuns, d.lane AS Lane,
            (SELECT count(*)::int FROM dag_run r WHERE r.dag_id = d.dag_id AND r.state = 'running' AND r.backfill_id IS NULL) AS Running,
            EXISTS (SELECT 1 FROM dag_run r WHERE r.dag_id = d.dag_id AND r.state = 'queued' AND r.run_after <= now()
            AND r.backfill_id IS NULL)
                AS HasQueued
        FROM dag d JOIN dag_version v ON v.dag_version_id = d.version_id WHERE d.dag_id = @dagId
        """;

    // The second scheduler that creates the run of one logical date, and the second caller of one key, insert nothing. Who waits for runs
    // and tasks hears of it with the commit.
    private const string InsertRun = """
        INSERT INTO dag_run (dag_id, run_key, dag_version_id, run_type, state, lane, logical_date, interval_start, interval_end, run_after,
            conf, note, triggered_by, unfinished, backfill_id, ignores_past)
        VALUES (@dagId, @runKey, @dagVersionId, @runType, 'queued', @lane, @logicalDate, @intervalStart, @intervalEnd,
            coalesce(@runAfter, now()), @conf::jsonb, @note, @triggeredBy, 0, @backfillId, @ignoresPast)
        ON CONFLICT DO NOTHING
        RETURNING run_id, run_after <= now() AS is_due,
            pg_notify('workflow_tasks', '') IS NOT NULL AND pg_notify('workflow_runs', '') IS NOT NULL
        """;

    private const string QueuedRun = """
        SELECT r.dag_id AS DagId, r.dag_version_id AS DagVersionId, r.lane AS Lane, r.ignores_past AS IgnoresPast,
            r.created_at AS CreatedAt, r.logical_date AS LogicalDate, now() AS Now, coalesce(r.logical_date, r.run_after) AS InTime,
            coalesce((SELECT slots FROM pool WHERE pool = 'default_pool'), -1) >= 0 AS IsDefaultPoolLimited
        FROM dag_run r WHERE r.run_id = @runId AND r.state = 'queued' FOR NO KEY UPDATE
        """;

    private const string StartRun = """
        UPDATE dag_run SET state = 'running', started_at = now(), timeout_at = now() + make_interval(secs => $2), unfinished = $3
        WHERE run_id = $1
        """;

    private const string InsertTasks = """
        INSERT INTO task_instance (run_id, task_index, task_id, queue, state, ready_at, urgency, lane, pool, pool_slots, limited, admitted,
            waits_for_past)
        SELECT $1, i.task_index, i.task_id, i.queue, i.state, CASE i.state WHEN 'queued' THEN now() END, i.urgency, $10, i.pool,
            i.pool_slots, i.limited, NOT i.limited, i.waits_for_past
        FROM unnest($2::int[], $3::text[], $4::text[], $5::text[], $6::smallint[], $7::text[], $8::int[], $9::bool[], $11::bool[])
            AS i (task_index, task_id, queue, state, urgency, pool, pool_slots, limited, waits_for_past)
        """;

    // Of the run before, whichever it is by now: one that was deleted or cleared meanwhile counts as it stands.
    private const string PastStates = """
        SELECT t.task_id AS TaskId, t.state AS State FROM (
            SELECT p.run_id FROM dag_run p WHERE p.dag_id = @dagId AND (coalesce(p.logical_date, p.run_after), p.run_id) < (@inTime, @runId)
            ORDER BY coalesce(p.logical_date, p.run_after) DESC, p.run_id DESC LIMIT 1) past
        LEFT JOIN task_instance t ON t.run_id = past.run_id AND t.map_index = -1
        """;

    private const string Durations = """
        SELECT extract(epoch FROM finished_at - started_at)::float8 FROM dag_run
        WHERE dag_id = @dagId AND state = 'success' ORDER BY run_id DESC LIMIT @count
        """;

    private const string InsertDeadlines = """
        INSERT INTO run_deadline (run_id, number, due_at) SELECT @runId, number, due_at
        FROM unnest(@numbers::int[], @dueAt::timestamptz[]) AS d (number, due_at)
        ON CONFLICT DO NOTHING
        """;

    private const string NotifyCreated = "SELECT pg_notify('workflow_tasks', ''), pg_notify('workflow_runs', '')";

    private const string NotifySlots = "SELECT pg_notify('workflow_slots', '')";

    private const string Find = "SELECT dag_id, run_key, state FROM dag_run WHERE run_key = @runKey AND (@dagId = '~' OR dag_id = @dagId)";

    private const string FindId = "SELECT run_id FROM dag_run WHERE dag_id = @dagId AND run_key = @runKey";

    private const string DagsWithQueued = """
        SELECT DISTINCT dag_id FROM dag_run WHERE state = 'queued' AND run_after <= now() AND backfill_id IS NULL
        """;

    // In the order of their dates, so that a run which was cleared or came late does not go behind younger ones. A paused DAG starts what a
    // person asked for and nothing else.
    private const string NextQueued = """
        SELECT r.run_id FROM dag d JOIN dag_version v ON v.dag_version_id = d.version_id JOIN dag_run r ON r.dag_id = d.dag_id
        WHERE d.dag_id = @dagId AND r.state = 'queued' AND r.run_after <= now() AND r.backfill_id IS NULL
            AND (r.run_type = 'manual' OR NOT d.is_paused)
        ORDER BY coalesce(r.logical_date, r.run_after), r.run_id
        LIMIT greatest(0, coalesce((SELECT (v2.settings ->> 'max_active_runs')::int FROM dag d2
        JOIN dag_version v2 ON v2.dag_version_id = d2.version_id
                WHERE d2.dag_id = @dagId), @defaultLimit)
            - (SELECT count(*) FROM dag_run a WHERE a.dag_id = @dagId AND a.state = 'running' AND a.backfill_id IS NULL))
        """;
}
