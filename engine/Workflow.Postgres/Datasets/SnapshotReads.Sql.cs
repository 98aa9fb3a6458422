namespace Workflow.Postgres.Datasets;

public sealed partial class SnapshotReads
{
    // What is withheld is left out, but for the version that the number names. A time stands for the number that was the newest then:
    // numbers become visible in their order, times of publishing do not.
    private const string Snapshot = """
        WITH at AS (
            SELECT max(v.version) AS version FROM dataset_version v
            WHERE v.dataset = @dataset AND v.version IS NOT NULL AND (@number::int IS NULL OR v.version <= @number)
                AND (@time::timestamptz IS NULL OR v.published_at <= @time)
                AND (@number::int IS NOT NULL OR NOT EXISTS (
                    SELECT 1 FROM withheld_version w WHERE w.dataset_version_id = v.dataset_version_id)))
        SELECT at.version AS At, found.* FROM at CROSS JOIN dataset_slices(@dataset) AS slice (partition) CROSS JOIN LATERAL (
            SELECT v.dataset_version_id AS VersionId, v.dataset AS Dataset, v.sha256 AS Sha256, v.row_count AS Rows,
                v.partition::text AS Partition
            FROM dataset_version v
            WHERE v.dataset = @dataset AND v.partition = slice.partition AND v.version <= at.version
                AND (v.version = @number::int OR NOT EXISTS (
                    SELECT 1 FROM withheld_version w WHERE w.dataset_version_id = v.dataset_version_id))
            ORDER BY v.version DESC LIMIT 1) AS found
        ORDER BY slice.partition
        """;

    // A slice is meant by all of its keys or by some of them: the newest version of any slice that has them.
    private const string One = """
        SELECT v.version AS Number, v.dataset_version_id AS VersionId, v.dataset AS Dataset, v.sha256 AS Sha256, v.row_count AS Rows,
            v.partition::text AS Partition, v.expired_at AS ExpiredAt
        FROM dataset_version v
        WHERE v.dataset = @dataset AND v.version IS NOT NULL AND (@number::int IS NULL OR v.version = @number)
            AND (@partition::jsonb IS NULL OR v.partition @> @partition::jsonb)
            AND (@number::int IS NOT NULL OR NOT EXISTS (
                SELECT 1 FROM withheld_version w WHERE w.dataset_version_id = v.dataset_version_id))
        ORDER BY v.version DESC LIMIT 1
        """;
}
