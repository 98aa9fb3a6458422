-- Retention: what belongs to runs goes by age, in partitions that are dropped.

-- The partitions of runs, as the tables that are partitioned by run have them: <table>_p<part> holds the runs from from_run to before
-- to_run.
--
-- Dropping by age needs partitions that follow time. An attached partition keeps its bounds, and detaching it to change them would lock out
-- those who write, so it is the ids that follow time: when a period is over, the sequence of run ids moves on to the beginning of the next
-- partition, which exists by then. Nobody waits for that: who asks for an id at this moment gets one of this side or of the other, and both
-- have their partition. Ids so have gaps; a bigint has room for a million runs a second, for good.
CREATE TABLE run_partition (
    part            int PRIMARY KEY CHECK (part >= 0),
    from_run        bigint NOT NULL UNIQUE,
    to_run          bigint NOT NULL UNIQUE,
    -- Since when no new run gets an id in it.
    closed_at       timestamptz,
    -- All of its runs are gone; its tables are detached one by one and then dropped.
    detached_at     timestamptz,
    CHECK (from_run < to_run),
    CHECK (detached_at IS NULL OR closed_at IS NOT NULL)
);

CREATE FUNCTION run_partitioned() RETURNS text[]
LANGUAGE sql IMMUTABLE AS $$ SELECT ARRAY['task_instance', 'task_attempt', 'task_output', 'task_log', 'callback', 'run_deadline'] $$;

-- Callbacks and deadlines belong to their run, so they go with it.
CREATE TABLE moved_callback AS SELECT * FROM callback;
DROP TABLE callback;
CREATE TABLE callback (
    callback_id     bigint GENERATED ALWAYS AS IDENTITY,
    run_id          bigint NOT NULL,
    dag_version_id  bigint NOT NULL,
    -- Null for a callback of the run.
    task_index      int,
    map_index       int NOT NULL DEFAULT -1,
    attempt         int NOT NULL DEFAULT 0,
    kind            text NOT NULL CHECK (kind IN ('success', 'failure', 'retry', 'skipped', 'deadline')),
    deadline        int CHECK ((deadline IS NOT NULL) = (kind = 'deadline')),
    message         text,
    state           text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'success', 'failed')),
    tries           int NOT NULL DEFAULT 0,
    ready_at        timestamptz DEFAULT now(),
    worker_id       bigint,
    error           text,
    created_at      timestamptz NOT NULL DEFAULT now(),
    finished_at     timestamptz,
    PRIMARY KEY (run_id, callback_id),
    CHECK ((ready_at IS NOT NULL) = (state = 'queued')),
    CHECK ((finished_at IS NOT NULL) = (state IN ('success', 'failed'))),
    CHECK (state <> 'running' OR worker_id IS NOT NULL)
) PARTITION BY RANGE (run_id);
CREATE INDEX callback_ready ON callback (ready_at) WHERE ready_at IS NOT NULL;
CREATE INDEX callback_running ON callback (worker_id) WHERE state = 'running';

CREATE TABLE moved_run_deadline AS SELECT * FROM run_deadline;
DROP TABLE run_deadline;
CREATE TABLE run_deadline (
    run_id          bigint NOT NULL,
    number          int NOT NULL,
    due_at          timestamptz NOT NULL,
    -- Set once it was looked at: in time or missed.
    settled_at      timestamptz,
    is_missed       boolean,
    PRIMARY KEY (run_id, number),
    CHECK ((settled_at IS NULL) = (is_missed IS NULL))
) PARTITION BY RANGE (run_id);
CREATE INDEX run_deadline_open ON run_deadline (due_at) WHERE settled_at IS NULL;

GRANT SELECT ON run_deadline, callback, run_partition TO workflow_worker;
GRANT INSERT (run_id, dag_version_id, task_index, map_index, attempt, kind, message) ON callback TO workflow_worker;
GRANT UPDATE (state, tries, ready_at, worker_id, error, finished_at) ON callback TO workflow_worker;

-- Makes the tables of a partition that are not there yet. Attaching a finished table does not block those who use the others.
CREATE FUNCTION add_run_partition(of_part int, of_from bigint, of_to bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    parent text;
    child text;
BEGIN
    INSERT INTO run_partition (part, from_run, to_run) VALUES (of_part, of_from, of_to);
    FOREACH parent IN ARRAY run_partitioned() LOOP
        child := format('%s_p%s', parent, of_part);
        CONTINUE WHEN to_regclass(child) IS NOT NULL;
        EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL EXCLUDING IDENTITY) WITH (fillfactor = %s, autovacuum_vacuum_scale_factor = 0.02, '
            || 'autovacuum_vacuum_threshold = 1000)', child, parent, CASE parent WHEN 'task_instance' THEN 60 WHEN 'callback' THEN 80 ELSE 100 END);
        EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)', parent, child, of_from, of_to);
    END LOOP;
