namespace Workflow.Postgres.Reads;

public sealed partial class WaitReads
{
    private const string Dataset = """
        SELECT dataset_version_id AS VersionId, dataset AS Dataset, sha256 AS Sha256, row_count AS Rows, partition::text AS Partition
        FROM dataset_version WHERE dataset = @dataset AND version IS NOT NULL AND published_at >= @since ORDER BY version DESC LIMIT 1
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
