namespace Workflow.Postgres.Reads;

public sealed partial class DagReads
{
    private const string List = """
        SELECT d.dag_id AS DagId, d.file AS File, d.is_paused AS IsPaused, d.is_active AS IsActive,
            coalesce(d.message, d.schedule_error) AS Message, d.schedule_text AS Schedule, d.time_zone AS TimeZone,
            d.next_fire_at AS NextFireAt, d.last_seen_at AS LastSeenAt, v.number AS VersionNumber, v.description AS Description,
            v.owner AS Owner, to_json(v.tags)::text AS Tags,
            EXISTS (SELECT 1 FROM import_error e WHERE e.file = d.file AND e.diagnostics @> '[{"severity": "error"}]') AS HasImportErrors
        FROM dag d LEFT JOIN dag_version v ON v.dag_version_id = d.version_id
        WHERE @pattern::text IS NULL OR d.dag_id ILIKE '%' || @pattern || '%'
        ORDER BY d.dag_id LIMIT @limit OFFSET @offset
        """;

    private const string Count = "SELECT count(*)::int FROM dag WHERE @pattern::text IS NULL OR dag_id ILIKE '%' || @pattern || '%'";

    private const string Find = """
        SELECT d.dag_id AS DagId, d.file AS File, d.is_paused AS IsPaused, d.is_active AS IsActive,
            coalesce(d.message, d.schedule_error) AS Message, d.schedule_text AS Schedule, d.time_zone AS TimeZone,
            d.next_fire_at AS NextFireAt, d.last_seen_at AS LastSeenAt, v.number AS VersionNumber, v.description AS Description,
            v.owner AS Owner, to_json(v.tags)::text AS Tags,
            EXISTS (SELECT 1 FROM import_error e WHERE e.file = d.file AND e.diagnostics @> '[{"severity": "error"}]') AS HasImportErrors
        FROM dag d LEFT JOIN dag_version v ON v.dag_version_id = d.version_id
        WHERE d.dag_id = @dagId
        """;

    // LATERAL with a limit reads so many entries of dag_run_by_dag for each DAG, however long its history is.
    private const string Recent = """
        SELECT r.dag_id AS DagId, r.run_key AS RunKey, r.state AS State, r.run_type AS RunType, r.created_at AS CreatedAt,
            r.finished_at AS FinishedAt, r.logical_date AS LogicalDate
        FROM unnest(@dagIds) AS d (dag_id)
            CROSS JOIN LATERAL (SELECT * FROM dag_run WHERE dag_run.dag_id = d.dag_id ORDER BY run_id DESC LIMIT @recent) r
        ORDER BY r.dag_id, r.run_id DESC
        """;

    private const string Definition = """
        SELECT v.dag_version_id AS DagVersionId, v.params::text AS Params, d.start_date AS StartDate, d.end_date AS EndDate,
            d.catchup AS Catchup, d.schedule_error AS ScheduleError
        FROM dag d JOIN dag_version v ON v.dag_version_id = d.version_id WHERE d.dag_id = @dagId
        """;

    private const string Versions = """
        SELECT v.number AS Number, v.hash AS Hash, v.created_at AS CreatedAt,
            v.dag_version_id IS NOT DISTINCT FROM d.version_id AS IsCurrent,
            coalesce(used.runs, 0) AS RunCount
        FROM dag d JOIN dag_version v ON v.dag_id = d.dag_id
            LEFT JOIN (SELECT dag_version_id, count(*)::int AS runs FROM dag_run WHERE dag_id = @dagId GROUP BY dag_version_id) used
                ON used.dag_version_id = v.dag_version_id
        WHERE d.dag_id = @dagId ORDER BY v.number DESC LIMIT @limit OFFSET @offset
        """;

    private const string CountVersions = "SELECT count(*)::int FROM dag_version WHERE dag_id = @dagId";

    private const string Source = """
        SELECT v.number AS Number, v.file AS File, v.source AS Source, v.shared_sources::text AS SharedSources
        FROM dag d JOIN dag_version v ON v.dag_id = d.dag_id
        WHERE d.dag_id = @dagId
            AND CASE WHEN @number::int IS NULL THEN v.dag_version_id IS NOT DISTINCT FROM d.version_id ELSE v.number = @number END
        """;

    private const string ImportErrors = """
        SELECT e.import_error_id AS ImportErrorId, e.file AS File, (SELECT min(d.dag_id) FROM dag d WHERE d.file = e.file) AS DagId,
            e.diagnostics::text AS Diagnostics, e.seen_at AS SeenAt
        FROM import_error e ORDER BY e.file LIMIT @limit OFFSET @offset
        """;

    private const string CountImportErrors = "SELECT count(*)::int FROM import_error";
}
