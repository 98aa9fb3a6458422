namespace Workflow.Postgres.Lineage;

public sealed partial class LineageReads
{
    private const string DatasetVersion = """
        SELECT dataset_version_id FROM dataset_version WHERE dataset = @name AND version = @version
        """;

    // Also where it is withheld: lineage tells how that came about.
    private const string DatasetWhole = """
        SELECT found.dataset_version_id FROM dataset_slices(@name) AS slice (partition) CROSS JOIN LATERAL (
            SELECT v.dataset_version_id FROM dataset_version v
            WHERE v.dataset = @name AND v.partition = slice.partition AND v.version IS NOT NULL ORDER BY v.version DESC LIMIT 1) AS found
        ORDER BY slice.partition
        """;

    private const string ModelVersion = "SELECT model_version_id FROM model_version WHERE model = @name AND version = @version";

    private const string ModelAlias = "SELECT model_version_id FROM model_alias WHERE model = @name AND alias = @alias";

    private const string NewestModel = """
        SELECT v.model_version_id FROM model m JOIN model_version v ON v.model = m.model AND v.version = m.last_version
        WHERE m.model = @name
        """;

    private const string OfSource = """
        SELECT s.dataset_version_id FROM version_source s JOIN dataset_version v ON v.dataset_version_id = s.dataset_version_id
        WHERE s.location = @name AND v.version IS NOT NULL ORDER BY s.dataset_version_id
        """;

    // One step from each of some versions or columns; what was reached before is left out by whoever walks.
    private const string Parents = """
        SELECT 'dataset' AS Kind, parent_version_id AS Id, @depth::int AS Depth FROM dataset_parent
        WHERE dataset_version_id = ANY (@datasetIds)
        UNION SELECT 'dataset', parent_version_id, @depth FROM model_parent WHERE model_version_id = ANY (@modelIds)
        UNION SELECT 'model', model_version_id, @depth FROM dataset_model WHERE dataset_version_id = ANY (@datasetIds)
        ORDER BY Kind, Id LIMIT @limit
        """;

    private const string Children = """
        SELECT 'dataset' AS Kind, dataset_version_id AS Id, @depth::int AS Depth FROM dataset_parent
        WHERE parent_version_id = ANY (@datasetIds)
        UNION SELECT 'model', model_version_id, @depth FROM model_parent WHERE parent_version_id = ANY (@datasetIds)
        UNION SELECT 'dataset', dataset_version_id, @depth FROM dataset_model WHERE model_version_id = ANY (@modelIds)
        ORDER BY Kind, Id LIMIT @limit
        """;

    private const string ColumnParents = """
        SELECT DISTINCT p.parent_version_id AS Id, l.parent_column AS Column, f.id AS ToId,
            coalesce(l.column_name, f.column_name) AS ToColumn,
            l.how AS How, @depth::int AS Depth
        FROM unnest(@datasetIds, @columns) AS f (id, column_name)
            JOIN column_lineage l ON l.dataset_version_id = f.id
                AND (f.column_name IS NULL OR l.column_name IS NULL OR l.column_name = f.column_name)
            JOIN dataset_parent p ON p.dataset_version_id = f.id
            JOIN dataset_version v ON v.dataset_version_id = p.parent_version_id AND v.dataset = l.parent_dataset
        ORDER BY 1, 2, 3, 4, 5 LIMIT @limit
        """;

