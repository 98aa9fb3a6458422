-- Which versions everybody reads, how to find the newest of each slice and of each producer without looking at all that ever were, and which
-- reviews can still be decided.

-- Versions that a gate holds, and those that a person discarded or repaired: they are reached by their number, and by the gate's own task,
-- which has the version in its hand. One that was released is as good as one that passed.
CREATE VIEW withheld_version AS SELECT dataset_version_id FROM review_item WHERE state <> 'released';

-- The slices of a dataset, from one to the next by the index: as many steps as there are slices, however many versions each of them has.
CREATE FUNCTION dataset_slices(of_dataset text) RETURNS SETOF jsonb
LANGUAGE sql STABLE AS $$
    WITH RECURSIVE slice (partition) AS (
        (SELECT v.partition FROM dataset_version v WHERE v.dataset = of_dataset AND v.version IS NOT NULL ORDER BY v.partition LIMIT 1)
        UNION ALL
        SELECT later.partition FROM slice CROSS JOIN LATERAL (
            SELECT v.partition FROM dataset_version v
            WHERE v.dataset = of_dataset AND v.version IS NOT NULL AND v.partition > slice.partition ORDER BY v.partition LIMIT 1) AS later)
    SELECT partition FROM slice
$$;

-- What each producer, which is a task of a DAG, made last of each dataset: several may make slices of one, each from something else.
CREATE INDEX dataset_version_producer ON dataset_version (dataset, dag_id, task_id, version DESC) WHERE version IS NOT NULL;
CREATE VIEW newest_of_producer AS
WITH RECURSIVE newest AS (
    (SELECT v.dataset, v.dag_id, v.task_id, v.version, v.dataset_version_id FROM dataset_version v
        WHERE v.version IS NOT NULL ORDER BY v.dataset, v.dag_id, v.task_id, v.version DESC LIMIT 1)
    UNION ALL
    SELECT later.* FROM newest CROSS JOIN LATERAL (
        SELECT v.dataset, v.dag_id, v.task_id, v.version, v.dataset_version_id FROM dataset_version v
        WHERE v.version IS NOT NULL AND (v.dataset, v.dag_id, v.task_id) > (newest.dataset, newest.dag_id, newest.task_id)
        ORDER BY v.dataset, v.dag_id, v.task_id, v.version DESC LIMIT 1) AS later)
SELECT dataset, dag_id, task_id, version, dataset_version_id FROM newest;

-- Reviews that a person can decide: their task waits for the decision, or is on its way to look for it. One that was cancelled, marked or
-- cleared would not hear of it: clearing it makes it look. Where the run is gone, nobody waits, and the decision is on the version alone.
CREATE VIEW waiting_review AS
SELECT i.review_item_id FROM review_item i
    LEFT JOIN dag_run r ON r.run_id = i.run_id
    LEFT JOIN task_instance t ON t.run_id = r.run_id AND t.task_index = i.task_index AND t.map_index = i.map_index
WHERE i.state = 'open'
    AND (r.run_id IS NULL OR t.state IN ('queued', 'running', 'up_for_retry') OR (t.state = 'deferred' AND t.wake_key = 'review:' || i.review_item_id));

-- What a run read is found by the run's number alone: its name may come again once it is deleted.
DROP INDEX attempt_input_run_key;

GRANT SELECT ON withheld_version TO workflow_worker;
