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

DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION name_maker() SET search_path = %I, pg_temp', current_schema());
END $$;
