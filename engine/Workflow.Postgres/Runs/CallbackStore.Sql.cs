namespace Workflow.Postgres.Runs;

public sealed partial class CallbackStore
{
    // A worker calls one at a time: what it holds already when it claims is a call of which an answer of the database was lost, and which
    // nobody else would take while the worker lives. One whose run is gone is nobody's: it goes with its partition.
    private const string Claim = """
        WITH held AS MATERIALIZED (
            SELECT q.run_id, q.callback_id FROM callback q JOIN dag_run r ON r.run_id = q.run_id
            WHERE q.state = 'running' AND q.worker_id = @workerId LIMIT 1 FOR UPDATE OF q
        ), due AS MATERIALIZED (
            SELECT q.run_id, q.callback_id FROM callback q JOIN dag_version v ON v.dag_version_id = q.dag_version_id
                JOIN dag_run r ON r.run_id = q.run_id
            WHERE q.ready_at <= now() AND v.code_level <= @codeLevel AND NOT EXISTS (SELECT FROM held)
            ORDER BY q.ready_at LIMIT 1 FOR UPDATE OF q SKIP LOCKED
        ), claimed AS (
            UPDATE callback c SET state = 'running', worker_id = @workerId, ready_at = NULL, tries = c.tries + (c.state <> 'running')::int
            FROM (
                SELECT run_id, callback_id FROM held
                UNION ALL
                SELECT run_id, callback_id FROM due) n
            WHERE c.run_id = n.run_id AND c.callback_id = n.callback_id
            RETURNING c.*)
        SELECT c.callback_id AS CallbackId, c.run_id AS RunId, c.dag_version_id AS DagVersionId, c.task_index AS TaskIndex,
            c.map_index AS MapIndex,
            c.attempt AS Attempt, c.kind AS Kind, c.deadline AS Deadline, c.message AS Message, c.tries AS Tries, r.dag_id AS DagId,
            r.run_key AS RunKey, r.logical_date AS LogicalDate, r.run_after AS RunAfter, r.conf::text AS Conf
        FROM claimed c JOIN dag_run r ON r.run_id = c.run_id
        """;

    // Fenced like an attempt: one that was given to another worker meanwhile is not this one's to end.
    private const string End = """
        UPDATE callback SET state = @state, error = @error, worker_id = NULL,
            ready_at = CASE WHEN @state = 'queued' THEN now() + make_interval(secs => @waitSeconds) END,
            finished_at = CASE WHEN @state <> 'queued' THEN now() END
        WHERE run_id = @runId AND callback_id = @callbackId AND state = 'running' AND worker_id = @workerId AND tries = @tries
        """;

    // The call may be what killed the worker, with all that ran beside it: a death counts like a failure.
    private const string Rescue = """
        UPDATE callback c SET
            state = CASE WHEN c.tries < @limit THEN 'queued' ELSE 'failed' END,
            ready_at = CASE WHEN c.tries < @limit THEN now() END,
            finished_at = CASE WHEN c.tries >= @limit THEN now() END,
            error = CASE WHEN c.tries < @limit THEN c.error
            ELSE 'Its worker died during the call ' || c.tries || ' times, so it is not called again.' END,
            worker_id = NULL
        FROM worker w
        WHERE c.state = 'running' AND w.worker_id = c.worker_id AND w.stopped_at IS NOT NULL
        """;
}
