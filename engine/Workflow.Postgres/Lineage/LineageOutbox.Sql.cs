namespace Workflow.Postgres.Lineage;

internal static partial class LineageOutbox
{
    // A worker that died cannot say whether its attempt used data: the rows do that the attempt left.
    private const string Record = """
        SELECT record_lineage_events($1, $2, $3, $4) WHERE $5
            OR EXISTS (SELECT FROM attempt_input WHERE run_id = $1 AND task_index = $2 AND map_index = $3 AND attempt = $4)
            OR EXISTS (SELECT FROM dataset_version WHERE run_id = $1 AND task_index = $2 AND map_index = $3 AND attempt = $4)
            OR EXISTS (SELECT FROM model_version WHERE run_id = $1 AND task_index = $2 AND map_index = $3 AND attempt = $4)
            OR EXISTS (SELECT FROM model_alias_move WHERE run_id = $1 AND task_index = $2 AND map_index = $3 AND attempt = $4)
        """;
}
