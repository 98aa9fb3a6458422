namespace Workflow.Postgres.Reads;

public sealed partial class DriftReads
{
    // By the run's key, which verdicts keep: the run itself may be gone. Of several attempts and mapped tasks, the one judged last.
    private const string Newest = """
        SELECT g.attempt AS Attempt, g.map_index AS MapIndex, g.verdict AS Verdict, d.found AS Found, g.subject AS Subject,
            g.published_at AS PublishedAt, d.dataset_version_id AS VersionId, to_json(d.reference_ids)::text AS ReferenceIds,
            d.report::text AS Report
        FROM gate_verdict g JOIN drift_report d ON d.gate_verdict_id = g.gate_verdict_id
        WHERE g.run_key = @runKey AND g.dag_id = @dagId AND g.task_id = @taskId AND g.published_at IS NOT NULL
            AND (@mapIndex::int IS NULL OR g.map_index = @mapIndex)
        ORDER BY g.gate_verdict_id DESC LIMIT 1
        """;

    // A version that is staged still, or was given up, has no number.
    private const string Sides = """
        SELECT dataset_version_id AS VersionId, dataset AS Dataset, version AS Version, partition::text AS Partition, sha256 AS Sha256,
            row_count AS Rows
        FROM dataset_version WHERE dataset_version_id = ANY (@versionIds) ORDER BY dataset, version
        """;
}
