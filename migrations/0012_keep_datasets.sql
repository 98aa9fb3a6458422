-- What a DAG says of its datasets, what attempts read, how long content is kept and where.
--
-- A row of dataset_version is the content of one slice. The dataset "at version N" is, for each slice, the newest row with a number up to N:
-- numbers are given under the lock of the dataset's row, so they become visible in their order and one number names one consistent whole.

ALTER TABLE dataset
    ADD COLUMN declared_by text,
    ADD COLUMN description text NOT NULL DEFAULT '',
    ADD COLUMN owner text NOT NULL DEFAULT '',
    ADD COLUMN tags text[] NOT NULL DEFAULT '{}',
    -- How many versions of each slice keep their content, and how old a version may grow; null for all of them, and for ever.
    ADD COLUMN keep_versions int CHECK (keep_versions > 0),
    ADD COLUMN keep_for interval CHECK (keep_for > interval '0'),
    -- After which age content moves to the cold store; null for never.
    ADD COLUMN cold_after interval CHECK (cold_after > interval '0');
CREATE INDEX dataset_declared_by ON dataset (declared_by) WHERE declared_by IS NOT NULL;

-- A version whose content is gone keeps its row: lineage goes on to tell of it.
ALTER TABLE dataset_version
    ADD COLUMN expired_at timestamptz,
    ADD COLUMN cold_at timestamptz,
    ADD COLUMN recalled_at timestamptz,
    ADD CONSTRAINT dataset_version_ends_published CHECK (version IS NOT NULL OR (expired_at IS NULL AND cold_at IS NULL));
CREATE INDEX dataset_version_cold ON dataset_version (sha256) WHERE cold_at IS NOT NULL AND expired_at IS NULL;

-- While a hold stands, no content of the version goes. Kept for good, also after it is lifted.
CREATE TABLE dataset_hold (
    dataset_hold_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    dataset_version_id bigint NOT NULL REFERENCES dataset_version,
    reason          text NOT NULL CHECK (length(reason) BETWEEN 1 AND 2000),
    placed_by       text NOT NULL CHECK (length(placed_by) BETWEEN 1 AND 200),
    placed_at       timestamptz NOT NULL DEFAULT now(),
    lifted_by       text CHECK (length(lifted_by) BETWEEN 1 AND 200),
    lifted_at       timestamptz,
    CHECK ((lifted_by IS NULL) = (lifted_at IS NULL))
);
CREATE UNIQUE INDEX dataset_hold_standing ON dataset_hold (dataset_version_id) WHERE lifted_at IS NULL;
CREATE INDEX dataset_hold_version ON dataset_hold (dataset_version_id, dataset_hold_id DESC);

-- What an attempt read, written before it reads. The key to a run's versions, and to lineage.
CREATE TABLE attempt_input (
    run_id          bigint NOT NULL,
    task_index      int NOT NULL,
    map_index       int NOT NULL,
    attempt         int NOT NULL,
    dataset_version_id bigint NOT NULL REFERENCES dataset_version ON DELETE CASCADE,
    dag_id          text NOT NULL,
    run_key         text NOT NULL,
    task_id         text NOT NULL,
    read_at         timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (run_id, task_index, map_index, attempt, dataset_version_id)
);
CREATE INDEX attempt_input_version ON attempt_input (dataset_version_id);
CREATE INDEX attempt_input_run_key ON attempt_input (run_key, dag_id);

GRANT SELECT ON dataset_hold, attempt_input TO workflow_worker;
GRANT INSERT (run_id, task_index, map_index, attempt, dataset_version_id, dag_id, run_key, task_id) ON attempt_input TO workflow_worker;
