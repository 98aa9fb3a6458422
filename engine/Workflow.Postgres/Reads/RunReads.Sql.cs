namespace Workflow.Postgres.Reads;

public sealed partial class RunReads
{
    private const string NewestOfDag = """
        SELECT r.run_id AS RunId, r.dag_id AS DagId, r.run_key AS RunKey, r.run_type AS RunType, r.state AS State,
            r.logical_date AS LogicalDate, r.interval_start AS IntervalStart, r.interval_end AS IntervalEnd, r.run_after AS RunAfter,
            r.created_at AS CreatedAt, r.finished_at AS FinishedAt, r.conf::text AS Conf, r.dag_version_id AS DagVersionId,
            v.number AS VersionNumber, r.triggered_by AS TriggeredBy, r.note AS Note, r.started_at AS StartedAt, r.ordered AS Ordered,
            r.message AS Message
        FROM dag_run r JOIN dag_version v ON v.dag_version_id = r.dag_version_id
        WHERE r.dag_id = @dagId AND (@state::text IS NULL OR r.state = @state)
        ORDER BY r.run_id DESC LIMIT @limit OFFSET @offset
        """;

    private const string OldestOfDag = """
        SELECT r.run_id AS RunId, r.dag_id AS DagId, r.run_key AS RunKey, r.run_type AS RunType, r.state AS State,
            r.logical_date AS LogicalDate, r.interval_start AS IntervalStart, r.interval_end AS IntervalEnd, r.run_after AS RunAfter,
            r.created_at AS CreatedAt, r.finished_at AS FinishedAt, r.conf::text AS Conf, r.dag_version_id AS DagVersionId,
            v.number AS VersionNumber, r.triggered_by AS TriggeredBy, r.note AS Note, r.started_at AS StartedAt, r.ordered AS Ordered,
            r.message AS Message
        FROM dag_run r JOIN dag_version v ON v.dag_version_id = r.dag_version_id
        WHERE r.dag_id = @dagId AND (@state::text IS NULL OR r.state = @state)
        ORDER BY r.run_id LIMIT @limit OFFSET @offset
        """;

    private const string NewestOfAll = """
        SELECT r.run_id AS RunId, r.dag_id AS DagId, r.run_key AS RunKey, r.run_type AS RunType, r.state AS State,
            r.logical_date AS LogicalDate, r.interval_start AS IntervalStart, r.interval_end AS IntervalEnd, r.run_after AS RunAfter,
            r.created_at AS CreatedAt, r.finished_at AS FinishedAt, r.conf::text AS Conf, r.dag_version_id AS DagVersionId,
            v.number AS VersionNumber, r.triggered_by AS TriggeredBy, r.note AS Note, r.started_at AS StartedAt, r.ordered AS Ordered,
            r.message AS Message
        FROM dag_run r JOIN dag_version v ON v.dag_version_id = r.dag_version_id
        WHERE @state::text IS NULL OR r.state = @state
        ORDER BY r.run_id DESC LIMIT @limit OFFSET @offset
        """;

    private const string OldestOfAll = """
        SELECT r.run_id AS RunId, r.dag_id AS DagId, r.run_key AS RunKey, r.run_type AS RunType, r.state AS State,
            r.logical_date AS LogicalDate, r.interval_start AS IntervalStart, r.interval_end AS IntervalEnd, r.run_after AS RunAfter,
            r.created_at AS CreatedAt, r.finished_at AS FinishedAt, r.conf::text AS Conf, r.dag_version_id AS DagVersionId,
            v.number AS VersionNumber, r.triggered_by AS TriggeredBy, r.note AS Note, r.started_at AS StartedAt, r.ordered AS Ordered,
            r.message AS Message
        FROM dag_run r JOIN dag_version v ON v.dag_version_id = r.dag_version_id
        WHERE @state::text IS NULL OR r.state = @state
        ORDER BY r.run_id LIMIT @limit OFFSET @offset
        """;

    private const string CountOfDag =
        "SELECT count(*)::int FROM dag_run WHERE dag_id = @dagId AND (@state::text IS NULL OR state = @state)";