END $$;

-- The partitions that there are, of 100,000 runs each. No run was ever dropped, so whatever has rows has its partition.
SELECT add_run_partition(part, part * 100000::bigint, (part + 1) * 100000::bigint) FROM (
    SELECT substring(inhrelid::regclass::text FROM '_p(\d+)$')::int AS part FROM pg_inherits WHERE inhparent = 'task_instance'::regclass) existing
ORDER BY part;
UPDATE run_partition p SET closed_at = coalesce(
    (SELECT max(created_at) FROM dag_run WHERE run_id >= p.from_run AND run_id < p.to_run), now())
WHERE to_run <= coalesce(pg_sequence_last_value(pg_get_serial_sequence('dag_run', 'run_id')::regclass), 0);

INSERT INTO callback OVERRIDING SYSTEM VALUE SELECT * FROM moved_callback;
SELECT setval(pg_get_serial_sequence('callback', 'callback_id'), max(callback_id)) FROM callback HAVING max(callback_id) IS NOT NULL;
INSERT INTO run_deadline SELECT * FROM moved_run_deadline;
DROP TABLE moved_callback;
DROP TABLE moved_run_deadline;

-- Begins a new partition when the oldest run of the one in use is older than a period, and makes the partitions for the runs to come: as
-- many after that of the newest run as asked for.
DROP FUNCTION ensure_run_partitions(int);
CREATE FUNCTION ensure_run_partitions(ahead int DEFAULT 1, period interval DEFAULT NULL) RETURNS int
LANGUAGE plpgsql AS $$
DECLARE
    runs_per_partition CONSTANT bigint := 1000000;
    ids CONSTANT regclass := pg_get_serial_sequence('dag_run', 'run_id')::regclass;
    newest bigint;
    in_use run_partition;
    following bigint;
    beginning bigint;
    made int := 0;
BEGIN
    -- Only one moves the sequence at a time.
    PERFORM pg_advisory_xact_lock(hashtext('workflow.ensure_run_partitions'));

    -- Into a partition that an earlier transaction made: an id is in use at once, a table only after the commit. The sequence never goes
    -- back, though others take ids meanwhile: a partition that is nearly full is left to them, and nobody takes ten thousand ids in this
    -- instant.
    newest := coalesce(pg_sequence_last_value(ids), 0);
    SELECT * INTO in_use FROM run_partition WHERE from_run <= newest AND newest < to_run;
    SELECT min(from_run) INTO following FROM run_partition WHERE from_run > newest;
    IF (SELECT created_at FROM dag_run WHERE run_id >= in_use.from_run ORDER BY run_id LIMIT 1) < now() - period
        AND newest < following - 10000 THEN
        PERFORM setval(ids, following);
    END IF;

    newest := coalesce(pg_sequence_last_value(ids), 0);
    UPDATE run_partition SET closed_at = now() WHERE to_run <= newest AND closed_at IS NULL;
    WHILE (SELECT count(*) FROM run_partition WHERE to_run > newest) < ahead + 1 LOOP
        SELECT greatest(max(to_run), newest / runs_per_partition * runs_per_partition) INTO beginning FROM run_partition;
        PERFORM add_run_partition((SELECT max(part) + 1 FROM run_partition), beginning, beginning + runs_per_partition);
        made := made + 1;
    END LOOP;
    RETURN made;
END $$;

-- Detaches one table of a partition whose runs are all gone. That needs its parent for itself, for an instant: while it waits for that,
-- others wait behind it, so it gives up soon and is tried again at another turn. Unlinking the files takes longer and comes after, see
-- drop_detached_partitions: then nobody uses them. A kill between the two leaves tables that the next turn drops.
CREATE FUNCTION detach_run_partition(of_part int, parent text) RETURNS boolean
LANGUAGE plpgsql SET lock_timeout = '200ms' AS $$
DECLARE
    child CONSTANT text := format('%s_p%s', parent, of_part);
BEGIN
    UPDATE run_partition p SET detached_at = coalesce(detached_at, now())
    WHERE part = of_part AND closed_at IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM dag_run WHERE run_id >= p.from_run AND run_id < p.to_run);
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    IF EXISTS (SELECT 1 FROM pg_inherits WHERE inhrelid = to_regclass(child) AND inhparent = to_regclass(parent)) THEN
        EXECUTE format('ALTER TABLE %I DETACH PARTITION %I', parent, child);
    END IF;
    RETURN true;
