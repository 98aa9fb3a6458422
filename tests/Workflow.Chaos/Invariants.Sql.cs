namespace Workflow.Chaos;

internal sealed partial class Invariants
{
    private const string UnfinishedRuns = """
        SELECT dag_id || ' ' || run_key || ' is ' || r.state || ': ' || coalesce((SELECT string_agg(task_id || '[' || map_index || '] ' || t.state || ' #' || attempt, ', ')
            FROM task_instance t WHERE t.run_id = r.run_id AND t.finished_at IS NULL), 'no task is left')
        FROM dag_run r WHERE finished_at IS NULL
        """;

    // A run with a task that was lost too often is excepted: that is said by itself.
    private const string WrongEnds = """
        WITH given_up AS (SELECT run_id FROM task_instance WHERE state = 'failed' AND lost >= 3)
        SELECT dag_id || ' ' || run_key || ' is ' || state FROM dag_run
        WHERE state <> CASE dag_id WHEN 'broken' THEN 'failed' ELSE 'success' END AND run_id NOT IN (SELECT run_id FROM given_up)
        UNION ALL
        SELECT dag_id || ' ' || run_key || ' ' || task_id || '[' || map_index || '] is ' || t.state || ': ' || coalesce(t.message, '')
        FROM task_instance t JOIN dag_run r USING (run_id)
        WHERE run_id NOT IN (SELECT run_id FROM given_up) AND t.state <> CASE
            WHEN dag_id = 'broken' AND task_id = 'fails' THEN 'failed' WHEN dag_id = 'broken' AND task_id = 'after' THEN 'upstream_failed'
            ELSE 'success' END
        """;

    private const string WrongCounters = """
        SELECT dag_id || ' ' || run_key || ' counts ' || unfinished || ' unfinished, ' || failed_leaves || ' failed' FROM dag_run
        WHERE unfinished <> 0 OR (failed_leaves > 0) <> (state = 'failed')
        """;

    private const string WrongOutputs = """
        WITH expected (dag_id, task_id, value) AS (VALUES ('chain', 'five', '5'), ('diamond', 'join', '42'), ('fan', 'sum', '385'),
            ('burst', 'count', '200'), ('waiter', 'last', '4'), ('maker', 'rows', '300'), ('dated', 'first', '1'))
        SELECT dag_id || ' ' || run_key || ' ' || task_id || ' gave ' || coalesce(o.value::text, 'nothing')
        FROM dag_run r JOIN expected e USING (dag_id) JOIN task_instance t USING (run_id, task_id)
            LEFT JOIN task_output o USING (run_id, task_index, map_index, attempt)
        WHERE t.state = 'success' AND o.value::text IS DISTINCT FROM e.value
        UNION ALL
        SELECT 'run ' || run_id || ' task ' || task_index || '[' || map_index || '] has an output of attempt ' || o.attempt
        FROM task_output o LEFT JOIN task_instance t USING (run_id, task_index, map_index)
        WHERE t.state IS DISTINCT FROM 'success' OR t.attempt IS DISTINCT FROM o.attempt
        """;

    private const string WrongVersions = """
        SELECT r.run_key || ' ' || t.task_id || ' made ' || count(v.version) FROM task_instance t JOIN dag_run r USING (run_id)
            LEFT JOIN dataset_version v USING (run_id, task_index, map_index)
        WHERE r.dag_id = 'maker' AND t.task_id IN ('make', 'alone') AND t.state = 'success'
        GROUP BY r.run_key, t.task_id HAVING count(v.version) <> 1
        UNION ALL
        SELECT dataset || ' counts ' || last_version || ' and has ' || count(v.version) || ' up to ' || coalesce(max(v.version), 0)
        FROM dataset d LEFT JOIN dataset_version v USING (dataset)
        GROUP BY dataset, last_version HAVING count(v.version) <> last_version OR max(v.version) IS DISTINCT FROM nullif(last_version, 0)
        """;

    private const string VisibleWithoutEnd = """
        SELECT dataset || ' ' || version || ' of run ' || v.run_id || ', attempt ' || v.attempt
        FROM dataset_version v LEFT JOIN task_instance t USING (run_id, task_index, map_index)
        WHERE version IS NOT NULL AND (t.state IS DISTINCT FROM 'success' OR t.attempt IS DISTINCT FROM v.attempt)
        """;

    // Waits are executed by the engine and enter nothing in the ledger.
    private const string Attempts = """
        SELECT concat_ws('~', r.dag_id, r.run_key, t.task_id, a.map_index, a.attempt) AS Name, a.state AS State
        FROM attempt a JOIN dag_run r USING (run_id) JOIN task_instance t USING (run_id, task_index, map_index)
        WHERE t.task_id NOT IN ('time', 'third')
        """;

