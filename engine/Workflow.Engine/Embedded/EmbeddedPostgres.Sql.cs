namespace Workflow.Engine.Embedded;

public sealed partial class EmbeddedPostgres
{
    private static class Sql
    {
        internal const string DataDirectory = "SHOW data_directory";

        internal const string DatabaseExists = "SELECT EXISTS (SELECT FROM pg_database WHERE datname = @name)";

        internal const string CreateDatabase = "CREATE DATABASE workflow";
    }
}
