namespace Workflow.Postgres.Lineage;

public sealed partial class LineageReads
{
    private const string DatasetVersion = """
        SELECT dataset_version_id FROM dataset_version WHERE dataset = @name AND version = @version
        """;

    private const string DatasetWhole = """
        SELECT DISTINCT ON (partition) dataset_version_id FROM dataset_version WHERE dataset = @name AND version IS NOT NULL
        ORDER BY partition, version DESC
        """;

    private const string ModelVersion = "SELECT model_version_id FROM model_version WHERE model = @name AND version = @version";

    private const string ModelAlias = "SELECT model_version_id FROM model_alias WHERE model = @name AND alias = @alias";

    private const string NewestModel = """
        SELECT v.model_version_id FROM model m JOIN model_version v ON v.model = m.model AND v.version = m.last_version WHERE m.model = @name
        """;

    private const string OfSource = """
        SELECT s.dataset_version_id FROM version_source s JOIN dataset_version v ON v.dataset_version_id = s.dataset_version_id
        WHERE s.location = @name AND v.version IS NOT NULL ORDER BY s.dataset_version_id
        """;

    // A version is made from what was there before it, so there is no cycle to begin with; the depth ends the walk whatever the rows say. The
    // inner limit stops the recursion itself: nothing between it and the scan needs all rows first.
    private const string Upstream = """
        WITH RECURSIVE walk (kind, id, depth) AS (
            SELECT kind, id, 0 FROM (
                SELECT 'dataset' AS kind, id FROM unnest(@datasetIds) AS id UNION ALL SELECT 'model', id FROM unnest(@modelIds) AS id) root
            UNION
            SELECT next.kind, next.id, walk.depth + 1
            FROM walk CROSS JOIN LATERAL (
                SELECT 'dataset' AS kind, parent_version_id AS id FROM dataset_parent
                WHERE walk.kind = 'dataset' AND dataset_version_id = walk.id
                UNION ALL SELECT 'dataset', parent_version_id FROM model_parent WHERE walk.kind = 'model' AND model_version_id = walk.id
                UNION ALL SELECT 'model', model_version_id FROM dataset_model WHERE walk.kind = 'dataset' AND dataset_version_id = walk.id) next
            WHERE walk.depth < @depth)
        SELECT kind AS Kind, id AS Id, min(depth) AS Depth FROM (SELECT kind, id, depth FROM walk LIMIT @limit) found
        GROUP BY kind, id ORDER BY min(depth), kind, id
        """;

    private const string Downstream = """
        WITH RECURSIVE walk (kind, id, depth) AS (
            SELECT kind, id, 0 FROM (
                SELECT 'dataset' AS kind, id FROM unnest(@datasetIds) AS id UNION ALL SELECT 'model', id FROM unnest(@modelIds) AS id) root
            UNION
            SELECT next.kind, next.id, walk.depth + 1
            FROM walk CROSS JOIN LATERAL (
                SELECT 'dataset' AS kind, dataset_version_id AS id FROM dataset_parent
                WHERE walk.kind = 'dataset' AND parent_version_id = walk.id
                UNION ALL SELECT 'model', model_version_id FROM model_parent WHERE walk.kind = 'dataset' AND parent_version_id = walk.id
                UNION ALL SELECT 'dataset', dataset_version_id FROM dataset_model WHERE walk.kind = 'model' AND model_version_id = walk.id) next
            WHERE walk.depth < @depth)
        SELECT kind AS Kind, id AS Id, min(depth) AS Depth FROM (SELECT kind, id, depth FROM walk LIMIT @limit) found
        GROUP BY kind, id ORDER BY min(depth), kind, id
        """;

