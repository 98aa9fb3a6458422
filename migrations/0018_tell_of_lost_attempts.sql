-- Events of lineage for attempts that were lost.

-- An attempt that was lost with its worker has ended, too. Whoever ends attempts calls this for those that used data, and not for one that was
-- given back, whose record reads like that of one that was lost.
CREATE OR REPLACE FUNCTION record_lineage_events(of_run bigint, of_task int, of_map int, of_attempt int) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    ended record;
BEGIN
    SELECT state, started_at, finished_at, message INTO ended FROM task_attempt
    WHERE run_id = of_run AND task_index = of_task AND map_index = of_map AND attempt = of_attempt;
    IF NOT FOUND THEN
        SELECT state, started_at, finished_at, message INTO ended FROM task_instance
        WHERE run_id = of_run AND task_index = of_task AND map_index = of_map AND attempt = of_attempt;
    END IF;
    IF NOT FOUND OR ended.state NOT IN ('success', 'skipped', 'failed', 'up_for_retry', 'cancelled', 'lost') THEN
        RETURN;
    END IF;
    INSERT INTO lineage_event (dag_id, run_id, run_key, task_index, map_index, attempt, task_id, event_type, event_at, message)
    SELECT r.dag_id, of_run, r.run_key, of_task, of_map, of_attempt, t.task_id, e.event_type, e.event_at, e.message
    FROM dag_run r JOIN task_instance t ON t.run_id = r.run_id AND t.task_index = of_task AND t.map_index = of_map
        CROSS JOIN LATERAL (VALUES
            (1, 'START', coalesce(ended.started_at, now()), NULL),
            (2, CASE WHEN ended.state IN ('success', 'skipped') THEN 'COMPLETE' WHEN ended.state = 'cancelled' THEN 'ABORT' ELSE 'FAIL' END,
                coalesce(ended.finished_at, now()), ended.message)) AS e (place, event_type, event_at, message)
    WHERE r.run_id = of_run ORDER BY e.place
    ON CONFLICT DO NOTHING;
END $$;

DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION record_lineage_events(bigint, int, int, int) SET search_path = %I, pg_temp', current_schema());
END $$;
