-- Schedulers with different DAG folders must not store versions in turn: one folder has the say, and everybody sees which.

-- One row: the scheduler whose folder counts. The term tells one holding from the next.
CREATE TABLE dag_folder (
    singleton       boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    scheduler_id    bigint NOT NULL REFERENCES scheduler,
    folder          text NOT NULL,
    term            int NOT NULL DEFAULT 1,
    elected_at      timestamptz NOT NULL DEFAULT now()
);

-- A new version of a dataset, or an event about it, lets those who wait for it look now instead of at their next turn. Rows that a step holds
-- at this moment are left to that turn: nobody waits across runs.
CREATE FUNCTION wake_for_dataset() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    UPDATE task_instance t SET ready_at = now() FROM (
        SELECT run_id, task_index, map_index FROM task_instance
        WHERE wake_key = 'dataset:' || NEW.dataset AND state = 'deferred' FOR UPDATE SKIP LOCKED) w
    WHERE t.run_id = w.run_id AND t.task_index = w.task_index AND t.map_index = w.map_index;
    IF FOUND THEN
        PERFORM pg_notify('workflow_tasks', '');
    END IF;
    RETURN NULL;
END $$;
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION wake_for_dataset() SET search_path = %I, pg_temp', current_schema());
END $$;
CREATE TRIGGER dataset_event_wakes AFTER INSERT ON dataset_event FOR EACH ROW EXECUTE FUNCTION wake_for_dataset();
