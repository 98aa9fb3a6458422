namespace Workflow.Postgres.Steps;

public sealed partial class TaskQueue
{
    // The output that counts is that of the attempt with which the task succeeded. Whoever has read it already names that attempt and gets
    // no text: ten thousand elements of a mapped task read one list once a worker.
    private const string LoadInputs = """
        SELECT o.task_index, o.attempt, CASE WHEN o.attempt <> i.known THEN o.value::text END
        FROM unnest($2::int[], $3::int[], $4::int[]) AS i (task_index, map_index, known)
        JOIN task_instance t ON t.run_id = $1 AND t.task_index = i.task_index AND t.map_index = i.map_index AND t.state = 'success'
        JOIN task_output o ON o.run_id = $1 AND o.task_index = i.task_index AND o.map_index = i.map_index AND o.attempt = t.attempt
        """;

    // How often the elements ran in all tells whether the list is still the one that was read before.
    private const string GatheredVersion = """
        SELECT coalesce(sum(attempt), 0)::int FROM task_instance
        WHERE run_id = $1 AND task_index = $2 AND map_index >= 0 AND state = 'success'
        """;

    private const string LoadGathered = """
        SELECT o.value::text
        FROM task_instance t JOIN task_output o USING (run_id, task_index, map_index, attempt)
        WHERE t.run_id = $1 AND t.task_index = $2 AND t.map_index >= 0 AND t.state = 'success' ORDER BY t.map_index
        """;
}
