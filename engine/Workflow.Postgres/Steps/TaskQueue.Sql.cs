namespace Workflow.Postgres.Steps;

public sealed partial class TaskQueue
{
    // The order of the locks is the order of the ids, everywhere: two steps that share runs wait for each other and never deadlock.
    private const string LockRuns = """
        SELECT run_id, ordered FROM dag_run WHERE run_id = ANY ($1) ORDER BY run_id FOR NO KEY UPDATE
        """;

    // Ends task instances, counts them at all that wait for them and in their runs, and returns what changed.
    // - An item that is running is fenced by attempt and worker, and left alone while an order stands for it: that is carried out by
    // itself.
    //   Any other was read under the run's lock by this very transaction.
    // - Counters are kept only while the one that waits is pending: after that nothing reads them. Once expanded it counts its elements
    // alone.
    // - No row is updated twice: one that waits and is itself among the items has no edge here (PostgreSQL would apply only one of both).
    // - Where all successes of its upstreams make a task ready (needed), the update that counts the last of them queues it as well; or
    // hands it
    //   over to this worker, if that has slots for all ($24) and nothing is due that it would overtake. The look for that is short: whoever
    //   has many tasks waiting for later loses the shortcut and nothing else.
    // - A step that is foreseen ($25) is refused when more follows from it than it does itself.
    private const string EndTasks = """
        WITH item AS MATERIALIZED (
            SELECT * FROM unnest($1::bigint[], $2::int[], $3::int[], $4::text[], $5::int[], $6::bigint[], $7::text[], $8::text[],
                $9::float8[], $10::bool[], $11::bool[], $12::text[], $13::text[])
            AS i (run_id, task_index, map_index, from_state, attempt, worker_id, to_state, message, wait_seconds, is_lost, fails_run,
            wake_key, unchosen)
        ), idle AS MATERIALIZED (
            SELECT $24 > 0 AND count(*) < 20 AND coalesce(bool_and(q.ready_at > now()), true) AS is_idle FROM (
                SELECT t.ready_at FROM task_instance t WHERE $24 > 0 AND t.ready_at IS NOT NULL AND t.admitted
                ORDER BY t.urgency, t.lane, t.queue COLLATE "C", t.ready_at LIMIT 20) q
        ), ended AS (
            UPDATE task_instance t SET
                state = i.to_state,
                message = i.message,
                ready_at = now() + make_interval(secs => i.wait_seconds),
                finished_at = CASE WHEN i.wait_seconds IS NULL THEN now() END,
                worker_id = CASE WHEN i.wait_seconds IS NULL THEN t.worker_id END,
                admitted = NOT t.limited,
                lost = t.lost + i.is_lost::int,
                uncounted = t.uncounted + (i.is_lost OR i.to_state IN ('deferred', 'queued'))::int,
                deferred_since = CASE WHEN i.to_state = 'deferred' THEN coalesce(t.deferred_since, t.started_at) ELSE t.deferred_since END,
                wake_key = i.wake_key,
                unchosen = i.unchosen::int[]
            FROM item i
            WHERE t.run_id = i.run_id AND t.task_index = i.task_index AND t.map_index = i.map_index AND t.state = i.from_state
                AND (i.from_state <> 'running' OR (t.attempt = i.attempt AND t.worker_id = i.worker_id AND t.ordered IS NULL))
            RETURNING t.run_id, t.task_index, t.map_index, t.attempt, t.state, t.started_at, t.finished_at, i.from_state, i.worker_id,
                i.is_lost, i.message, i.fails_run, t.limited
        ), archived AS (
            INSERT INTO task_attempt (run_id, task_index, map_index, attempt, state, worker_id, started_at, finished_at, message)
            SELECT run_id, task_index, map_index, attempt,
                CASE WHEN is_lost OR state = 'queued' THEN 'lost' WHEN state = 'deferred' THEN 'deferred' ELSE 'failed' END, worker_id,
                    started_at, now(), message
            FROM ended WHERE from_state = 'running' AND finished_at IS NULL
        ), counted AS (
            UPDATE task_instance t SET
                up_success = t.up_success + c.success,
                up_failed = t.up_failed + c.failed,
                up_upstream_failed = t.up_upstream_failed + c.upstream_failed,
                up_skipped = t.up_skipped + c.skipped,
                up_cancelled = t.up_cancelled + c.cancelled,
                setups_success = t.setups_success + c.setups_success,
                setups_failed = t.setups_failed + c.setups_failed,
                setups_skipped = t.setups_skipped + c.setups_skipped,
                deciders_ended = t.deciders_ended + c.deciders_ended,
                deciders_against = t.deciders_against + c.deciders_against,
                (state, ready_at, attempt, worker_id, started_at) = (
                    SELECT CASE WHEN NOT x.is_ready THEN t.state WHEN x.is_taken THEN 'running' ELSE 'queued' END,
                        CASE WHEN x.is_ready AND NOT x.is_taken THEN now() END,
                        t.attempt + (x.is_ready AND x.is_taken)::int,
                        CASE WHEN x.is_ready AND x.is_taken THEN $23 ELSE t.worker_id END,
                        CASE WHEN x.is_ready AND x.is_taken THEN now() ELSE t.started_at END
                    FROM (SELECT c.needed > 0 AND t.up_success + c.success = c.needed AND NOT t.waits_for_past AS is_ready,
                        NOT t.limited AND (SELECT is_idle FROM idle) AS is_taken) x)
            FROM (
                SELECT e.run_id, e.to_task, e.to_map, e.is_summary, max(e.needed) AS needed,
                    count(*) FILTER (WHERE e.kind & 1 <> 0 AND u.state = 'success') AS success,
                    count(*) FILTER (WHERE e.kind & 1 <> 0 AND u.state = 'failed') AS failed,
                    count(*) FILTER (WHERE e.kind & 1 <> 0 AND u.state = 'upstream_failed') AS upstream_failed,
                    count(*) FILTER (WHERE e.kind & 1 <> 0 AND u.state = 'skipped') AS skipped,
                    count(*) FILTER (WHERE e.kind & 1 <> 0 AND u.state = 'cancelled') AS cancelled,
                    count(*) FILTER (WHERE e.kind & 2 <> 0 AND u.state = 'success') AS setups_success,
                    count(*) FILTER (WHERE e.kind & 2 <> 0 AND u.state NOT IN ('success', 'skipped')) AS setups_failed,
                    count(*) FILTER (WHERE e.kind & 2 <> 0 AND u.state = 'skipped') AS setups_skipped,
                    count(*) FILTER (WHERE e.kind & 4 <> 0) AS deciders_ended,
                    count(*) FILTER (WHERE e.kind & 4 <> 0 AND e.is_against) AS deciders_against
                FROM unnest($14::bigint[], $15::int[], $16::int[], $17::int[], $18::int[], $19::int[], $20::bool[], $21::bool[],
                    $22::int[]) AS e (run_id, from_task, from_map, to_task, to_map, kind, is_summary, is_against, needed)
                JOIN ended u ON u.run_id = e.run_id AND u.task_index = e.from_task AND u.map_index = e.from_map
                WHERE u.finished_at IS NOT NULL
                GROUP BY e.run_id, e.to_task, e.to_map, e.is_summary
            ) c
            WHERE t.run_id = c.run_id AND t.task_index = c.to_task AND t.map_index = c.to_map AND t.state = 'pending'
                AND (t.mapped IS NOT NULL) = c.is_summary
            RETURNING t.run_id, t.task_index, t.map_index, t.up_success, t.up_failed, t.up_upstream_failed, t.up_skipped, t.up_cancelled,
                t.setups_success, t.setups_failed, t.setups_skipped, t.deciders_ended, t.deciders_against, t.mapped, t.waits_for_past,
                t.state, t.attempt, t.uncounted, t.lost, t.limited, c.needed,
                t.up_success + t.up_failed + t.up_upstream_failed + t.up_skipped + t.up_cancelled AS up_finished
        ), totalled AS (
            UPDATE dag_run r SET unfinished = r.unfinished - c.ended, failed_leaves = r.failed_leaves + c.failing
            FROM (
                SELECT run_id, count(*)::int AS ended, count(*) FILTER (WHERE fails_run)::int AS failing
                FROM ended WHERE finished_at IS NOT NULL GROUP BY run_id
            ) c
            WHERE r.run_id = c.run_id
            RETURNING r.run_id, r.unfinished, r.failed_leaves, r.ordered
        ), slots AS (
            SELECT pg_notify('workflow_slots', '') FROM (
                SELECT limited FROM ended UNION ALL SELECT limited AND state = 'queued' FROM counted) l
            WHERE limited LIMIT 1
        ), unforeseen AS (
            SELECT refuse_step() FROM (VALUES (1)) AS v WHERE $25 AND (
                (SELECT count(*) FROM ended) <> (SELECT count(*) FROM item)
                OR EXISTS (SELECT FROM counted WHERE CASE WHEN mapped IS NULL THEN up_finished = needed AND up_success < needed
                ELSE up_finished = mapped END)
                OR EXISTS (SELECT FROM totalled WHERE unfinished = 0 OR ordered IS NOT NULL))
        )
        SELECT 'e', run_id, task_index, map_index, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, NULL::int, false, NULL, 0, 0, 0 FROM ended
        UNION ALL SELECT 'c', run_id, task_index, map_index, up_success, up_failed, up_upstream_failed, up_skipped, up_cancelled,
        setups_success,
            setups_failed, setups_skipped, deciders_ended, deciders_against, mapped, waits_for_past, state, attempt, uncounted, lost
            FROM counted
        UNION ALL SELECT 'r', run_id, unfinished, failed_leaves, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, NULL, false, NULL, 0, 0, 0 FROM totalled
        UNION ALL SELECT 'i', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, NULL, is_idle, NULL, 0, 0, 0 FROM idle WHERE $24 > 0
        UNION ALL SELECT 's', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, NULL, false, NULL, 0, 0, 0 FROM slots
        UNION ALL SELECT 'u', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, NULL, false, NULL, 0, 0, 0 FROM unforeseen
        """;

