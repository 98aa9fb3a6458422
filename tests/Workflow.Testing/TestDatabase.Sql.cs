namespace Workflow.Testing;

public sealed partial class TestDatabase
{
    // Names of databases cannot be parameters of these statements; format() quotes them.
    private static class Sql
    {
        internal const string LockTemplates = "SELECT pg_advisory_lock(4242)";
        internal const string ShareTemplates = "SELECT pg_advisory_lock_shared(4242)";

        internal const string Exists = "SELECT EXISTS (SELECT FROM pg_database WHERE datname = @name)";

        internal const string OldTemplates =
            "SELECT datname FROM pg_database WHERE datname LIKE 'workflow\\_template\\_%' AND datname <> @name";

        internal const string TestDatabases = "SELECT datname FROM pg_database WHERE datname LIKE 'workflow\\_test\\_%'";

        internal const string Create = "SELECT format('CREATE DATABASE %I TEMPLATE template0', @name)";
        internal const string Clone = "SELECT format('CREATE DATABASE %I TEMPLATE %I STRATEGY wal_log', @name, @template)";
        internal const string Rename = "SELECT format('ALTER DATABASE %I RENAME TO %I', @template, @name)";
        internal const string Close = "SELECT format('ALTER DATABASE %I ALLOW_CONNECTIONS false', @name)";
        internal const string Drop = "SELECT format('DROP DATABASE IF EXISTS %I WITH (FORCE)', @name)";
    }
}
