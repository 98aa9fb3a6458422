namespace Workflow.Postgres.Steps;

public sealed partial class TaskQueue
{
    // A mapped source hands on what its elements gave: nothing for one that a person marked.
    private const string Lengths = """
        SELECT CASE
            WHEN t.mapped IS NOT NULL THEN (
                SELECT count(*)::int FROM task_instance e JOIN task_output g USING (run_id, task_index, map_index, attempt)
                WHERE e.run_id = i.run_id AND e.task_index = i.task_index AND e.map_index >= 0 AND e.state = 'success')
            WHEN t.state = 'success' AND json_typeof(o.value) = 'array' THEN json_array_length(o.value) END
        FROM unnest($1::bigint[], $2::int[]) WITH ORDINALITY AS i (run_id, task_index, place)
        LEFT JOIN task_instance t ON t.run_id = i.run_id AND t.task_index = i.task_index AND t.map_index = -1
        LEFT JOIN task_output o ON o.run_id = i.run_id AND o.task_index = i.task_index AND o.map_index = -1 AND o.attempt = t.attempt
        ORDER BY i.place
        """;

    // Elements of an earlier expansion are taken up again; one that still runs begins anew when it has stopped.
    private const string Expand = """
        WITH item AS MATERIALIZED (
            SELECT * FROM unnest($1::bigint[], $2::int[], $3::int[], $4::bool[]) AS i (run_id, task_index, elements, is_ready)
        ), summary AS (
            UPDATE task_instance t SET mapped = i.elements, up_success = 0, up_failed = 0, up_upstream_failed = 0, up_skipped = 0,
                up_cancelled = 0
            FROM item i WHERE t.run_id = i.run_id AND t.task_index = i.task_index AND t.map_index = -1
            RETURNING t.run_id, t.task_index, t.task_id, t.queue, t.urgency, t.lane, t.pool, t.pool_slots, t.limited, i.elements, i.is_ready
        ), revived AS (
            SELECT t.run_id, count(*)::int AS still_running FROM summary s JOIN task_instance t
                ON t.run_id = s.run_id AND t.task_index = s.task_index AND t.map_index BETWEEN 0 AND s.elements - 1 AND t.state = 'running'
            GROUP BY t.run_id
        ), made AS (
            INSERT INTO task_instance (run_id, task_index, map_index, task_id, queue, urgency, lane, pool, pool_slots, limited, admitted,
                state, ready_at)
            SELECT s.run_id, s.task_index, e.at, s.task_id, s.queue, s.urgency, s.lane, s.pool, s.pool_slots, s.limited, NOT s.limited,
                CASE WHEN s.is_ready THEN 'queued' ELSE 'pending' END, CASE WHEN s.is_ready THEN now() END
            FROM summary s CROSS JOIN LATERAL generate_series(0, s.elements - 1) AS e (at)
            ON CONFLICT (run_id, task_index, map_index) DO UPDATE SET
                state = CASE WHEN task_instance.state = 'running' THEN 'running' ELSE excluded.state END,
                ordered = CASE WHEN task_instance.state = 'running' THEN 'pending' END,
                ready_at = CASE WHEN task_instance.state = 'running' THEN NULL ELSE excluded.ready_at END,
                admitted = CASE WHEN task_instance.state = 'running' THEN task_instance.admitted ELSE excluded.admitted END,
                finished_at = NULL, message = NULL, uncounted = task_instance.attempt, lost = 0, deferred_since = NULL, unchosen = NULL,
                up_success = 0, up_failed = 0, up_upstream_failed = 0, up_skipped = 0, up_cancelled = 0, setups_success = 0,
                setups_failed = 0,
                setups_skipped = 0, deciders_ended = 0, deciders_against = 0
        )
        UPDATE dag_run r SET unfinished = r.unfinished + c.made - coalesce((SELECT still_running FROM revived v WHERE v.run_id = r.run_id),
            0)
        FROM (SELECT run_id, sum(elements)::int AS made FROM item GROUP BY run_id) c WHERE r.run_id = c.run_id
        RETURNING r.run_id, r.unfinished, r.failed_leaves
        """;
}