    private const string QueueTasks = """
        WITH queued AS (
            UPDATE task_instance t SET state = 'queued', ready_at = now()
            FROM unnest($1::bigint[], $2::int[], $3::int[]) AS i (run_id, task_index, map_index)
            WHERE t.run_id = i.run_id AND t.task_index = i.task_index AND t.map_index = i.map_index AND t.state = 'pending'
            RETURNING t.limited)
        SELECT pg_notify('workflow_slots', '') FROM queued WHERE limited LIMIT 1
        """;

    private const string StoreOutputs = """
        INSERT INTO task_output (run_id, task_index, map_index, attempt, value)
        SELECT * FROM unnest($1::bigint[], $2::int[], $3::int[], $4::int[], $5::json[])
        """;

    private const string Publish = "SELECT publish_attempt($1, $2, $3, $4)";

    private const string AddCallbacks = """
        INSERT INTO callback (run_id, dag_version_id, task_index, map_index, attempt, kind, message)
        SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::int[], $4::int[], $5::int[], $6::text[], $7::text[])
        """;

    private const string Ordered = """
        SELECT t.run_id, t.task_index, t.map_index FROM unnest($1::bigint[], $2::int[], $3::int[], $4::int[], $5::bigint[])
            AS i (run_id, task_index, map_index, attempt, worker_id)
        JOIN task_instance t ON t.run_id = i.run_id AND t.task_index = i.task_index AND t.map_index = i.map_index
        WHERE t.state = 'running' AND t.attempt = i.attempt AND t.worker_id = i.worker_id AND t.ordered IS NOT NULL
        """;

