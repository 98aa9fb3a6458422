namespace Workflow.Postgres.Effects;

public sealed partial class EffectStore
{
    private const string AddSource = """
        INSERT INTO version_source (dataset_version_id, location, sha256, bytes, dialect)
        VALUES (@versionId, @location, @sha256, @bytes, @dialect::jsonb)
        """;

    private const string AddColumnLineage = """
        INSERT INTO column_lineage (dataset_version_id, column_name, parent_dataset, parent_column, how)
        SELECT @versionId, made, input, taken, how
        FROM unnest(@made::text[], @inputs::text[], @taken::text[], @hows::text[]) AS edge (made, input, taken, how)
        ON CONFLICT DO NOTHING
        """;

    // Where nobody said which columns come from which, each may come from any: an input is never without lineage.
    private const string AddUnknownLineage = """
        INSERT INTO column_lineage (dataset_version_id, parent_dataset, how)
        SELECT DISTINCT p.dataset_version_id, v.dataset, 'transformation'
        FROM dataset_parent p JOIN dataset_version v ON v.dataset_version_id = p.parent_version_id
        WHERE p.dataset_version_id = @versionId AND NOT EXISTS (
            SELECT 1 FROM column_lineage l WHERE l.dataset_version_id = p.dataset_version_id AND l.parent_dataset = v.dataset)
        """;

    private const string AddModels = """
        INSERT INTO dataset_model (dataset_version_id, model_version_id, role)
        SELECT @versionId, model, role FROM unnest(@modelIds, @roles::text[]) AS applied (model, role)
        ON CONFLICT DO NOTHING
        """;
}
