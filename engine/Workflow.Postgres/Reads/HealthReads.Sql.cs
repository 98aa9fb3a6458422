namespace Workflow.Postgres.Reads;

public sealed partial class HealthReads
{
    private const string Health = """
        SELECT (SELECT max(heartbeat_at) FROM scheduler WHERE stopped_at IS NULL) AS SchedulerHeartbeat,
            EXISTS (SELECT 1 FROM scheduler WHERE stopped_at IS NULL AND heartbeat_at > now() - @lease) AS SchedulerAlive,
            count(*)::int AS Workers, coalesce(sum(slots), 0)::int AS Slots
        FROM worker WHERE stopped_at IS NULL AND heartbeat_at > now() - @lease
        """;

    private const string Schedulers = """
        SELECT s.name AS Name, s.dags_folder AS DagsFolder, s.started_at AS StartedAt, s.heartbeat_at AS HeartbeatAt,
            f.scheduler_id IS NOT NULL AS HasTheSay, f.elected_at AS ElectedAt
        FROM scheduler s LEFT JOIN dag_folder f ON f.scheduler_id = s.scheduler_id
        WHERE f.scheduler_id IS NOT NULL OR (s.stopped_at IS NULL AND s.heartbeat_at > now() - @lease)
        ORDER BY f.scheduler_id IS NULL, s.scheduler_id
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