    private const string Notify = "SELECT pg_notify($1, $2)";

    // SKIP LOCKED lets many workers claim at once; MATERIALIZED keeps the planner from locking more rows than the limit. A task waiting for
    // its retry or deferred is claimable by itself once its time has come: nobody needs to move it.
    // - Lanes are found by hopping through the index, one probe for each and never over the tasks within: from the most urgent on, and
    // among
    //   equals from where the last claim ended ($4). A claim that begins in the middle keeps to the most urgent, or it would prefer less
    //   urgent lanes to those before its beginning.
    // - The first task of a lane is its earliest, so a lane is live when that one is due. Only live lanes of the asked queues count among
    // the
    //   fifty: however many lanes wait for later, what is due behind them is found.
    // - Each lane gets an equal share, and its rows are locked only as the limit pulls them. A claim may so find less than there is:
    // whoever
    //   has free slots left claims again.
    // - The run is joined after the update: within it, the planner would look tasks up by the run alone and read all of them for each.
    private const string Claim = """
        WITH RECURSIVE top AS MATERIALIZED (
            SELECT urgency FROM task_instance WHERE ready_at IS NOT NULL AND admitted ORDER BY urgency, lane, queue COLLATE "C" LIMIT 1
        ), start AS MATERIALIZED (
            SELECT urgency, CASE WHEN $4 > 0 AND EXISTS (
                SELECT 1 FROM task_instance t WHERE t.ready_at IS NOT NULL AND t.admitted AND t.urgency = top.urgency AND t.lane > $4)
                THEN $4 ELSE -1 END AS after
            FROM top
        ), lanes AS (
            SELECT f.urgency, f.lane, f.queue, f.is_live, s.after, f.is_live::int AS place FROM start s CROSS JOIN LATERAL (
                SELECT t.urgency, t.lane, t.queue COLLATE "C" AS queue,
                    t.ready_at <= now() AND (cardinality($2::text[]) = 0 OR t.queue = ANY ($2)) AS is_live
                FROM task_instance t
                WHERE t.ready_at IS NOT NULL AND t.admitted AND (t.urgency, t.lane) > (s.urgency, s.after)
                ORDER BY t.urgency, t.lane, t.queue COLLATE "C", t.ready_at LIMIT 1) f
            UNION ALL
            SELECT n.urgency, n.lane, n.queue, n.is_live, l.after, l.place + n.is_live::int FROM lanes l CROSS JOIN LATERAL (
                SELECT t.urgency, t.lane, t.queue COLLATE "C" AS queue,
                    t.ready_at <= now() AND (cardinality($2::text[]) = 0 OR t.queue = ANY ($2)) AS is_live
                FROM task_instance t
                WHERE t.ready_at IS NOT NULL AND t.admitted AND (t.urgency, t.lane, t.queue COLLATE "C") > (l.urgency, l.lane, l.queue)
                ORDER BY t.urgency, t.lane, t.queue COLLATE "C", t.ready_at LIMIT 1) n
            WHERE l.place < 50 AND (l.after = -1 OR n.urgency = l.urgency)
        ), next AS MATERIALIZED (
            SELECT n.run_id, n.task_index, n.map_index
            FROM (
                SELECT urgency, lane, queue, ($3 + count(*) OVER (PARTITION BY urgency) - 1) / count(*) OVER (PARTITION BY urgency) AS share
                FROM lanes WHERE is_live
                ORDER BY urgency, place) l
            CROSS JOIN LATERAL (
                SELECT t.run_id, t.task_index, t.map_index FROM task_instance t
                WHERE t.urgency = l.urgency AND t.lane = l.lane AND t.queue COLLATE "C" = l.queue AND t.ready_at <= now() AND t.admitted
                    AND t.run_id <> ALL ($5)
                ORDER BY t.ready_at, t.run_id, t.task_index, t.map_index
                LIMIT l.share
                FOR UPDATE SKIP LOCKED) n
            LIMIT $3
        ), claimed AS (
            UPDATE task_instance t SET
                state = 'running', attempt = t.attempt + 1, worker_id = $1, started_at = now(), ready_at = NULL, wake_key = NULL,
                message = NULL
            FROM next n
            WHERE t.run_id = n.run_id AND t.task_index = n.task_index AND t.map_index = n.map_index
            RETURNING t.run_id, t.task_index, t.map_index, t.attempt, t.uncounted, t.lost, t.deferred_since, t.lane
        )
        SELECT c.run_id, c.task_index, c.map_index, r.dag_version_id, c.attempt, c.uncounted, c.lost, r.dag_id, r.run_key, r.logical_date,
            r.run_after, r.conf::text, c.deferred_since, c.lane
        FROM claimed c JOIN dag_run r ON r.run_id = c.run_id
        """;

