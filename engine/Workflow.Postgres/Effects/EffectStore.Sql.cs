namespace Workflow.Postgres.Effects;

public sealed partial class EffectStore
{
    private const string StageDataset = """
        WITH named AS (INSERT INTO dataset (dataset) VALUES (@dataset) ON CONFLICT DO NOTHING)
        INSERT INTO dataset_version (dataset, sha256, bytes, row_count, partition, columns, profile, sketch, writer, query, dag_id, run_id,
            run_key, task_index, map_index, attempt, task_id, rows_in, rejected, filtered, contract_version)
        VALUES (@dataset, @sha256, @bytes, @rows, @partition::jsonb, @columns::jsonb, @profile::jsonb, @sketch, @writer, @query, @dagId,
            @runId, @runKey, @taskIndex, @mapIndex, @attempt, @taskId, @rowsIn, @rejected, @filtered,
            (SELECT max(version) FROM contract_version WHERE dataset = @dataset AND hash = @contractHash))
        RETURNING dataset_version_id
        """;

    // By the attempt too: a server that crashed may have given the key to another's version.
    private const string IsDatasetStaged = """
        SELECT EXISTS (
            SELECT 1 FROM dataset_version
            WHERE dataset_version_id = @versionId AND run_id = @runId AND task_index = @taskIndex AND map_index = @mapIndex
                AND attempt = @attempt)
        """;

    private const string Contract = """
        SELECT version AS Version, contract::text AS Contract FROM contract_version
        WHERE dataset = @dataset AND hash = coalesce(@hash, hash) ORDER BY version DESC LIMIT 1
        """;

    private const string AddDatasetParents = """
        INSERT INTO dataset_parent (dataset_version_id, parent_version_id) SELECT @versionId, parent FROM unnest(@parents) AS parent
        """;

    private const string StageModel = """
        WITH named AS (INSERT INTO model (model) VALUES (@model) ON CONFLICT DO NOTHING)
        INSERT INTO model_version (model, sha256, bytes, flavour, params, metrics, dag_version_id, dag_id, run_id, run_key, task_index,
            map_index, attempt, task_id)
        VALUES (@model, @sha256, @bytes, @flavour, @params::jsonb, @metrics::jsonb, @dagVersionId, @dagId, @runId, @runKey, @taskIndex,
            @mapIndex, @attempt, @taskId)
        RETURNING model_version_id
        """;

    private const string IsModelStaged = """
        SELECT EXISTS (
            SELECT 1 FROM model_version
            WHERE model_version_id = @versionId AND run_id = @runId AND task_index = @taskIndex AND map_index = @mapIndex
                AND attempt = @attempt)
        """;

    private const string AddModelParents = """
        INSERT INTO model_parent (model_version_id, parent_version_id) SELECT @versionId, parent FROM unnest(@parents) AS parent
        """;

    private const string StageVerdict = """
        INSERT INTO gate_verdict (dag_id, run_id, run_key, task_index, map_index, attempt, task_id, subject, dataset_version_id,
            model_version_id, alias, baseline_version_id, review_item_id, learnt_checks, verdict, checks)
        VALUES (@dagId, @runId, @runKey, @taskIndex, @mapIndex, @attempt, @taskId, @subject, @datasetVersionId, @modelVersionId, @alias,
            @baselineVersionId, @reviewId, @learnt, @verdict, @checks::jsonb)
        """;

    private const string IsVerdictStaged = """
        SELECT EXISTS (
            SELECT 1 FROM gate_verdict WHERE run_id = @runId AND task_index = @taskIndex AND map_index = @mapIndex AND attempt = @attempt)
        """;

    private const string StageMove = """
        INSERT INTO model_alias_move (model, alias, to_version_id, dag_id, run_id, run_key, task_index, map_index, attempt)
        SELECT model, @alias, model_version_id, @dagId, @runId, @runKey, @taskIndex, @mapIndex, @attempt
        FROM model_version WHERE model_version_id = @modelVersionId
        """;

    private const string IsMoveStaged = """
        SELECT EXISTS (
            SELECT 1 FROM model_alias_move
            WHERE run_id = @runId AND task_index = @taskIndex AND map_index = @mapIndex AND attempt = @attempt AND alias = @alias
                AND to_version_id = @modelVersionId)
        """;

    // The newest version of each partition that agrees in every other key and comes before in one. An older version of a partition was
    // replaced, and one that is withheld is bad: nobody trains on those.
    private const string EarlierPartitions = """
        SELECT found.* FROM dataset_slices(@dataset) AS slice (partition) CROSS JOIN LATERAL (
            SELECT v.dataset_version_id AS VersionId, v.dataset AS Dataset, v.sha256 AS Sha256, v.row_count AS Rows,
                v.partition::text AS Partition
            FROM dataset_version v
            WHERE v.dataset = @dataset AND v.partition = slice.partition AND v.version IS NOT NULL
                AND NOT EXISTS (SELECT 1 FROM withheld_version w WHERE w.dataset_version_id = v.dataset_version_id)
            ORDER BY v.version DESC LIMIT 1) AS found
        WHERE slice.partition - @key = @others::jsonb AND slice.partition ->> @key COLLATE "C" < @before
        """;

    private const string AliasHolder = """
        SELECT v.model_version_id AS VersionId, v.sha256 AS Sha256, v.version AS Version
        FROM model_alias a JOIN model_version v ON v.model_version_id = a.model_version_id WHERE a.model = @model AND a.alias = @alias
        """;
}
