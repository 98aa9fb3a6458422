namespace Workflow.Postgres.Contracts;

public sealed partial class ContractStore
{
    /// <summary>The columns of a dataset of which no values are shown.</summary>
    internal const string PersonalColumns = "SELECT * FROM personal_columns(@dataset)";

    private const string Declared = """
        SELECT d.dataset AS Dataset, v.hash AS Hash FROM contract_declaration d
        JOIN contract_version v ON v.dataset = d.dataset AND v.version = d.version WHERE d.dag_id = @dagId
        """;

    private const string Withdraw = "DELETE FROM contract_declaration WHERE dag_id = @dagId AND dataset <> ALL (@datasets)";

    // The row is the lock: whoever registers next sees what this one registered.
    private const string LockContract = """
        INSERT INTO contract (dataset) VALUES (@dataset)
        ON CONFLICT (dataset) DO UPDATE SET last_version = contract.last_version RETURNING last_version
        """;

    // From the last break that a person accepted: what was promised before it is not promised any more.
    private const string Promised = """
        SELECT version AS Version, contract::text AS Contract FROM contract_version
        WHERE dataset = @dataset AND version >= coalesce(
            (SELECT max(version) FROM contract_version WHERE dataset = @dataset AND accepted_by IS NOT NULL), 1)
        ORDER BY version
        """;

    private const string InsertVersion = """
        WITH numbered AS (UPDATE contract SET last_version = @version WHERE dataset = @dataset)
        INSERT INTO contract_version (dataset, version, contract, hash, compatibility, dag_id, dag_version, accepted_by, reason)
        VALUES (@dataset, @version, @contract::jsonb, @hash, @compatibility, @dagId, @dagVersion, @acceptedBy, @reason)
        """;

    private const string Declare = """
        INSERT INTO contract_declaration (dag_id, dataset, version) VALUES (@dagId, @dataset, @version)
        ON CONFLICT (dag_id, dataset) DO UPDATE SET version = excluded.version
        """;

    // Who is scheduled on the dataset, who reads it, who makes something of it, and so on with what they make. By what the newest version
    // of each producer came from, and by what runs that are kept have read: whoever only exports or judges makes nothing.
    private const string Consumers = """
        WITH RECURSIVE made AS MATERIALIZED (
            SELECT DISTINCT l.parent_dataset, n.dataset, n.dag_id
            FROM newest_of_producer n JOIN dag ON dag.dag_id = n.dag_id AND dag.is_active
                JOIN column_lineage l ON l.dataset_version_id = n.dataset_version_id),
        reached (dataset) AS (
            SELECT @dataset
            UNION
            SELECT made.dataset FROM reached JOIN made ON made.parent_dataset = reached.dataset),
        trained AS MATERIALIZED (
            SELECT DISTINCT v.model, v.dag_id FROM model m JOIN model_version v ON v.model = m.model
                JOIN model_parent p ON p.model_version_id = v.model_version_id
                JOIN dataset_version d ON d.dataset_version_id = p.parent_version_id
            WHERE d.dataset IN (SELECT dataset FROM reached) AND (
                v.version = m.last_version OR EXISTS (SELECT 1 FROM model_alias a WHERE a.model_version_id = v.model_version_id))),
        reader (dag_id) AS (
            SELECT dag_id FROM dag_dataset WHERE dataset IN (SELECT dataset FROM reached)
            UNION
            SELECT dag_id FROM made WHERE parent_dataset IN (SELECT dataset FROM reached)
            UNION
            SELECT dag_id FROM trained
            UNION
            SELECT i.dag_id FROM attempt_input i JOIN dataset_version v ON v.dataset_version_id = i.dataset_version_id
            WHERE v.dataset IN (SELECT dataset FROM reached))
        SELECT 'dag' AS Kind, dag.dag_id AS Name FROM reader JOIN dag ON dag.dag_id = reader.dag_id AND dag.is_active
        UNION
        SELECT 'model', model FROM trained
        UNION
        SELECT 'dataset', dataset FROM reached WHERE dataset <> @dataset
        ORDER BY 1, 2
        """;

    private const string ReplaceRefusals = """
        DELETE FROM contract_refusal WHERE (dag_id, dataset) NOT IN (SELECT * FROM unnest(@dagIds, @datasets));
        INSERT INTO contract_refusal (dag_id, dataset, file, contract, hash, message)
        SELECT * FROM unnest(@dagIds, @datasets, @files, @contracts::jsonb[], @hashes, @messages)
        ON CONFLICT (dag_id, dataset) DO UPDATE SET file = excluded.file, contract = excluded.contract, hash = excluded.hash,
            message = excluded.message, refused_at = now()
        WHERE (contract_refusal.file, contract_refusal.hash, contract_refusal.message)
            IS DISTINCT FROM (excluded.file, excluded.hash, excluded.message);
        """;

    private const string IsAnyNewest = """
        SELECT EXISTS (
            SELECT 1 FROM unnest(@datasets, @hashes) AS refused (dataset, hash)
            JOIN contract c ON c.dataset = refused.dataset
            JOIN contract_version v ON v.dataset = c.dataset AND v.version = c.last_version AND v.hash = refused.hash)
        """;

    private const string Refusals = """
        SELECT dag_id AS DagId, dataset AS Dataset, file AS File, contract::text AS Contract, hash AS Hash, message AS Message,
            refused_at AS RefusedAt
        FROM contract_refusal WHERE dataset = coalesce(@dataset, dataset) ORDER BY dataset, dag_id
        """;

    private const string DeleteRefusal = "DELETE FROM contract_refusal WHERE dag_id = @dagId AND dataset = @dataset AND hash = @hash";

    private const string List = """
        SELECT v.dataset AS Dataset, v.version AS Version, v.compatibility AS Compatibility, v.contract::text AS Contract,
            v.dag_id AS DagId, v.registered_at AS RegisteredAt,
            (SELECT count(*)::int FROM contract_refusal r WHERE r.dataset = v.dataset) AS Refused
        FROM contract c JOIN contract_version v ON v.dataset = c.dataset AND v.version = c.last_version
        ORDER BY c.dataset LIMIT @limit OFFSET @offset
        """;

    private const string Count = "SELECT count(*)::int FROM contract WHERE last_version > 0";

    private const string History = """
        SELECT version AS Version, contract::text AS Contract, hash AS Hash, dag_id AS DagId, dag_version AS DagVersion,
            registered_at AS RegisteredAt, accepted_by AS AcceptedBy, reason AS Reason
        FROM contract_version WHERE dataset = @dataset ORDER BY version
        """;

    private const string Declarations = """
        SELECT d.dag_id AS DagId, d.version AS Version FROM contract_declaration d JOIN dag ON dag.dag_id = d.dag_id
        WHERE d.dataset = @dataset AND dag.is_active ORDER BY d.dag_id
        """;
}
