-- Where data comes from: the file behind a version, the columns behind a column, the model behind predictions, and the code that made each.

-- Copied when the row is published: the run is deleted after its time, and a DAG version that no run uses any more may be, too.
ALTER TABLE dataset_version
    ADD COLUMN query text,
    ADD COLUMN dag_version int,
    ADD COLUMN dag_hash text,
    ADD COLUMN worker text;
ALTER TABLE model_version ADD COLUMN dag_version int, ADD COLUMN dag_hash text, ADD COLUMN worker text;
ALTER TABLE gate_verdict ADD COLUMN dag_version int, ADD COLUMN dag_hash text, ADD COLUMN worker text;

CREATE FUNCTION name_maker() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    SELECT v.number, v.hash INTO NEW.dag_version, NEW.dag_hash
    FROM dag_run r JOIN dag_version v ON v.dag_version_id = r.dag_version_id WHERE r.run_id = NEW.run_id;
    SELECT name INTO NEW.worker FROM worker WHERE worker_id = coalesce(
        (SELECT worker_id FROM task_attempt
            WHERE run_id = NEW.run_id AND task_index = NEW.task_index AND map_index = NEW.map_index AND attempt = NEW.attempt),
        (SELECT worker_id FROM task_instance
            WHERE run_id = NEW.run_id AND task_index = NEW.task_index AND map_index = NEW.map_index AND attempt = NEW.attempt));
    RETURN NEW;
END $$;

-- Made before the rows are written for the first time with a time of publishing, so nothing is written twice.
CREATE TRIGGER dataset_version_maker BEFORE UPDATE OF published_at ON dataset_version FOR EACH ROW
WHEN (OLD.published_at IS NULL AND NEW.published_at IS NOT NULL) EXECUTE FUNCTION name_maker();
CREATE TRIGGER model_version_maker BEFORE UPDATE OF published_at ON model_version FOR EACH ROW
WHEN (OLD.published_at IS NULL AND NEW.published_at IS NOT NULL) EXECUTE FUNCTION name_maker();
CREATE TRIGGER gate_verdict_maker BEFORE UPDATE OF published_at ON gate_verdict FOR EACH ROW
WHEN (OLD.published_at IS NULL AND NEW.published_at IS NOT NULL) EXECUTE FUNCTION name_maker();

UPDATE dataset_version d SET dag_version = v.number, dag_hash = v.hash
FROM dag_run r JOIN dag_version v ON v.dag_version_id = r.dag_version_id WHERE r.run_id = d.run_id AND d.version IS NOT NULL;
UPDATE model_version m SET dag_version = v.number, dag_hash = v.hash
FROM dag_version v WHERE v.dag_version_id = m.dag_version_id AND m.version IS NOT NULL;
UPDATE gate_verdict g SET dag_version = v.number, dag_hash = v.hash
FROM dag_run r JOIN dag_version v ON v.dag_version_id = r.dag_version_id WHERE r.run_id = g.run_id AND g.published_at IS NOT NULL;

-- What a version was read from. The hash is that of the file as it came, not of what was stored.
CREATE TABLE version_source (
    dataset_version_id bigint PRIMARY KEY REFERENCES dataset_version ON DELETE CASCADE,
    location        text NOT NULL CHECK (length(location) BETWEEN 1 AND 4000),
    sha256          text CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    bytes           bigint CHECK (bytes >= 0),
    dialect         jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(dialect) = 'object')
);
CREATE INDEX version_source_location ON version_source (location);

-- Which columns a version's columns come from: by the dataset's name, since a version may be made from hundreds of slices of it, all read
-- alike; dataset_parent has the slices.
CREATE TABLE column_lineage (
    dataset_version_id bigint NOT NULL REFERENCES dataset_version ON DELETE CASCADE,
    -- Null for every column: what decides which rows there are, or in which order.
    column_name     text,
    parent_dataset  text NOT NULL,
    -- Null for all of them: what could not be told apart.
    parent_column   text,
    how             text NOT NULL CHECK (how IN
        ('identity', 'transformation', 'aggregation', 'join', 'filter', 'group_by', 'sort', 'window', 'conditional')),
    UNIQUE NULLS NOT DISTINCT (dataset_version_id, column_name, parent_dataset, parent_column, how)
);
INSERT INTO column_lineage (dataset_version_id, parent_dataset, how)
SELECT DISTINCT p.dataset_version_id, v.dataset, 'transformation'
FROM dataset_parent p JOIN dataset_version v ON v.dataset_version_id = p.parent_version_id;

-- Which models a version's rows were scored with, and as what.
CREATE TABLE dataset_model (
    dataset_version_id bigint NOT NULL REFERENCES dataset_version ON DELETE CASCADE,
    model_version_id bigint NOT NULL REFERENCES model_version ON DELETE CASCADE,
    role            text NOT NULL CHECK (length(role) BETWEEN 1 AND 200),
    PRIMARY KEY (dataset_version_id, model_version_id)
);
CREATE INDEX dataset_model_by_model ON dataset_model (model_version_id);

GRANT SELECT ON version_source, column_lineage, dataset_model TO workflow_worker;
GRANT INSERT ON version_source, column_lineage, dataset_model TO workflow_worker;
GRANT INSERT (query) ON dataset_version TO workflow_worker;

-- What is told to others of attempts that read or write data: an outbox, written by the transaction that completes the attempt. What the
-- event says is read from the rows that the attempt left when it is delivered; those do not change any more.
CREATE TABLE lineage_event (
    lineage_event_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    dag_id          text NOT NULL,
    run_id          bigint NOT NULL,
    run_key         text NOT NULL,
    task_index      int NOT NULL,
    map_index       int NOT NULL,
    attempt         int NOT NULL,
    task_id         text NOT NULL,
    event_type      text NOT NULL CHECK (event_type IN ('START', 'COMPLETE', 'FAIL', 'ABORT')),
    event_at        timestamptz NOT NULL,
    message         text,
    created_at      timestamptz NOT NULL DEFAULT now(),
    tries           int NOT NULL DEFAULT 0,
    -- While it lies ahead, a sender is at it, or waits until the receiver is back.
    next_try_at     timestamptz NOT NULL DEFAULT now(),
    delivered_at    timestamptz,
    -- Why the receiver will never take it.
    refused         text,
    UNIQUE (run_id, task_index, map_index, attempt, event_type)
);
CREATE INDEX lineage_event_due ON lineage_event (lineage_event_id) WHERE delivered_at IS NULL AND refused IS NULL;
CREATE INDEX lineage_event_age ON lineage_event (created_at);
GRANT SELECT ON lineage_event TO workflow_worker;

-- Called with publish_attempt, for attempts that read or wrote data only: all others cost nothing. An attempt that was given back says nothing.
CREATE FUNCTION record_lineage_events(of_run bigint, of_task int, of_map int, of_attempt int) RETURNS void
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
    IF NOT FOUND OR ended.state NOT IN ('success', 'skipped', 'failed', 'up_for_retry', 'cancelled') THEN
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
REVOKE EXECUTE ON FUNCTION record_lineage_events(bigint, int, int, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION record_lineage_events(bigint, int, int, int) TO workflow_worker;

DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION name_maker() SET search_path = %I, pg_temp', current_schema());
    EXECUTE format('ALTER FUNCTION record_lineage_events(bigint, int, int, int) SET search_path = %I, pg_temp', current_schema());
END $$;