    private const string ColumnUpstream = """
        WITH RECURSIVE walk (id, column_name, to_id, to_column, how, depth) AS (
            SELECT id, @column::text, NULL::bigint, NULL::text, NULL::text, 0 FROM unnest(@datasetIds) AS id
            UNION
            SELECT p.parent_version_id, l.parent_column, walk.id, coalesce(l.column_name, walk.column_name), l.how, walk.depth + 1
            FROM walk
                JOIN column_lineage l ON l.dataset_version_id = walk.id
                    AND (walk.column_name IS NULL OR l.column_name IS NULL OR l.column_name = walk.column_name)
                JOIN dataset_parent p ON p.dataset_version_id = walk.id
                JOIN dataset_version v ON v.dataset_version_id = p.parent_version_id AND v.dataset = l.parent_dataset
            WHERE walk.depth < @depth)
        SELECT id AS Id, column_name AS Column, to_id AS ToId, to_column AS ToColumn, how AS How, min(depth) AS Depth
        FROM (SELECT * FROM walk LIMIT @limit) found GROUP BY 1, 2, 3, 4, 5 ORDER BY min(depth), id, column_name
        """;

    // By what the newest versions say: an old one cannot break any more. A linear model names its columns; one of another flavour may need any.
    private const string Impact = """
        WITH RECURSIVE newest AS MATERIALIZED (
            SELECT d.dataset, v.dataset_version_id FROM dataset d JOIN dataset_version v ON v.dataset = d.dataset AND v.version = d.last_version),
        standing AS MATERIALIZED (
            SELECT v.model, v.model_version_id, v.params FROM model m JOIN model_version v ON v.model = m.model
            WHERE v.version = m.last_version OR v.model_version_id IN (SELECT model_version_id FROM model_alias a WHERE a.model = m.model)),
        link (from_kind, from_name, from_column, kind, name, column_name, how) AS MATERIALIZED (
            SELECT 'dataset', l.parent_dataset, l.parent_column, 'dataset', n.dataset, l.column_name, l.how
            FROM newest n JOIN column_lineage l ON l.dataset_version_id = n.dataset_version_id
            UNION
            SELECT 'dataset', p.dataset, uses.column_name, 'model', s.model, NULL, 'trained_on'
            FROM standing s JOIN model_parent mp ON mp.model_version_id = s.model_version_id
                JOIN dataset_version p ON p.dataset_version_id = mp.parent_version_id
                CROSS JOIN LATERAL (
                    SELECT NULL AS column_name WHERE NOT s.params ? 'label'
                    UNION ALL SELECT s.params ->> key FROM unnest(ARRAY['label', 'holdout']) AS key WHERE s.params ? key
                    UNION ALL SELECT jsonb_array_elements_text(
                        CASE jsonb_typeof(s.params -> key) WHEN 'array' THEN s.params -> key ELSE '[]' END)
                    FROM unnest(ARRAY['numeric', 'categorical']) AS key) uses
            UNION
            SELECT 'model', m.model, NULL, 'dataset', n.dataset, NULL, 'applied'
            FROM newest n JOIN dataset_model dm ON dm.dataset_version_id = n.dataset_version_id
                JOIN model_version m ON m.model_version_id = dm.model_version_id),
        hit (kind, name, column_name, from_kind, from_name, from_column, how, depth) AS (
            SELECT 'dataset', @name::text, @column::text, NULL::text, NULL::text, NULL::text, NULL::text, 0
            UNION
            SELECT link.kind, link.name, link.column_name, hit.kind, hit.name, hit.column_name, link.how, hit.depth + 1
            FROM hit JOIN link ON link.from_kind = hit.kind AND link.from_name = hit.name
                AND (link.from_column IS NULL OR hit.column_name IS NULL OR link.from_column = hit.column_name)
            WHERE hit.depth < @depth AND (link.kind, link.name) <> (hit.kind, hit.name))
        SELECT kind AS Kind, name AS Name, column_name AS Column, from_kind AS FromKind, from_name AS FromName, from_column AS FromColumn,
            how AS How, min(depth) AS Depth
        FROM (SELECT * FROM hit LIMIT @limit) found GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY min(depth), kind, name, column_name
        """;

