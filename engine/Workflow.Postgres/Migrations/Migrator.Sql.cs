namespace Workflow.Postgres.Migrations;

public sealed partial class Migrator
{
    private static class Sql
    {
        // The key is arbitrary and fixed for ever: "workflow" in ASCII. Held until the transaction ends, so a pooler may lie in between
        // and a killed migrator leaves nothing locked.
        internal const string Lock = "SELECT pg_advisory_xact_lock(8606223218533756791)";

        internal const string TableExists = "SELECT to_regclass('schema_migration') IS NOT NULL";

        internal const string CreateTable =
            """
            CREATE TABLE IF NOT EXISTS schema_migration (
                number     integer     PRIMARY KEY CHECK (number > 0),
                name       text        NOT NULL,
                sha256     text        NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
                applied_at timestamptz NOT NULL DEFAULT now()
            )
            """;

        internal const string Applied = "SELECT number, name, sha256 FROM schema_migration ORDER BY number";

        internal const string Record = "INSERT INTO schema_migration (number, name, sha256) VALUES (@number, @name, @sha256)";
    }
}