END $$;

-- Drops the partitions whose tables are all detached.
CREATE FUNCTION drop_detached_partitions() RETURNS int
LANGUAGE plpgsql AS $$
DECLARE
    gone int;
    parent text;
    dropped int := 0;
BEGIN
    FOR gone IN SELECT part FROM run_partition p
        WHERE detached_at IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM unnest(run_partitioned()) AS u (parent) JOIN pg_inherits i ON i.inhrelid = to_regclass(format('%s_p%s', u.parent, p.part)))
        ORDER BY part FOR UPDATE SKIP LOCKED LOOP
        FOREACH parent IN ARRAY run_partitioned() LOOP
            EXECUTE format('DROP TABLE IF EXISTS %I', format('%s_p%s', parent, gone));
        END LOOP;
        DELETE FROM run_partition WHERE part = gone;
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END $$;

-- Empties the logs of a partition whose runs all ended before a time. The table stays: a run of it that is cleared later writes logs again.
-- Whether all ended is asked once nobody writes to it.
CREATE FUNCTION empty_log_partition(of_part int, ended_before timestamptz) RETURNS boolean
LANGUAGE plpgsql SET lock_timeout = '200ms' AS $$
DECLARE
    child CONSTANT text := format('task_log_p%s', of_part);
BEGIN
    IF to_regclass(child) IS NULL THEN
        RETURN false;
    END IF;
    EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', child);
    IF EXISTS (
        SELECT 1 FROM run_partition p JOIN dag_run r ON r.run_id >= p.from_run AND r.run_id < p.to_run
        WHERE p.part = of_part AND (r.finished_at IS NULL OR r.finished_at >= ended_before)) THEN
        RETURN false;
    END IF;
    EXECUTE format('TRUNCATE %I', child);
    RETURN true;
END $$;

-- What has no partitions goes in batches of a few hundred rows, each a transaction of its own:
-- - runs, because a unique key of a partitioned table must contain the partition key, and a run's are by DAG; a run is one row and small;
-- - events, because versions and runs refer to them, and they are few;
-- - rows that lost attempts staged, among those that stay for good;
-- - workers and schedulers.
-- These indexes find what is old, and what refers to it.
CREATE INDEX dataset_event_age ON dataset_event (created_at);
CREATE INDEX dataset_event_version ON dataset_event (dataset_version_id) WHERE dataset_version_id IS NOT NULL;
CREATE INDEX dag_dataset_event_by_event ON dag_dataset_event (dataset_event_id);
CREATE INDEX dag_run_dataset_event_by_event ON dag_run_dataset_event (dataset_event_id);
CREATE INDEX external_event_age ON external_event (created_at);
CREATE INDEX dataset_version_staged ON dataset_version (staged_at) WHERE version IS NULL;
CREATE INDEX model_version_staged ON model_version (staged_at) WHERE version IS NULL;
CREATE INDEX gate_verdict_staged ON gate_verdict (staged_at) WHERE published_at IS NULL;
CREATE INDEX model_alias_move_staged ON model_alias_move (staged_at) WHERE published_at IS NULL;
CREATE INDEX dataset_parent_by_parent ON dataset_parent (parent_version_id);
CREATE INDEX model_parent_by_parent ON model_parent (parent_version_id);
CREATE INDEX gate_verdict_dataset ON gate_verdict (dataset_version_id) WHERE dataset_version_id IS NOT NULL;
CREATE INDEX gate_verdict_baseline ON gate_verdict (baseline_version_id) WHERE baseline_version_id IS NOT NULL;
CREATE INDEX model_alias_move_to ON model_alias_move (to_version_id);
CREATE INDEX model_alias_move_from ON model_alias_move (from_version_id) WHERE from_version_id IS NOT NULL;
CREATE INDEX worker_stopped ON worker (stopped_at) WHERE stopped_at IS NOT NULL;
-- Which artifacts are referred to is asked for each that is old.
CREATE INDEX dataset_version_sha256 ON dataset_version (sha256);
CREATE INDEX model_version_sha256 ON model_version (sha256);
-- The verdicts of a run outlive it.
CREATE INDEX gate_verdict_run_key ON gate_verdict (run_key, dag_id) WHERE published_at IS NOT NULL;

-- Few rows that change all the time: vacuumed by their changes and not by their number, with room for new versions beside the old.
ALTER TABLE dag_run SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
ALTER TABLE worker SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);
ALTER TABLE scheduler SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);
ALTER TABLE dag SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);