    private const string NewestOf = """
        SELECT 'dataset' AS Kind, v.dataset_version_id AS Id, d.dataset AS Name
        FROM dataset d JOIN dataset_version v ON v.dataset = d.dataset AND v.version = d.last_version WHERE d.dataset = ANY (@datasets)
        UNION ALL
        SELECT 'model', v.model_version_id, m.model
        FROM model m JOIN model_version v ON v.model = m.model AND v.version = m.last_version WHERE m.model = ANY (@models)
        """;

    private const string HasColumn = """
        SELECT EXISTS (
            SELECT 1 FROM dataset_version v CROSS JOIN LATERAL jsonb_array_elements(v.columns) AS c
            WHERE v.dataset_version_id = ANY (@datasetIds) AND c ->> 'name' = @column)
        """;

    private const string Edges = """
        SELECT 'dataset' AS FromKind, parent_version_id AS FromId, 'dataset' AS ToKind, dataset_version_id AS ToId, 'read' AS How
        FROM dataset_parent WHERE dataset_version_id = ANY (@datasetIds) AND parent_version_id = ANY (@datasetIds)
        UNION ALL
        SELECT 'dataset', parent_version_id, 'model', model_version_id, 'trained_on'
        FROM model_parent WHERE model_version_id = ANY (@modelIds) AND parent_version_id = ANY (@datasetIds)
        UNION ALL
        SELECT 'model', model_version_id, 'dataset', dataset_version_id, 'applied'
        FROM dataset_model WHERE dataset_version_id = ANY (@datasetIds) AND model_version_id = ANY (@modelIds)
        ORDER BY ToKind, ToId, FromKind, FromId
        """;

    private const string Datasets = """
        SELECT dataset_version_id AS Id, dataset AS Name, version AS Version, sha256 AS Sha256, row_count AS Rows, partition::text AS Partition,
            published_at AS PublishedAt, dag_id AS DagId, dag_version AS DagVersion, dag_hash AS DagHash, run_key AS RunKey, task_id AS TaskId,
            map_index AS MapIndex, attempt AS Attempt, worker AS Worker
        FROM dataset_version WHERE dataset_version_id = ANY (@datasetIds) AND version IS NOT NULL ORDER BY dataset, version
        """;

    private const string Models = """
        SELECT v.model_version_id AS Id, v.model AS Name, v.version AS Version, v.sha256 AS Sha256, NULL::bigint AS Rows, '{}' AS Partition,
            v.published_at AS PublishedAt, v.dag_id AS DagId, v.dag_version AS DagVersion, v.dag_hash AS DagHash, v.run_key AS RunKey,
            v.task_id AS TaskId, v.map_index AS MapIndex, v.attempt AS Attempt, v.worker AS Worker,
            ARRAY(SELECT alias FROM model_alias a WHERE a.model_version_id = v.model_version_id ORDER BY alias) AS Aliases
        FROM model_version v WHERE v.model_version_id = ANY (@modelIds) AND v.version IS NOT NULL ORDER BY v.model, v.version
        """;

    private const string Sources = """
        SELECT dataset_version_id AS Id, location AS Location, sha256 AS Sha256, bytes AS Bytes, dialect::text AS Dialect
        FROM version_source WHERE dataset_version_id = ANY (@datasetIds) ORDER BY location, dataset_version_id
        """;

    // A gate that was tried again counts with its last verdict.
    private const string Gates = """
        SELECT DISTINCT ON (g.run_id, g.task_index, g.map_index) g.gate_verdict_id AS Id, g.dataset_version_id AS DatasetId,
            g.model_version_id AS ModelId, g.verdict AS Verdict, g.checks::text AS Checks, g.published_at AS PublishedAt, g.dag_id AS DagId,
            g.dag_version AS DagVersion, g.dag_hash AS DagHash, g.run_key AS RunKey, g.task_id AS TaskId, g.map_index AS MapIndex,
            g.attempt AS Attempt, g.worker AS Worker
        FROM gate_verdict g
        WHERE g.published_at IS NOT NULL AND (g.dataset_version_id = ANY (@datasetIds) OR g.model_version_id = ANY (@modelIds))
        ORDER BY g.run_id, g.task_index, g.map_index, g.attempt DESC
        """;
}
