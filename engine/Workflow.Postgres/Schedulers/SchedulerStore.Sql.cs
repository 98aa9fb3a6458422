namespace Workflow.Postgres.Schedulers;

public sealed partial class SchedulerStore
{
    private const string Register = "INSERT INTO scheduler (name, dags_folder) VALUES (@name, @dagsFolder) RETURNING scheduler_id";

    private const string Heartbeat = "UPDATE scheduler SET heartbeat_at = now() WHERE scheduler_id = @schedulerId";

    private const string Stop = "UPDATE scheduler SET stopped_at = now() WHERE scheduler_id = @schedulerId";

    private const string EnsurePartitions = "SELECT ensure_run_partitions(1, @period)";

    // Whoever has the say keeps it while it lives. When it is gone another takes over: at once where it has the same folder, and where it
    // has a different one only after a while, so that a restart does not hand the DAGs to somebody else's files.
    private const string HoldFolder = """
        INSERT INTO dag_folder AS f (scheduler_id, folder) VALUES (@schedulerId, @folder)
        ON CONFLICT (singleton) DO UPDATE SET scheduler_id = excluded.scheduler_id, folder = excluded.folder, term = f.term + 1,
            elected_at = now()
        WHERE f.scheduler_id <> excluded.scheduler_id AND NOT EXISTS (
            SELECT 1 FROM scheduler s WHERE s.scheduler_id = f.scheduler_id
                AND s.heartbeat_at > now() - CASE WHEN f.folder = excluded.folder THEN @lease ELSE @patience END
                AND (s.stopped_at IS NULL OR f.folder <> excluded.folder))
        """;

    private const string Holder = """
        SELECT f.scheduler_id AS SchedulerId, s.name AS Name, f.folder AS Folder, f.term AS Term FROM dag_folder f
            JOIN scheduler s USING (scheduler_id)
        """;
}