    // The claim of tasks that somebody names, by their keys: what is not claimable any more is left out, so asking twice does no harm.
    private const string ClaimThese = """
        WITH next AS MATERIALIZED (
            SELECT t.run_id, t.task_index, t.map_index
            FROM unnest($2::bigint[], $3::int[], $4::int[]) AS i (run_id, task_index, map_index)
            JOIN task_instance t ON t.run_id = i.run_id AND t.task_index = i.task_index AND t.map_index = i.map_index
            WHERE t.ready_at <= now() AND t.admitted
            FOR UPDATE OF t SKIP LOCKED
        ), claimed AS (
            UPDATE task_instance t SET
                state = 'running', attempt = t.attempt + 1, worker_id = $1, started_at = now(), ready_at = NULL, wake_key = NULL,
                message = NULL
            FROM next n
            WHERE t.run_id = n.run_id AND t.task_index = n.task_index AND t.map_index = n.map_index
            RETURNING t.run_id, t.task_index, t.map_index, t.attempt, t.uncounted, t.lost, t.deferred_since, t.lane
        )
        SELECT c.run_id, c.task_index, c.map_index, r.dag_version_id, c.attempt, c.uncounted, c.lost, r.dag_id, r.run_key, r.logical_date,
            r.run_after, r.conf::text, c.deferred_since, c.lane
        FROM claimed c JOIN dag_run r ON r.run_id = c.run_id
        """;

    // Scans the active runs: asked only after a lost connection or a lost worker, never in the course of work.
    private const string HeldBy = """
        SELECT t.run_id, t.task_index, t.map_index, r.dag_version_id, t.attempt, t.uncounted, t.lost, r.dag_id, r.run_key, r.logical_date,
            r.run_after, r.conf::text, t.deferred_since, t.lane, t.worker_id
        FROM dag_run r JOIN task_instance t ON t.run_id = r.run_id
        WHERE r.state = 'running' AND t.state = 'running' AND t.worker_id = ANY ($1)
        """;

    private const string LeaseStates = """
        SELECT i.run_id, i.task_index, i.map_index,
            (t.state = 'running' AND t.attempt = i.attempt AND t.worker_id = $5) IS TRUE AS held,
            r.ordered IS NOT NULL OR r.run_id IS NULL AS run_stops, t.ordered IS NOT NULL AS stops
        FROM unnest($1::bigint[], $2::int[], $3::int[], $4::int[]) AS i (run_id, task_index, map_index, attempt)
        LEFT JOIN task_instance t ON t.run_id = i.run_id AND t.task_index = i.task_index AND t.map_index = i.map_index
        LEFT JOIN dag_run r ON r.run_id = i.run_id
        """;
}
