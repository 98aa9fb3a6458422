namespace Workflow.Postgres.Schedulers;

public sealed partial class SchedulerStore
{
    private const string Register = "INSERT INTO scheduler (name, dags_folder) VALUES (@name, @dagsFolder) RETURNING scheduler_id";

    private const string Heartbeat = "UPDATE scheduler SET heartbeat_at = now() WHERE scheduler_id = @schedulerId";

    private const string Stop = "UPDATE scheduler SET stopped_at = now() WHERE scheduler_id = @schedulerId";

    private const string EnsurePartitions = "SELECT ensure_run_partitions()";
}
