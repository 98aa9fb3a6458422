namespace Workflow.Postgres.Datasets;

public sealed partial class SnapshotReads
{
    // A time stands for the number that was the newest then: numbers become visible in their order, times of publishing do not.
    private const string Snapshot = """
        WITH at AS (
            SELECT max(version) AS version FROM dataset_version
            WHERE dataset = @dataset AND version IS NOT NULL AND (@number::int IS NULL OR version <= @number)
                AND (@time::timestamptz IS NULL OR published_at <= @time))
        SELECT DISTINCT ON (v.partition) at.version AS At, v.dataset_version_id AS VersionId, v.dataset AS Dataset, v.sha256 AS Sha256,
            v.row_count AS Rows, v.partition::text AS Partition
        FROM at JOIN dataset_version v ON v.dataset = @dataset AND v.version <= at.version
        ORDER BY v.partition, v.version DESC
        """;

    // A slice is meant by all of its keys or by some of them: the newest version of any slice that has them.
    private const string One = """
        SELECT version AS Number, dataset_version_id AS VersionId, dataset AS Dataset, sha256 AS Sha256, row_count AS Rows, partition::text AS Partition,
            expired_at AS ExpiredAt
        FROM dataset_version
        WHERE dataset = @dataset AND version IS NOT NULL AND (@number::int IS NULL OR version = @number)
            AND (@partition::jsonb IS NULL OR partition @> @partition::jsonb)
        ORDER BY version DESC LIMIT 1
        """;
}
