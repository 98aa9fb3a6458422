namespace Workflow.Postgres.Reads;

public sealed partial class SimulationReads
{
    private const string Find = """
        SELECT version_id AS DagVersionId, schedule::text AS Schedule, start_date AS StartDate, end_date AS EndDate FROM dag
        WHERE dag_id = @dagId
        """;

    // The last runs are found by dag_run_by_dag, their tasks by their key: the cost follows the number of runs looked at. A wait counts
    // from its first look.
    private const string Measured = """
        SELECT t.task_id AS TaskId,
            percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch
            FROM t.finished_at - coalesce(t.deferred_since, t.started_at))::float8)
                FILTER (WHERE t.state = 'success') AS Seconds,
            percentile_disc(0.5) WITHIN GROUP (ORDER BY t.mapped) FILTER (WHERE t.map_index = -1) AS Elements
        FROM (SELECT run_id FROM dag_run WHERE dag_id = @dagId AND state IN ('success', 'failed') ORDER BY run_id DESC LIMIT @count) r
            JOIN task_instance t ON t.run_id = r.run_id
        GROUP BY t.task_id
        """;
}
