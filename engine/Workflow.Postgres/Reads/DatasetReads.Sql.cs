namespace Workflow.Postgres.Reads;

public sealed partial class DatasetReads
{
    private const string List = """
        SELECT d.dataset AS Name, d.last_version AS Versions, v.version AS LatestVersion, v.row_count AS LatestRows,
            v.published_at AS LatestCreatedAt
        FROM dataset d LEFT JOIN dataset_version v ON v.dataset = d.dataset AND v.version = d.last_version
        WHERE d.last_version > 0 ORDER BY d.dataset LIMIT @limit OFFSET @offset
        """;

    private const string Count = "SELECT count(*)::int FROM dataset WHERE last_version > 0";

    private const string Exists = "SELECT EXISTS (SELECT 1 FROM dataset WHERE dataset = @dataset AND last_version > 0)";

    private const string Versions = """
        SELECT dataset_version_id AS VersionId, version AS Version, sha256 AS Sha256, row_count AS Rows, bytes AS Bytes,
            partition::text AS Partition, published_at AS PublishedAt, dag_id AS DagId, run_key AS RunKey, task_id AS TaskId,
            columns::text AS Columns, profile::text AS Profile
        FROM dataset_version WHERE dataset = @dataset AND version IS NOT NULL ORDER BY version DESC LIMIT @limit OFFSET @offset
        """;

    // A task may read what it has just staged itself; published together, both have a number.
    private const string Parents = """
        SELECT p.dataset_version_id AS VersionId, v.dataset AS Dataset, v.version AS Version, v.sha256 AS Sha256
        FROM dataset_parent p JOIN dataset_version v ON v.dataset_version_id = p.parent_version_id
        WHERE p.dataset_version_id = ANY (@versionIds) AND v.version IS NOT NULL ORDER BY v.dataset, v.version
        """;
}