    // By what the newest version of each producer says: an old one cannot break any more, nor what a DAG made that is out of service,
    // unless it is the newest of all. Links begin at a dataset by its name: it is one thing to those who read it, whoever makes its slices.
    // Of models those count that are in use: the newest, those that hold an alias, and those that scored the newest versions. A linear
    // model names its columns; one of another flavour may need any.
    private const string Impact = """
        WITH RECURSIVE newest AS MATERIALIZED (
            SELECT n.dataset, n.dataset_version_id AS id, n.version = d.last_version AS is_last
            FROM newest_of_producer n JOIN dataset d ON d.dataset = n.dataset
            WHERE n.version = d.last_version OR EXISTS (SELECT 1 FROM dag WHERE dag.dag_id = n.dag_id AND dag.is_active)),
        standing AS MATERIALIZED (
            SELECT v.model_version_id AS id, v.params FROM model m JOIN model_version v ON v.model = m.model
            WHERE v.version = m.last_version OR v.model_version_id IN (
                SELECT model_version_id FROM model_alias
                UNION SELECT dm.model_version_id FROM newest n JOIN dataset_model dm ON dm.dataset_version_id = n.id)),
        link (from_kind, from_name, from_column, kind, name, id, column_name, how) AS MATERIALIZED (
            SELECT 'dataset', l.parent_dataset, l.parent_column, 'dataset', n.dataset, n.id, l.column_name, l.how
            FROM newest n JOIN column_lineage l ON l.dataset_version_id = n.id
            UNION
            SELECT 'dataset', p.dataset, uses.column_name, 'model', s.id::text, s.id, NULL, 'trained_on'
            FROM standing s JOIN model_parent mp ON mp.model_version_id = s.id
                JOIN dataset_version p ON p.dataset_version_id = mp.parent_version_id
                CROSS JOIN LATERAL (
                    SELECT NULL AS column_name WHERE NOT s.params ? 'label'
                    UNION ALL SELECT s.params ->> key FROM unnest(ARRAY['label', 'holdout']) AS key WHERE s.params ? key
                    UNION ALL SELECT jsonb_array_elements_text(
                        CASE jsonb_typeof(s.params -> key) WHEN 'array' THEN s.params -> key ELSE '[]' END)
                    FROM unnest(ARRAY['numeric', 'categorical']) AS key) uses
            UNION
            SELECT 'model', dm.model_version_id::text, NULL, 'dataset', n.dataset, n.id, NULL, 'applied'
            FROM newest n JOIN dataset_model dm ON dm.dataset_version_id = n.id),
        hit (kind, name, id, column_name, from_kind, from_id, from_column, how, depth) AS (
            SELECT 'dataset', dataset, id, @column::text, NULL::text, NULL::bigint, NULL::text, NULL::text, 0
            FROM newest WHERE dataset = @name AND is_last
            UNION
            SELECT link.kind, link.name, link.id, link.column_name, hit.kind, hit.id, hit.column_name, link.how, hit.depth + 1
            FROM hit JOIN link ON link.from_kind = hit.kind AND link.from_name = hit.name
                AND (link.from_column IS NULL OR hit.column_name IS NULL OR link.from_column = hit.column_name)
            WHERE hit.depth < @depth AND (link.kind, link.name) <> (hit.kind, hit.name))
        SELECT kind AS Kind, id AS Id, column_name AS Column, from_kind AS FromKind, from_id AS FromId, from_column AS FromColumn,
            how AS How, min(depth) AS Depth
        FROM (SELECT * FROM hit LIMIT @limit) found GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY min(depth), kind, id, column_name
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
        SELECT dataset_version_id AS Id, dataset AS Name, version AS Version, sha256 AS Sha256, row_count AS Rows,
            partition::text AS Partition,
            published_at AS PublishedAt, dag_id AS DagId, dag_version AS DagVersion, dag_hash AS DagHash, run_key AS RunKey,
            task_id AS TaskId, map_index AS MapIndex, attempt AS Attempt, worker AS Worker, expired_at AS ExpiredAt
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

    // A gate that was tried again on the same version counts with its last verdict.
    private const string Gates = """
        SELECT DISTINCT ON (g.run_id, g.task_index, g.map_index, g.dataset_version_id, g.model_version_id) g.gate_verdict_id AS Id,
            g.dataset_version_id AS DatasetId, g.model_version_id AS ModelId, g.verdict AS Verdict, g.checks::text AS Checks,
            g.published_at AS PublishedAt, g.dag_id AS DagId, g.dag_version AS DagVersion, g.dag_hash AS DagHash, g.run_key AS RunKey,
            g.task_id AS TaskId, g.map_index AS MapIndex, g.attempt AS Attempt, g.worker AS Worker
        FROM gate_verdict g
        WHERE g.published_at IS NOT NULL AND (g.dataset_version_id = ANY (@datasetIds) OR g.model_version_id = ANY (@modelIds))
        ORDER BY g.run_id, g.task_index, g.map_index, g.dataset_version_id, g.model_version_id, g.attempt DESC
        """;
}
