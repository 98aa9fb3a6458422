namespace Workflow.Postgres.Backfills;

public sealed partial class BackfillSteps
{
    // What a person made to run again is started after the backfill's end, too; nobody else would.
    private const string Open = """
        SELECT b.backfill_id FROM backfill b JOIN dag d ON d.dag_id = b.dag_id WHERE b.state IN ('queued', 'running') AND d.is_active
        UNION
        SELECT b.backfill_id FROM dag_run r JOIN backfill b ON b.backfill_id = r.backfill_id
        WHERE r.state = 'queued' AND b.state IN ('completed', 'cancelled')
        ORDER BY 1
        """;

    private const string Lock = """
        SELECT backfill_id AS Id, dag_id AS DagId, state IN ('queued', 'running') AS IsActive, reprocess AS Reprocess,
            max_active_runs AS MaxActiveRuns, conf::text AS Conf, created_by AS CreatedBy
        FROM backfill WHERE backfill_id = @id AND state <> 'paused' FOR NO KEY UPDATE SKIP LOCKED
        """;

    // A statement after the lock, so that it sees what the holder before committed.
    private const string Next = """
        SELECT (SELECT count(*)::int FROM dag_run r WHERE r.backfill_id = @id AND r.state = 'running') AS Running,
            (SELECT r.run_id FROM dag_run r
                WHERE r.backfill_id = @id AND r.state = 'queued'
                    AND NOT EXISTS (SELECT 1 FROM backfill_run s WHERE s.run_id = r.run_id AND s.is_to_stop)
                ORDER BY r.logical_date, r.run_id LIMIT 1) AS QueuedRunId,
            n.number AS Number, n.logical_date AS LogicalDate, n.interval_start AS IntervalStart
        FROM (SELECT 1) AS one LEFT JOIN LATERAL (
            SELECT number, logical_date, interval_start FROM backfill_run
            WHERE backfill_id = @id AND outcome = 'pending' ORDER BY number LIMIT 1) n ON true
        """;

    // Locked, so that a person who clears it at this moment comes before or after. The key is looked for, too: somebody may have given it
    // to a run of his own, which is then taken for the date's.
    private const string Existing = """
        SELECT r.run_id AS RunId, r.state AS State, d.lane AS DagLane,
            EXISTS (SELECT 1 FROM task_instance t WHERE t.run_id = r.run_id) AS HasTasks
        FROM dag_run r JOIN dag d ON d.dag_id = r.dag_id
        WHERE r.dag_id = @dagId AND ((r.logical_date = @date AND r.run_type IN ('scheduled', 'backfill')) OR r.run_key = @key)
        ORDER BY r.logical_date IS NOT DISTINCT FROM @date AND r.run_type IN ('scheduled', 'backfill') DESC LIMIT 1
        FOR NO KEY UPDATE OF r
        """;

    // Its tasks go over to the backfill's lane with it.
    private const string Adopt = """
        UPDATE dag_run SET backfill_id = @id, lane = @lane, conf = conf || @conf::jsonb, ignores_past = @isFirst WHERE run_id = @runId;
        UPDATE task_instance SET lane = @lane WHERE run_id = @runId AND lane <> @lane;
        """;

    private const string Requeue = """
        UPDATE dag_run SET state = 'queued', ordered = NULL, message = NULL, started_at = NULL, finished_at = NULL, cleared = cleared + 1
        WHERE run_id = @runId
        """;

    // The first of them takes the backfill up.
    private const string Record = """
        UPDATE backfill_run SET outcome = @outcome, run_id = @runId WHERE backfill_id = @id AND number = @number AND outcome = 'pending';
        UPDATE backfill SET state = 'running', started_at = coalesce(started_at, now()), updated_at = now() WHERE backfill_id = @id;
        """;

    private const string Complete = """
        UPDATE backfill SET state = 'completed', started_at = coalesce(started_at, now()), updated_at = now(), finished_at = now()
        WHERE backfill_id = @id
        """;

    private const string Refuse = """
        UPDATE backfill SET state = 'paused', message = @message, updated_at = now() WHERE backfill_id = @id
        """;

    private const string Notify = "SELECT pg_notify('workflow_tasks', ''), pg_notify('workflow_runs', '')";

    private const string ToStop =
        "SELECT backfill_id AS Id, number AS Number, run_id AS RunId FROM backfill_run WHERE is_to_stop ORDER BY 1, 2";

    private const string Stopped = "UPDATE backfill_run SET is_to_stop = false WHERE backfill_id = @id AND number = @number";
}
