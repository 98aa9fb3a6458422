-- Which versions everybody reads, and how to find the newest of each slice without looking at all that ever were.

-- Versions that a gate holds, and those that a person discarded or repaired: they are reached by their number, and by the gate's own task, which
-- has the version in its hand. One that was released is as good as one that passed.
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

GRANT SELECT ON withheld_version TO workflow_worker;
