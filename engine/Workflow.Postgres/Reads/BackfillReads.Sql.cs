namespace Workflow.Postgres.Reads;

public sealed partial class BackfillReads
{
    private const string Newest = """
        SELECT backfill_id AS BackfillId, dag_id AS DagId, from_date AS FromDate, to_date AS ToDate, reprocess AS Reprocess,
            max_active_runs AS MaxActiveRuns, run_backwards AS RunBackwards, conf::text AS Conf, state AS State, message AS Message,
            created_by AS CreatedBy, created_at AS CreatedAt, updated_at AS UpdatedAt, started_at AS StartedAt, finished_at AS FinishedAt
        FROM backfill WHERE @dagId::text IS NULL OR dag_id = @dagId
        ORDER BY backfill_id DESC LIMIT @limit OFFSET @offset
        """;

    private const string CountAll = "SELECT count(*)::int FROM backfill WHERE @dagId::text IS NULL OR dag_id = @dagId";

    private const string Find = """
        SELECT backfill_id AS BackfillId, dag_id AS DagId, from_date AS FromDate, to_date AS ToDate, reprocess AS Reprocess,
            max_active_runs AS MaxActiveRuns, run_backwards AS RunBackwards, conf::text AS Conf, state AS State, message AS Message,
            created_by AS CreatedBy, created_at AS CreatedAt, updated_at AS UpdatedAt, started_at AS StartedAt, finished_at AS FinishedAt
        FROM backfill WHERE backfill_id = @id
        """;

    private const string Active = "SELECT backfill_id FROM backfill WHERE dag_id = @dagId AND state IN ('queued', 'running', 'paused')";

    private const string Counts = """
        SELECT n.backfill_id AS BackfillId, n.outcome AS Outcome, r.state AS RunState, count(*)::int AS Count
        FROM backfill_run n LEFT JOIN dag_run r ON r.run_id = n.run_id
        WHERE n.backfill_id = ANY (@ids) GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
        """;

    private const string Dates = """
        SELECT n.logical_date AS LogicalDate, n.interval_start AS IntervalStart, n.outcome AS Outcome, r.run_key AS RunKey,
            r.state AS RunState, r.started_at AS StartedAt, r.finished_at AS FinishedAt
        FROM backfill_run n LEFT JOIN dag_run r ON r.run_id = n.run_id
        WHERE n.backfill_id = @id ORDER BY n.number LIMIT @limit OFFSET @offset
        """;

    private const string CountDates = "SELECT count(*)::int FROM backfill_run WHERE backfill_id = @id";
}
