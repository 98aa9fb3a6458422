namespace Workflow.Postgres.Reads;

public sealed partial class WaitReads
{
    private const string Dataset = """
        SELECT v.dataset_version_id AS VersionId, v.dataset AS Dataset, v.sha256 AS Sha256, v.row_count AS Rows,
            v.partition::text AS Partition
        FROM dataset_version v
        WHERE v.dataset = @dataset AND v.version IS NOT NULL AND v.published_at >= @since
            AND NOT EXISTS (SELECT 1 FROM withheld_version w WHERE w.dataset_version_id = v.dataset_version_id)
        ORDER BY v.version DESC LIMIT 1
        """;

    private const string RunState = """
        SELECT state FROM dag_run WHERE dag_id = @dagId AND logical_date = @logicalDate ORDER BY run_id DESC LIMIT 1
        """;

    private const string Event = """
        SELECT e.payload::text AS Payload FROM external_event e JOIN dag_run r ON r.run_id = @runId
        WHERE e.key = @key AND e.created_at >= r.created_at ORDER BY e.created_at DESC LIMIT 1
        """;

    private const string Now = "SELECT now()";
}
