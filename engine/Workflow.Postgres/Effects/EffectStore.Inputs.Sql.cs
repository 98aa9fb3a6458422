namespace Workflow.Postgres.Effects;

public sealed partial class EffectStore
{
    // What a run published stays when the run is deleted: another may have its name since.
    private const string OfRun = """
        SELECT v.dataset_version_id AS VersionId, v.dataset AS Dataset, v.sha256 AS Sha256, v.row_count AS Rows,
            v.partition::text AS Partition
        FROM dataset_version v
        WHERE v.version IS NOT NULL AND v.dataset_version_id IN (
            SELECT i.dataset_version_id FROM dag_run r JOIN attempt_input i ON i.run_id = r.run_id
                WHERE r.dag_id = @dagId AND r.run_key = @runKey
            UNION SELECT m.dataset_version_id FROM dag_run r JOIN dataset_version m ON m.run_id = r.run_id
                WHERE r.dag_id = @dagId AND r.run_key = @runKey)
        ORDER BY v.dataset_version_id
        """;

    // The foreign key waits for whoever lets a version's content go at this moment, and the second statement then sees that it went.
    private const string RecordInputs = """
        INSERT INTO attempt_input (run_id, task_index, map_index, attempt, dataset_version_id, dag_id, run_key, task_id)
        SELECT @runId, @taskIndex, @mapIndex, @attempt, read, @dagId, @runKey, @taskId FROM unnest(@versionIds) AS read
        ON CONFLICT DO NOTHING
        """;

    private const string Expired = """
        SELECT dataset AS Dataset, version AS Version, expired_at AS At FROM dataset_version
        WHERE dataset_version_id = ANY (@versionIds) AND expired_at IS NOT NULL ORDER BY dataset_version_id LIMIT 1
        """;
}
