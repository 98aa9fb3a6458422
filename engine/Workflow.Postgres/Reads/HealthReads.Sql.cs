namespace Workflow.Postgres.Reads;

public sealed partial class HealthReads
{
    private const string Health = """
        SELECT (SELECT max(heartbeat_at) FROM scheduler WHERE stopped_at IS NULL) AS SchedulerHeartbeat,
            EXISTS (SELECT 1 FROM scheduler WHERE stopped_at IS NULL AND heartbeat_at > now() - @lease) AS SchedulerAlive,
            count(*)::int AS Workers, coalesce(sum(slots), 0)::int AS Slots
        FROM worker WHERE stopped_at IS NULL AND heartbeat_at > now() - @lease
        """;

    private const string NewestRun = "SELECT coalesce(max(run_id), 0) FROM dag_run";

    // Three looks into an index, none of which grows with the history.
    private const string Runs = """
        SELECT run_id AS RunId, dag_id AS DagId, run_key AS RunKey, state AS State, unfinished AS Unfinished
        FROM dag_run WHERE run_id IN (
            (SELECT run_id FROM dag_run WHERE state = 'running' ORDER BY run_id DESC LIMIT @limit)
            UNION ALL
            SELECT unnest(@runIds)
            UNION ALL
            (SELECT run_id FROM dag_run WHERE run_id > @after ORDER BY run_id DESC LIMIT @limit))
        ORDER BY run_id
        """;

    private const string DagsFingerprint = """
        SELECT concat_ws('|',
            (SELECT string_agg(
                concat_ws(',', dag_id, version_id, is_paused, is_active, schedule_changes, schedule_error, message), ';' ORDER BY dag_id)
                FROM dag),
            (SELECT string_agg(concat_ws(',', import_error_id, seen_at), ';' ORDER BY import_error_id) FROM import_error))
        """;
}
