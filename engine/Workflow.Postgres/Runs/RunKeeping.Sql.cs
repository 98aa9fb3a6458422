namespace Workflow.Postgres.Runs;

public sealed partial class RunKeeping
{
    private const string TimedOut = """
        SELECT run_id AS RunId, (extract(epoch FROM timeout_at - started_at))::float8 AS Seconds FROM dag_run
        WHERE state = 'running' AND timeout_at <= now() AND ordered IS NULL
        """;

    // Who locks a deadline's row settles it; a second scheduler passes it by. A run that ended late, before anybody looked, missed it too.
    private const string SettleDeadlines = """
        WITH due AS (
            SELECT d.run_id, d.number, d.due_at, r.dag_version_id, coalesce(r.finished_at, now()) > d.due_at AS is_missed
            FROM run_deadline d JOIN dag_run r ON r.run_id = d.run_id
            WHERE d.settled_at IS NULL AND d.due_at <= now() FOR UPDATE OF d SKIP LOCKED
        ), settled AS (
            UPDATE run_deadline d SET settled_at = now(), is_missed = due.is_missed FROM due
            WHERE d.run_id = due.run_id AND d.number = due.number
        ), called AS (
            INSERT INTO callback (run_id, dag_version_id, kind, deadline, message)
            SELECT run_id, dag_version_id, 'deadline', number,
                'The run was not finished by ' || to_char(due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') || ' UTC.'
            FROM due WHERE is_missed RETURNING 1
        )
        SELECT count(*)::int FROM called WHERE pg_notify('workflow_tasks', '') IS NOT NULL
        """;

    // The run before is looked up anew each time: it may have been cleared, marked, deleted, or created late. One whose task is new there,
    // or that is the first, does not wait.
    private const string Released = """
        SELECT t.run_id AS RunId, t.task_index AS TaskIndex
        FROM task_instance t JOIN dag_run r ON r.run_id = t.run_id
        LEFT JOIN LATERAL (
            SELECT p.run_id, p.state FROM dag_run p
            WHERE p.dag_id = r.dag_id AND (coalesce(p.logical_date, p.run_after), p.run_id) < (coalesce(r.logical_date, r.run_after),
                r.run_id)
            ORDER BY coalesce(p.logical_date, p.run_after) DESC, p.run_id DESC LIMIT 1) past ON true
        LEFT JOIN task_instance before ON before.run_id = past.run_id AND before.task_id = t.task_id AND before.map_index = -1
        WHERE t.waits_for_past AND t.state = 'pending'
            AND (past.run_id IS NULL OR before.state IN ('success', 'skipped') OR (before.state IS NULL AND past.state <> 'queued'))
        """;
}
