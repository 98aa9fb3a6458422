namespace Workflow.Postgres.Logs;

public sealed partial class LogStore
{
    // A batch whose answer was lost is sent again: what is there already stays.
    private const string Insert = """
        INSERT INTO task_log (run_id, task_index, map_index, attempt, seq, logged_at, level, line)
        SELECT * FROM unnest($1::bigint[], $2::int[], $3::int[], $4::int[], $5::int[], $6::timestamptz[], $7::text[], $8::text[])
        ON CONFLICT DO NOTHING
        """;
}
