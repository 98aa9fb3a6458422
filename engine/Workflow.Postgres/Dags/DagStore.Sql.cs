namespace Workflow.Postgres.Dags;

public sealed partial class DagStore
{
    private const string LockDag = """
        INSERT INTO dag (dag_id, file) VALUES (@dagId, @file)
        ON CONFLICT (dag_id) DO UPDATE SET last_seen_at = now()
        RETURNING version_id AS VersionId, schedule::text AS Schedule, start_date AS StartDate, end_date AS EndDate, catchup AS Catchup,
            next_fire_at AS NextFireAt, last_fire_at AS LastFireAt, schedule_error AS ScheduleError, is_active AS IsActive, now() AS Now
        """;

    private const string NewestVersion = """
        SELECT v.dag_version_id AS DagVersionId, v.number AS Number, v.hash AS Hash,
            EXISTS (SELECT 1 FROM dag_run r WHERE r.dag_version_id = v.dag_version_id) AS IsUsed
        FROM dag_version v WHERE v.dag_id = @dagId ORDER BY v.number DESC LIMIT 1
        """;

    private const string InsertVersion = """
        INSERT INTO dag_version (dag_id, number, hash, definition_hash, description, owner, tags, params, settings, graph, file, source,
            shared_sources, reference_versions, assembly, code_level)
        VALUES (@dagId, @number, @hash, @definitionHash, @description, @owner, @tags, @params::jsonb, @settings::jsonb, @graph::jsonb,
            @file, @source, @sharedSources::jsonb, @referenceVersions, @assembly, @codeLevel)
        RETURNING dag_version_id
        """;

    // No run uses it, so nobody has seen it: an edit in progress does not pile up versions. A new id keeps caches by id true.
    private const string DeleteVersion = "DELETE FROM dag_version WHERE dag_version_id = @dagVersionId";

    private const string KnownAssemblies = "SELECT sha256 FROM dag_assembly WHERE sha256 = ANY (@hashes)";

    private const string InsertAssembly = """
        INSERT INTO dag_assembly (sha256, name, bytes) VALUES (@sha256, @name, @bytes) ON CONFLICT (sha256) DO NOTHING
        """;

    private const string InsertVersionAssemblies = """
        INSERT INTO dag_version_assembly (dag_version_id, name, sha256) SELECT @versionId, * FROM unnest(@names, @hashes)
        """;

    // Another scheduler that refers to one at this moment makes the foreign key refuse one of the two: that one loads again.
    private const string DeleteUnusedAssemblies = """
        DELETE FROM dag_assembly a WHERE NOT EXISTS (SELECT 1 FROM dag_version_assembly v WHERE v.sha256 = a.sha256)
        """;

    private const string LoadPackages = """
        SELECT v.name AS Name, a.bytes AS Bytes FROM dag_version_assembly v JOIN dag_assembly a ON a.sha256 = v.sha256
        WHERE v.dag_version_id = @dagVersionId
        """;

    private const string ClearVersion = "UPDATE dag SET version_id = NULL WHERE dag_id = @dagId";

    private const string UpdateDag = """
        UPDATE dag SET file = @file, version_id = @versionId, is_active = true, message = NULL WHERE dag_id = @dagId
        """;

    private const string UpdateSchedule = """
        UPDATE dag SET schedule = @schedule::jsonb, schedule_text = @text, time_zone = @zone, start_date = @startDate, end_date = @endDate,
            catchup = @catchup, next_fire_at = @nextFireAt, schedule_error = @error, schedule_changes = schedule_changes + 1
        WHERE dag_id = @dagId
        """;

    // What is queued of a dataset that the schedule no longer reads is nobody's.
    private const string ReplaceDatasets = """
        DELETE FROM dag_dataset WHERE dag_id = @dagId AND dataset <> ALL (@datasets);
        INSERT INTO dag_dataset (dag_id, dataset) SELECT @dagId, unnest(@datasets) ON CONFLICT DO NOTHING;
        DELETE FROM dag_dataset_event q USING dataset_event e
        WHERE q.dag_id = @dagId AND e.dataset_event_id = q.dataset_event_id AND e.dataset <> ALL (@datasets);
        """;

    // One DAG says how long content is kept; what another would say of the same dataset it may not.
    private const string DescribedByOthers = """
        SELECT dataset AS Dataset, declared_by AS DagId FROM dataset
        WHERE dataset = ANY (@names) AND declared_by <> @dagId ORDER BY dataset FOR UPDATE
        """;

    // What a DAG no longer describes keeps its content: nothing says any more that it may go.
    private const string DescribeDatasets = """
        UPDATE dataset SET declared_by = NULL, description = '', owner = '', tags = '{}', keep_versions = NULL, keep_for = NULL,
            cold_after = NULL
        WHERE declared_by = @dagId AND dataset <> ALL (@names);
        INSERT INTO dataset (dataset, declared_by, description, owner, tags, keep_versions, keep_for, cold_after)
        SELECT d.name, @dagId, d.description, d.owner, d.tags, d.keep_versions, d.keep_for, d.cold_after
        FROM jsonb_to_recordset(@described::jsonb) AS d (
            name text, description text, owner text, tags text[], keep_versions int, keep_for interval, cold_after interval)
        ORDER BY d.name
        ON CONFLICT (dataset) DO UPDATE SET declared_by = excluded.declared_by, description = excluded.description, owner = excluded.owner,
            tags = excluded.tags, keep_versions = excluded.keep_versions, keep_for = excluded.keep_for, cold_after = excluded.cold_after;
        """;

    private const string Deactivate = """
        UPDATE dag SET is_active = false, message = @message, next_fire_at = NULL WHERE dag_id = @dagId AND is_active;
        UPDATE dataset SET declared_by = NULL, description = '', owner = '', tags = '{}', keep_versions = NULL, keep_for = NULL,
            cold_after = NULL
        WHERE declared_by = @dagId;
        """;

    private const string ActiveDags = "SELECT dag_id AS DagId, file AS File FROM dag WHERE is_active";

    private const string ReplaceImportErrors = """
        DELETE FROM import_error WHERE file <> ALL (@files);
        INSERT INTO import_error (file, diagnostics)
        SELECT * FROM unnest(@files, @diagnostics::jsonb[])
        ON CONFLICT (file) DO UPDATE SET diagnostics = excluded.diagnostics, seen_at = now()
        WHERE import_error.diagnostics <> excluded.diagnostics;
        SELECT pg_notify('workflow_runs', '');
        """;

    private const string LoadCode = """
        SELECT dag_id AS DagId, definition_hash AS DefinitionHash, assembly AS Assembly FROM dag_version
        WHERE dag_version_id = @dagVersionId
        """;

    private const string SetPaused = """
        UPDATE dag SET is_paused = @paused WHERE dag_id = @dagId RETURNING pg_notify('workflow_runs', '') IS NOT NULL
        """;

    private const string Pools = "SELECT pool, slots FROM pool ORDER BY pool";
}
