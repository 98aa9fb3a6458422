-- DAGs, their versions, and the runs with their task instances: the heart.

CREATE TABLE dag (
    dag_id          text PRIMARY KEY CHECK (length(dag_id) BETWEEN 1 AND 200),
    file            text NOT NULL,
    is_paused       boolean NOT NULL DEFAULT false,
    is_active       boolean NOT NULL DEFAULT true,
    -- Why it is not active, or what else a person should know.
    message         text,
    version_id      bigint,
    cron            text,
    time_zone       text,
    -- The next fire time is a column, so that any number of schedulers agree on it and none needs to remember.
    next_fire_at    timestamptz,
    first_seen_at   timestamptz NOT NULL DEFAULT now(),
    last_seen_at    timestamptz NOT NULL DEFAULT now(),
    CHECK ((cron IS NULL) = (time_zone IS NULL)),
    CHECK (cron IS NOT NULL OR next_fire_at IS NULL)
);

-- An immutable snapshot of a DAG that runs are pinned to. The newest one is replaced in place while no run uses it, so that editing a
-- file does not pile up versions.
CREATE TABLE dag_version (
    dag_version_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    dag_id          text NOT NULL REFERENCES dag ON DELETE CASCADE,
    number          int NOT NULL CHECK (number > 0),
    hash            text NOT NULL CHECK (hash ~ '^[0-9a-f]{64}$'),
    definition_hash text NOT NULL CHECK (definition_hash ~ '^[0-9a-f]{64}$'),
    description     text NOT NULL,
    owner           text NOT NULL,
    tags            text[] NOT NULL,
    params          jsonb NOT NULL,
    graph           jsonb NOT NULL,
    file            text NOT NULL,
    source          text NOT NULL,
    shared_sources  jsonb NOT NULL,
    reference_versions text NOT NULL,
    assembly        bytea NOT NULL,
    created_at      timestamptz NOT NULL DEFAULT now(),
    UNIQUE (dag_id, number)
);

ALTER TABLE dag ADD FOREIGN KEY (version_id) REFERENCES dag_version;

CREATE TABLE import_error (
    import_error_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    file            text NOT NULL UNIQUE,
    -- [{file, line, column, code, message, severity}]: every diagnostic, not only the first.
    diagnostics     jsonb NOT NULL,
    seen_at         timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE dag_run (
    run_id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    dag_id          text NOT NULL REFERENCES dag,
    run_key         text NOT NULL CHECK (length(run_key) BETWEEN 1 AND 250),
    dag_version_id  bigint NOT NULL REFERENCES dag_version,
    run_type        text NOT NULL CHECK (run_type IN ('scheduled', 'manual')),
    state           text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'success', 'failed', 'cancelled')),
    logical_date    timestamptz,
    interval_start  timestamptz,
    interval_end    timestamptz,
    run_after       timestamptz NOT NULL,
    conf            jsonb NOT NULL,
    note            text,
    triggered_by    text NOT NULL,
    created_at      timestamptz NOT NULL DEFAULT now(),
    finished_at     timestamptz,
    cancel_requested boolean NOT NULL DEFAULT false,
    -- The run ends when the first reaches zero; the second then says how.
    unfinished      int NOT NULL CHECK (unfinished >= 0),
    failed_leaves   int NOT NULL DEFAULT 0 CHECK (failed_leaves >= 0),
    UNIQUE (dag_id, run_key),
    CHECK ((state = 'running') = (finished_at IS NULL)),
    CHECK ((interval_start IS NULL) = (interval_end IS NULL) AND interval_start <= interval_end)
) WITH (fillfactor = 80);

-- Uniqueness, not leadership, decides who creates a scheduled run: the second scheduler's insert is a no-op.
CREATE UNIQUE INDEX dag_run_logical_date ON dag_run (dag_id, logical_date) WHERE logical_date IS NOT NULL AND run_type = 'scheduled';
CREATE INDEX dag_run_by_dag ON dag_run (dag_id, run_id DESC);
-- Whether a version is in use is asked each time a DAG file changes.
CREATE INDEX dag_run_by_version ON dag_run (dag_version_id);
CREATE INDEX dag_run_active ON dag_run (run_id) WHERE state = 'running';

CREATE TABLE worker (
    worker_id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name            text NOT NULL,
    queues          text[] NOT NULL,
    slots           int NOT NULL CHECK (slots > 0),
    engine_version  text NOT NULL,
    started_at      timestamptz NOT NULL DEFAULT now(),
    heartbeat_at    timestamptz NOT NULL DEFAULT now(),
    -- Set by the worker when it has drained, or by its supervisor when the process ended: its lease is over at once.
    stopped_at      timestamptz
);
CREATE INDEX worker_alive ON worker (heartbeat_at) WHERE stopped_at IS NULL;

CREATE TABLE scheduler (
    scheduler_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name            text NOT NULL,
    dags_folder     text NOT NULL,
    started_at      timestamptz NOT NULL DEFAULT now(),
    heartbeat_at    timestamptz NOT NULL DEFAULT now(),
    stopped_at      timestamptz
);

