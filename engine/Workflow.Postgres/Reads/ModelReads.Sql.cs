namespace Workflow.Postgres.Reads;

public sealed partial class ModelReads
{
    private const string List = """
        SELECT model AS Name, last_version AS Versions FROM model WHERE last_version > 0 ORDER BY model LIMIT @limit OFFSET @offset
        """;

    private const string Count = "SELECT count(*)::int FROM model WHERE last_version > 0";

    private const string CountVersions = "SELECT coalesce((SELECT last_version FROM model WHERE model = @model), 0)";

    private const string Aliases = """
        SELECT a.model AS Model, a.alias AS Alias, v.version AS Version
        FROM model_alias a JOIN model_version v ON v.model_version_id = a.model_version_id
        WHERE a.model = ANY (@models) ORDER BY a.model, a.alias
        """;

    private const string Versions = """
        SELECT model_version_id AS VersionId, version AS Version, sha256 AS Sha256, flavour AS Flavour, metrics::text AS Metrics,
            params::text AS Params, published_at AS PublishedAt, dag_id AS DagId, run_key AS RunKey, task_id AS TaskId
        FROM model_version WHERE model = @model AND version IS NOT NULL ORDER BY version DESC LIMIT @limit OFFSET @offset
        """;

    private const string Parents = """
        SELECT p.model_version_id AS VersionId, v.dataset AS Dataset, v.version AS Version, v.sha256 AS Sha256
        FROM model_parent p JOIN dataset_version v ON v.dataset_version_id = p.parent_version_id
        WHERE p.model_version_id = ANY (@versionIds) AND v.version IS NOT NULL ORDER BY v.dataset, v.version
        """;

    // A gate that was tried again counts with its last verdict.
    private const string GatesOf = """
        SELECT DISTINCT ON (model_version_id, run_id, task_index, map_index) model_version_id AS VersionId, task_id AS TaskId,
            verdict AS Verdict
        FROM gate_verdict WHERE model_version_id = ANY (@versionIds) AND published_at IS NOT NULL
        ORDER BY model_version_id, run_id, task_index, map_index, attempt DESC
        """;

    private const string Moves = """
        SELECT m.alias AS Alias, f.version AS FromVersion, t.version AS ToVersion, m.published_at AS MovedAt, m.dag_id AS DagId,
            m.run_key AS RunKey
        FROM model_alias_move m JOIN model_version t ON t.model_version_id = m.to_version_id
            LEFT JOIN model_version f ON f.model_version_id = m.from_version_id
        WHERE m.model = @model AND m.published_at IS NOT NULL ORDER BY m.published_at DESC, m.model_alias_move_id DESC LIMIT @limit
        """;

    private const string Gates = """
        SELECT g.dag_id AS DagId, g.run_key AS RunKey, g.task_id AS TaskId, g.map_index AS MapIndex, g.attempt AS Attempt,
            g.verdict AS Verdict, g.subject AS Subject, g.published_at AS PublishedAt, d.dataset AS Dataset, g.checks::text AS Checks,
            to_json(g.learnt_checks)::text AS LearntChecks
        FROM gate_verdict g LEFT JOIN dataset_version d ON d.dataset_version_id = g.dataset_version_id
        WHERE g.published_at IS NOT NULL AND (@dagId::text IS NULL OR g.dag_id = @dagId)
        ORDER BY g.published_at DESC, g.gate_verdict_id DESC LIMIT @limit OFFSET @offset
        """;

    private const string CountGates = """
        SELECT count(*)::int FROM gate_verdict WHERE published_at IS NOT NULL AND (@dagId::text IS NULL OR dag_id = @dagId)
        """;

    // By the run's key, which verdicts keep: the run itself may be gone.
    private const string GatesOfRun = """
        SELECT g.dag_id AS DagId, g.run_key AS RunKey, g.task_id AS TaskId, g.map_index AS MapIndex, g.attempt AS Attempt,
            g.verdict AS Verdict, g.subject AS Subject, g.published_at AS PublishedAt, d.dataset AS Dataset, g.checks::text AS Checks,
            to_json(g.learnt_checks)::text AS LearntChecks
        FROM gate_verdict g LEFT JOIN dataset_version d ON d.dataset_version_id = g.dataset_version_id
        WHERE g.run_key = @runKey AND g.published_at IS NOT NULL AND (@dagId::text IS NULL OR g.dag_id = @dagId)
            AND (@taskId::text IS NULL OR g.task_id = @taskId) AND (@mapIndex::int IS NULL OR g.map_index = @mapIndex)
        ORDER BY g.published_at DESC, g.gate_verdict_id DESC LIMIT @limit OFFSET @offset
        """;

    private const string CountGatesOfRun = """
        SELECT count(*)::int FROM gate_verdict
        WHERE run_key = @runKey AND published_at IS NOT NULL AND (@dagId::text IS NULL OR dag_id = @dagId)
            AND (@taskId::text IS NULL OR task_id = @taskId) AND (@mapIndex::int IS NULL OR map_index = @mapIndex)
        """;
}