    private const string CountOfAll = "SELECT count(*)::int FROM dag_run WHERE @state::text IS NULL OR state = @state";

    private const string FindInDag = """
        SELECT r.run_id AS RunId, r.dag_id AS DagId, r.run_key AS RunKey, r.run_type AS RunType, r.state AS State,
            r.logical_date AS LogicalDate, r.interval_start AS IntervalStart, r.interval_end AS IntervalEnd, r.run_after AS RunAfter,
            r.created_at AS CreatedAt, r.finished_at AS FinishedAt, r.conf::text AS Conf, r.dag_version_id AS DagVersionId,
            v.number AS VersionNumber, r.triggered_by AS TriggeredBy, r.note AS Note, r.started_at AS StartedAt, r.ordered AS Ordered,
            r.message AS Message
        FROM dag_run r JOIN dag_version v ON v.dag_version_id = r.dag_version_id
        WHERE r.dag_id = @dagId AND r.run_key = @runKey
        """;

    // One look into the unique index of (dag_id, run_key) for each DAG: there is no index by key alone.
    private const string FindInAll = """
        SELECT r.run_id AS RunId, r.dag_id AS DagId, r.run_key AS RunKey, r.run_type AS RunType, r.state AS State,
            r.logical_date AS LogicalDate, r.interval_start AS IntervalStart, r.interval_end AS IntervalEnd, r.run_after AS RunAfter,
            r.created_at AS CreatedAt, r.finished_at AS FinishedAt, r.conf::text AS Conf, r.dag_version_id AS DagVersionId,
            v.number AS VersionNumber, r.triggered_by AS TriggeredBy, r.note AS Note, r.started_at AS StartedAt, r.ordered AS Ordered,
            r.message AS Message
        FROM dag d CROSS JOIN LATERAL (SELECT * FROM dag_run WHERE dag_run.dag_id = d.dag_id AND dag_run.run_key = @runKey OFFSET 0) r
            JOIN dag_version v ON v.dag_version_id = r.dag_version_id
        ORDER BY r.dag_id
        """;

    private const string TaskCounts = """
        SELECT run_id AS RunId, state AS State, count(*)::int AS Count FROM task_instance
        WHERE run_id = ANY (@runIds) GROUP BY run_id, state ORDER BY run_id, state
        """;

    // A failure says more than what it kept from running, and the first one more than those after it. The reach bounds the cost of a page
    // of runs with ten thousand tasks each.
    private const string Failures = """
        SELECT DISTINCT ON (t.run_id) t.run_id AS RunId, t.task_id AS TaskId, t.message AS Message
        FROM unnest(@runIds) AS wanted (run_id)
            CROSS JOIN LATERAL (
                SELECT * FROM task_instance WHERE task_instance.run_id = wanted.run_id ORDER BY task_index, map_index LIMIT @reach) t
        WHERE t.state IN ('failed', 'upstream_failed')
        ORDER BY t.run_id, t.state = 'upstream_failed', t.finished_at, t.task_index
        """;

    // As the starter of runs counts: those of backfills aside, the earlier date first.
    private const string Queued = """
        SELECT r.run_id AS RunId, now() AS Now, r.run_after AS RunAfter, d.is_paused AND r.run_type <> 'manual' AS IsPaused,
            r.backfill_id IS NOT NULL AS IsBackfill,
            (SELECT count(*)::int FROM dag_run a WHERE a.dag_id = r.dag_id AND a.state = 'running' AND a.backfill_id IS NULL) AS Running,
            coalesce((v.settings ->> 'max_active_runs')::int, @defaultLimit) AS MaxActiveRuns,
            (SELECT count(*)::int FROM dag_run q WHERE q.dag_id = r.dag_id AND q.state = 'queued' AND q.backfill_id IS NULL
            AND q.run_after <= now()
                AND (coalesce(q.logical_date, q.run_after), q.run_id) < (coalesce(r.logical_date, r.run_after), r.run_id)) AS Ahead
        FROM dag_run r JOIN dag d ON d.dag_id = r.dag_id LEFT JOIN dag_version v ON v.dag_version_id = d.version_id
        WHERE r.run_id = ANY (@runIds) AND r.state = 'queued'
        """;
}
