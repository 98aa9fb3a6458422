namespace Workflow.Postgres.Steps;

public sealed partial class GraphCache
{
    private const string Load = "SELECT graph::text, settings::text, code_level FROM dag_version WHERE dag_version_id = $1";
}
