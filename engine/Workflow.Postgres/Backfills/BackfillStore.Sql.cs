namespace Workflow.Postgres.Backfills;

public sealed partial class BackfillStore
{
    private const string Subject = """
        SELECT d.is_active AS IsActive, d.message AS Message, d.schedule::text AS Schedule, d.start_date AS StartDate,
            d.end_date AS EndDate, d.catchup AS Catchup, v.graph::text AS Graph, now() AS Now
        FROM dag d LEFT JOIN dag_version v ON v.dag_version_id = d.version_id WHERE d.dag_id = @dagId
        """;

    private const string Params = """
        SELECT v.params::text FROM dag d JOIN dag_version v ON v.dag_version_id = d.version_id WHERE d.dag_id = @dagId
        """;

    private const string Existing = """
        SELECT logical_date AS LogicalDate, run_key AS RunKey, state AS State FROM dag_run
        WHERE dag_id = @dagId AND logical_date = ANY (@dates) AND run_type IN ('scheduled', 'backfill')
        """;

    private const string Insert = """
        INSERT INTO backfill (dag_id, from_date, to_date, reprocess, max_active_runs, run_backwards, conf, created_by)
        VALUES (@dagId, @from, @to, @reprocess, @maxActiveRuns, @runBackwards, @conf::jsonb, @createdBy)
        ON CONFLICT (dag_id) WHERE state IN ('queued', 'running', 'paused') DO NOTHING
        RETURNING backfill_id
        """;

    private const string InsertDates = """
        INSERT INTO backfill_run (backfill_id, number, logical_date, interval_start)
        SELECT @id, d.number - 1, d.logical_date, d.interval_start
        FROM unnest(@dates::timestamptz[], @starts::timestamptz[]) WITH ORDINALITY AS d (logical_date, interval_start, number);
        SELECT pg_notify('workflow_runs', '');
        """;

    private const string Pause = """
        UPDATE backfill SET state = 'paused', updated_at = now() WHERE backfill_id = @id AND state IN ('queued', 'running', 'paused')
        RETURNING true;
        SELECT pg_notify('workflow_runs', '');
        """;

    private const string Unpause = """
        UPDATE backfill SET state = CASE WHEN started_at IS NULL THEN 'queued' ELSE 'running' END, message = NULL, updated_at = now()
        WHERE backfill_id = @id AND state IN ('queued', 'running', 'paused')
        RETURNING true;
        SELECT pg_notify('workflow_runs', '');
        """;

    // The backfill's row is taken first, in a statement of its own: after a wait for a step that holds it, the second one sees the run that
    // this step started.
    private const string Cancel = """
        UPDATE backfill SET state = 'cancelled', message = NULL, updated_at = now(), finished_at = now()
        WHERE backfill_id = @id AND state IN ('queued', 'running', 'paused')
        RETURNING true;
        UPDATE backfill_run n SET is_to_stop = true FROM dag_run r, backfill b
        WHERE n.backfill_id = @id AND b.backfill_id = n.backfill_id AND b.finished_at = now() AND r.run_id = n.run_id
            AND r.backfill_id = n.backfill_id AND (r.state = 'queued' OR (@stopRunning AND r.state = 'running'));
        SELECT pg_notify('workflow_runs', '');
        """;
}
