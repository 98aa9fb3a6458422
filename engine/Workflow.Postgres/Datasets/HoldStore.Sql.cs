namespace Workflow.Postgres.Datasets;

public sealed partial class HoldStore
{
    // A version that is expiring at this moment is waited for: the hold then finds it expired and comes too late.
    private const string Place = """
        WITH held AS (
            SELECT dataset_version_id FROM dataset_version
            WHERE dataset = @dataset AND version = @version AND expired_at IS NULL FOR NO KEY UPDATE)
        INSERT INTO dataset_hold (dataset_version_id, reason, placed_by) SELECT dataset_version_id, @reason, @by FROM held
        ON CONFLICT (dataset_version_id) WHERE lifted_at IS NULL DO NOTHING
        """;

    private const string Lift = """
        UPDATE dataset_hold h SET lifted_by = @by, lifted_at = now() FROM dataset_version v
        WHERE v.dataset = @dataset AND v.version = @version AND h.dataset_version_id = v.dataset_version_id AND h.lifted_at IS NULL
        """;

    private const string Recall = """
        UPDATE dataset_version SET cold_at = NULL, recalled_at = now()
        WHERE dataset = @dataset AND version = @version AND cold_at IS NOT NULL AND expired_at IS NULL
        """;
}