-- The task row is the queue: it is claimable while ready_at is set and past. The claim index reads ready_at and not state, so that the
-- transition from running to an end touches no index and stays a heap-only update.
-- Task instances, attempts, outputs and logs are partitioned by run, so that old ones are dropped and never deleted row by row. They hold
-- no foreign keys for the same reason.
CREATE TABLE task_instance (
    run_id          bigint NOT NULL,
    task_index      int NOT NULL CHECK (task_index >= 0),
    map_index       int NOT NULL DEFAULT -1 CHECK (map_index >= -1),
    task_id         text NOT NULL,
    queue           text NOT NULL,
    state           text NOT NULL CHECK (state IN
        ('pending', 'queued', 'running', 'up_for_retry', 'success', 'failed', 'upstream_failed', 'skipped', 'cancelled')),
    ready_at        timestamptz,
    attempt         int NOT NULL DEFAULT 0 CHECK (attempt >= 0),
    lost            int NOT NULL DEFAULT 0 CHECK (lost BETWEEN 0 AND attempt),
    -- The current attempt, or the last one when the task has ended; null between attempts.
    worker_id       bigint,
    started_at      timestamptz,
    finished_at     timestamptz,
    message         text,
    up_success      int NOT NULL DEFAULT 0,
    up_failed       int NOT NULL DEFAULT 0,
    up_upstream_failed int NOT NULL DEFAULT 0,
    up_skipped      int NOT NULL DEFAULT 0,
    PRIMARY KEY (run_id, task_index, map_index),
    CHECK ((ready_at IS NOT NULL) = (state IN ('queued', 'up_for_retry'))),
    CHECK ((finished_at IS NOT NULL) = (state IN ('success', 'failed', 'upstream_failed', 'skipped', 'cancelled'))),
    CHECK (state <> 'running' OR (worker_id IS NOT NULL AND started_at IS NOT NULL AND attempt > 0))
) PARTITION BY RANGE (run_id);
CREATE INDEX task_instance_ready ON task_instance (ready_at, run_id, task_index, queue) WHERE ready_at IS NOT NULL;

-- Attempts that were followed by another, or were lost. The last attempt of a task is in its task instance: most tasks succeed at the
-- first and cost no row here.
CREATE TABLE task_attempt (
    run_id          bigint NOT NULL,
    task_index      int NOT NULL,
    map_index       int NOT NULL,
    attempt         int NOT NULL CHECK (attempt > 0),
    state           text NOT NULL CHECK (state IN ('failed', 'lost')),
    worker_id       bigint NOT NULL,
    started_at      timestamptz NOT NULL,
    finished_at     timestamptz NOT NULL,
    message         text,
    PRIMARY KEY (run_id, task_index, map_index, attempt)
) PARTITION BY RANGE (run_id);

CREATE TABLE task_output (
    run_id          bigint NOT NULL,
    task_index      int NOT NULL,
    map_index       int NOT NULL,
    -- json and not jsonb: the text goes back to the author's type unchanged.
    value           json NOT NULL,
    PRIMARY KEY (run_id, task_index, map_index)
) PARTITION BY RANGE (run_id);

CREATE TABLE task_log (
    run_id          bigint NOT NULL,
    task_index      int NOT NULL,
    map_index       int NOT NULL,
    attempt         int NOT NULL,
    seq             int NOT NULL,
    logged_at       timestamptz NOT NULL,
    level           text NOT NULL CHECK (level IN ('info', 'warn', 'error', 'output')),
    line            text NOT NULL,
    PRIMARY KEY (run_id, task_index, map_index, attempt, seq)
) PARTITION BY RANGE (run_id);

-- Makes the partitions for the runs to come: the one of the newest run and as many after it as asked for. Attaching a finished table
-- does not block those who use the others.
CREATE FUNCTION ensure_run_partitions(ahead int DEFAULT 1) RETURNS int
LANGUAGE plpgsql AS $$
DECLARE
    runs_per_partition CONSTANT bigint := 100000;
    newest bigint := coalesce(pg_sequence_last_value(pg_get_serial_sequence('dag_run', 'run_id')::regclass), 0);
    made int := 0;
    part bigint;
    parent text;
    child text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('workflow.ensure_run_partitions'));
    FOR part IN newest / runs_per_partition .. newest / runs_per_partition + ahead LOOP
        FOREACH parent IN ARRAY ARRAY['task_instance', 'task_attempt', 'task_output', 'task_log'] LOOP
            child := format('%s_p%s', parent, part);
            CONTINUE WHEN to_regclass(child) IS NOT NULL;
            EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL) WITH (fillfactor = %s, autovacuum_vacuum_scale_factor = 0.02, '
                || 'autovacuum_vacuum_threshold = 1000)', child, parent, CASE parent WHEN 'task_instance' THEN 60 ELSE 100 END);
            EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)',
                parent, child, part * runs_per_partition, (part + 1) * runs_per_partition);
            made := made + 1;
        END LOOP;
    END LOOP;
    RETURN made;
END $$;

SELECT ensure_run_partitions();

-- Every attempt, whether it was followed by another or not.
CREATE VIEW attempt AS
SELECT run_id, task_index, map_index, attempt, state, worker_id, started_at, finished_at, message FROM task_attempt
UNION ALL
SELECT run_id, task_index, map_index, attempt, state, worker_id, started_at, finished_at, message FROM task_instance WHERE worker_id IS NOT NULL;
