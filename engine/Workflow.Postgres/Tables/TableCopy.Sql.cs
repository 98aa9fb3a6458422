namespace Workflow.Postgres.Tables;

public sealed partial class TableCopy
{
    private const string SetValue = "SELECT set_config('workflow.' || @name, @value, true)";

    private const string ReadOnly = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY";

    // Text is quoted and a null is not, so that an empty text is told from a null.
    private const string CopyOut = """
        COPY (
        {0}
        ) TO STDOUT (FORMAT csv, FORCE_QUOTE *)
        """;

    private const string Exists = "SELECT to_regclass(@table) IS NOT NULL";

    // Of two exports that both find no table, the second waits here until that of the first is there.
    private const string AwaitOthers = "SELECT pg_advisory_xact_lock(hashtextextended(@table, 0))";

    private const string Create = "CREATE TABLE IF NOT EXISTS {0} ({1})";

    private const string CreateStage = "CREATE TEMP TABLE workflow_stage ON COMMIT DROP AS SELECT {1} FROM {0} WITH NO DATA";

    private const string CopyIn = "COPY workflow_stage ({0}) FROM STDIN (FORMAT csv, HEADER)";

    private const string Stage = "workflow_stage";

    private const string CountRows = "SELECT count(*) FROM {0}";

    private const string CountKeyless = "SELECT count(*) FROM workflow_stage WHERE num_nulls({0}) > 0";

    // Deleted and not truncated: a transaction that began before sees the old rows until it ends. Another export waits here for the commit:
    // it would not delete the rows that this one adds.
    private const string Replace = """
        LOCK TABLE {0} IN SHARE ROW EXCLUSIVE MODE;
        DELETE FROM {0};
        INSERT INTO {0} ({1}) SELECT {1} FROM workflow_stage
        """;

    private const string Upsert = "INSERT INTO {0} ({1}) SELECT {1} FROM workflow_stage ON CONFLICT ({2}) DO UPDATE SET {3}";

    private const string Add = "INSERT INTO {0} ({1}) SELECT {1} FROM workflow_stage ON CONFLICT ({2}) DO NOTHING";
}