    private const string LoggingAttempts = """
        SELECT a.run_id, a.task_index, a.map_index, a.attempt, concat_ws('~', r.dag_id, r.run_key, t.task_id, a.map_index, a.attempt)
        FROM attempt a JOIN dag_run r USING (run_id) JOIN task_instance t USING (run_id, task_index, map_index)
        WHERE a.state IN ('success', 'failed') AND t.task_id NOT IN ('time', 'third') AND r.dag_id <> 'burst'
        """;

    private const string WrongCallbacks = """
        SELECT 'callback ' || kind || ' of run ' || run_id || ' is ' || state || ' after ' || tries || ' tries: ' || coalesce(error, '')
        FROM callback
        WHERE state <> 'success'
        UNION ALL
        SELECT dag_id || ' ' || run_key || ' has ' || count(callback_id) || ' callbacks'
        FROM dag_run r LEFT JOIN callback USING (run_id)
        WHERE r.run_id NOT IN (SELECT run_id FROM task_instance WHERE state = 'failed' AND lost >= 3)
        GROUP BY r.run_id, dag_id, run_key HAVING count(callback_id) <> CASE dag_id WHEN 'chain' THEN 1 WHEN 'fan' THEN 1 WHEN 'maker'
        THEN 1
            WHEN 'broken' THEN 2
            WHEN 'diamond' THEN 1 + (SELECT count(*) FROM task_attempt a WHERE a.run_id = r.run_id AND a.state = 'failed') ELSE 0 END
        """;

    private const string Calls = """
        SELECT concat('callback~', r.dag_id, '~', r.run_key, '~', t.task_id, '~', c.map_index, '~', c.attempt, '~', c.kind)
        FROM callback c JOIN dag_run r USING (run_id)
            LEFT JOIN task_instance t ON t.run_id = c.run_id AND t.task_index = c.task_index AND t.map_index = c.map_index
        WHERE c.state = 'success'
        """;

    private const string MissedFireTimes = """
        SELECT 'no run at ' || due FROM generate_series(
            to_timestamp(ceil(extract(epoch FROM @Start) / @Seconds) * @Seconds),
            (SELECT max(logical_date) FROM dag_run WHERE dag_id = 'tick'), make_interval(secs => @Seconds)) AS f (due)
        WHERE NOT EXISTS (SELECT FROM dag_run WHERE dag_id = 'tick' AND logical_date = due)
        UNION ALL
        SELECT count(*) || ' runs at ' || logical_date FROM dag_run WHERE dag_id = 'tick' GROUP BY logical_date HAVING count(*) > 1
        UNION ALL
        SELECT 'no run at all' WHERE NOT EXISTS (SELECT FROM dag_run WHERE dag_id = 'tick')
        """;

    private const string LostEvents = """
        SELECT 'event ' || dataset_event_id || ' is in ' || count(l.run_id) || ' runs'
        FROM dataset_event e LEFT JOIN dag_run_dataset_event l USING (dataset_event_id) WHERE e.dataset = @Dataset
        GROUP BY dataset_event_id HAVING count(l.run_id) <> 1
        UNION ALL
        SELECT 'version ' || version || ' made no event' FROM dataset_version v
        WHERE dataset = @Dataset AND version IS NOT NULL
            AND NOT EXISTS (SELECT FROM dataset_event e WHERE e.dataset_version_id = v.dataset_version_id)
        UNION ALL
        SELECT run_key || ' saw ' || o.value::text || ' events' FROM dag_run r JOIN task_output o USING (run_id) WHERE r.dag_id = 'taker'
            AND o.value::text::int <> (SELECT count(*) FROM dag_run_dataset_event l WHERE l.run_id = r.run_id)
        """;

    private const string WrongDates = """
        SELECT logical_date || ' is ' || outcome FROM backfill_run WHERE outcome <> 'created' OR run_id IS NULL
        UNION ALL
        SELECT 'the backfill is ' || state || ': ' || coalesce(message, '') FROM backfill WHERE state <> 'completed'
        UNION ALL
        SELECT count(*) || ' runs at ' || logical_date FROM dag_run WHERE dag_id = 'dated' GROUP BY logical_date HAVING count(*) > 1
        """;

    private const string StuckLeases = """
        SELECT 'run ' || run_id || ' ' || task_id || '[' || map_index || '] runs' FROM task_instance WHERE state = 'running'
        UNION ALL
        SELECT 'callback ' || callback_id || ' runs' FROM callback WHERE state = 'running'
        UNION ALL
        SELECT count(*) || ' workers live' FROM worker WHERE stopped_at IS NULL HAVING count(*) <> @workers
        """;

    private const string LiveWorkers = "SELECT 'worker ' || name FROM worker WHERE stopped_at IS NULL";

    private const string OpenConnections = """
        SELECT application_name || ': ' || coalesce(query, '') FROM pg_stat_activity
        WHERE datname = current_database() AND application_name <> 'chaos' AND backend_type = 'client backend'
        """;
}
