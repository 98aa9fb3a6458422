namespace Workflow.Postgres.Reads;

public sealed partial class DatasetReads
{
    private const string List = """
        SELECT d.dataset AS Name, d.last_version AS Versions, v.version AS LatestVersion, v.row_count AS LatestRows,
            v.published_at AS LatestCreatedAt, d.description AS Description, d.owner AS Owner, to_json(d.tags)::text AS Tags,
            d.declared_by AS DeclaredBy,
            d.keep_versions AS KeepVersions, d.keep_for AS KeepFor, d.cold_after AS ColdAfter, c.last_version AS ContractVersion
        FROM dataset d LEFT JOIN contract c ON c.dataset = d.dataset AND c.last_version > 0 LEFT
            JOIN dataset_version v ON v.dataset = d.dataset AND v.version = d.last_version
        WHERE d.last_version > 0 AND (@tag::text IS NULL OR @tag = ANY (d.tags)) AND (@owner::text IS NULL OR d.owner = @owner)
            AND (@dataset::text IS NULL OR d.dataset = @dataset)
        ORDER BY d.dataset LIMIT @limit OFFSET @offset
        """;

    private const string Count = """
        SELECT count(*)::int FROM dataset d
        WHERE d.last_version > 0 AND (@tag::text IS NULL OR @tag = ANY (d.tags)) AND (@owner::text IS NULL OR d.owner = @owner)
            AND (@dataset::text IS NULL OR d.dataset = @dataset)
        """;

    // Of a profile, what lists show: the rest would make a page of versions heavy.
    private const string Versions = """
        SELECT dataset_version_id AS VersionId, version AS Version, sha256 AS Sha256, row_count AS Rows, bytes AS Bytes,
            partition::text AS Partition, published_at AS PublishedAt, dag_id AS DagId, run_key AS RunKey, task_id AS TaskId,
            contract_version AS ContractVersion, columns::text AS Columns, (
                SELECT coalesce(jsonb_agg(c - 'quantiles' - 'histogram' - 'top_values' ORDER BY at), '[]')
                FROM jsonb_array_elements(profile) WITH ORDINALITY AS columns(c, at))::text AS Profile
        FROM dataset_version WHERE dataset = @dataset AND version IS NOT NULL ORDER BY version DESC LIMIT @limit OFFSET @offset
        """;

    // A task may read what it has just staged itself; published together, both have a number.
    private const string Parents = """
        SELECT p.dataset_version_id AS VersionId, v.dataset AS Dataset, v.version AS Version, v.sha256 AS Sha256
        FROM dataset_parent p JOIN dataset_version v ON v.dataset_version_id = p.parent_version_id
        WHERE p.dataset_version_id = ANY (@versionIds) AND v.version IS NOT NULL ORDER BY v.dataset, v.version
        """;

    private const string Expired = """
        SELECT dataset_version_id FROM dataset_version WHERE dataset_version_id = ANY (@versionIds) AND expired_at IS NOT NULL
        """;

    // Names are the authors' affair: by what the rows of such datasets have. Rejects are staged just before the rows that lack them.
    private const string Aside = """
        SELECT d.dataset AS Dataset, NOT v.columns @> '[{"name": "quarantine_reasons"}]' AS IsRejects,
            CASE WHEN v.columns @> '[{"name": "quarantine_reasons"}]' THEN (
                SELECT p.dataset FROM dataset_parent o JOIN dataset_version p ON p.dataset_version_id = o.parent_version_id
                WHERE o.dataset_version_id = v.dataset_version_id LIMIT 1)
            ELSE (
                SELECT n.dataset FROM dataset_version n
                WHERE n.run_id = v.run_id AND n.task_index = v.task_index AND n.map_index = v.map_index AND n.attempt = v.attempt
                    AND n.version IS NOT NULL AND n.dataset_version_id > v.dataset_version_id
                ORDER BY n.dataset_version_id LIMIT 1) END AS "From",
            v.version AS Version, v.row_count AS Rows, v.published_at AS PublishedAt, v.dag_id AS DagId, v.run_key AS RunKey,
            v.task_id AS TaskId
        FROM dataset d JOIN dataset_version v ON v.dataset = d.dataset AND v.version = d.last_version
        WHERE v.columns @> '[{"name": "quarantine_reasons"}]'
            OR v.columns @> '[{"name": "line_number"}, {"name": "reason"}, {"name": "column_name"}, {"name": "raw"}]'
        ORDER BY d.dataset LIMIT @limit OFFSET @offset
        """;

    private const string CountAside = """
        SELECT count(*)::int FROM dataset d JOIN dataset_version v ON v.dataset = d.dataset AND v.version = d.last_version
        WHERE v.columns @> '[{"name": "quarantine_reasons"}]'
            OR v.columns @> '[{"name": "line_number"}, {"name": "reason"}, {"name": "column_name"}, {"name": "raw"}]'
        """;

    // What a version is kept by, and where, without what it holds: pages of hundreds are light.
    private const string States = """
        SELECT v.dataset_version_id AS VersionId, v.version AS Version, v.sha256 AS Sha256, v.row_count AS Rows, v.bytes AS Bytes,
            v.partition::text AS Partition, v.published_at AS PublishedAt, v.dag_id AS DagId, v.run_key AS RunKey, v.task_id AS TaskId,
            v.contract_version AS ContractVersion, v.expired_at AS ExpiredAt, v.cold_at AS ColdAt, h.reason AS HoldReason,
            h.placed_by AS HeldBy, h.placed_at AS HeldAt,
            withheld.is_withheld AS IsWithheld, NOT withheld.is_withheld AND NOT EXISTS (
                SELECT 1 FROM dataset_version n WHERE n.dataset = v.dataset AND n.partition = v.partition AND n.version > v.version
                    AND NOT EXISTS (SELECT 1 FROM withheld_version w WHERE w.dataset_version_id = n.dataset_version_id)) AS IsNewestOfSlice
        FROM dataset_version v LEFT JOIN dataset_hold h ON h.dataset_version_id = v.dataset_version_id AND h.lifted_at IS NULL
            CROSS JOIN LATERAL (SELECT EXISTS (
                SELECT 1 FROM withheld_version w WHERE w.dataset_version_id = v.dataset_version_id) AS is_withheld) AS withheld
        WHERE v.dataset = @dataset AND v.version IS NOT NULL AND (@partition::jsonb IS NULL OR v.partition @> @partition::jsonb)
            AND (@version::int IS NULL OR v.version = @version)
        ORDER BY v.version DESC LIMIT @limit OFFSET @offset
        """;

    private const string CountStates = """
        SELECT count(*)::int FROM dataset_version v
        WHERE v.dataset = @dataset AND v.version IS NOT NULL AND (@partition::jsonb IS NULL OR v.partition @> @partition::jsonb)
            AND (@version::int IS NULL OR v.version = @version)
        """;
}
