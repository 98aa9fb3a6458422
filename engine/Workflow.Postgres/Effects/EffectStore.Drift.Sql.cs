namespace Workflow.Postgres.Effects;

public sealed partial class EffectStore
{
    // In the transaction that stages the verdict.
    private const string StageDriftReport = """
        INSERT INTO drift_report (gate_verdict_id, dag_id, task_id, dataset, dataset_version_id, partition, found, reference_ids, report)
        SELECT g.gate_verdict_id, g.dag_id, g.task_id, v.dataset, v.dataset_version_id, v.partition, @found, @references, @report::jsonb
        FROM gate_verdict g JOIN dataset_version v ON v.dataset_version_id = g.dataset_version_id
        WHERE g.run_id = @runId AND g.task_index = @taskIndex AND g.map_index = @mapIndex AND g.attempt = @attempt
        """;

    // A slice is one window, however often it was judged; each version of a dataset without slices is one. Along a key, windows are slices
    // that are alike in all others.
    private const string EarlierDrift = """
        SELECT found FROM (
            SELECT DISTINCT ON (d.partition, CASE WHEN d.partition = '{}' THEN d.dataset_version_id END) d.found, d.gate_verdict_id
            FROM drift_report d JOIN gate_verdict g ON g.gate_verdict_id = d.gate_verdict_id
            WHERE d.dag_id = @dagId AND d.task_id = @taskId AND d.dataset = @dataset AND g.published_at IS NOT NULL
                AND d.found <> 'inconclusive'
                AND (d.partition <> @partition::jsonb OR (d.partition = '{}' AND d.dataset_version_id <> @versionId))
                AND (@along::text IS NULL OR d.partition - @along = @partition::jsonb - @along)
            ORDER BY d.partition, CASE WHEN d.partition = '{}' THEN d.dataset_version_id END, d.gate_verdict_id DESC) windows
        ORDER BY gate_verdict_id DESC LIMIT @limit
        """;

    // A model that is not there yet may still be trained, by what the attempt's own DAG or one in service says.
    private const string KnownModel = """
        SELECT EXISTS (SELECT 1 FROM model WHERE model = @model) OR EXISTS (
            SELECT 1 FROM dag_version v LEFT JOIN dag d ON d.version_id = v.dag_version_id AND d.is_active
            WHERE (d.dag_id IS NOT NULL OR v.dag_version_id = @dagVersionId)
                AND jsonb_path_exists(v.graph, '$[*].outlets[*] ? (@ == $model)', jsonb_build_object('model', @model)))
        """;

    private const string AliasesOf = "SELECT alias FROM model_alias WHERE model = @model ORDER BY alias";

    private const string TrainingOf = """
        SELECT v.dataset_version_id AS VersionId, v.dataset AS Dataset, v.sha256 AS Sha256, v.row_count AS Rows,
            v.partition::text AS Partition
        FROM model_alias a JOIN model_parent p ON p.model_version_id = a.model_version_id
            JOIN dataset_version v ON v.dataset_version_id = p.parent_version_id
        WHERE a.model = @model AND a.alias = @alias ORDER BY v.dataset_version_id
        """;
}
