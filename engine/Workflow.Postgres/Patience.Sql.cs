namespace Workflow.Postgres;

internal static partial class Patience
{
    private const string Number = "SELECT pg_current_xact_id()::text";

    private const string Status = "SELECT pg_xact_status(@number::xid8)";
}
