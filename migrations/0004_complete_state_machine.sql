-- The complete state machine: mapped tasks, setups and branches, deferral, limits, runs that wait for their start, operators' orders.

-- Constraints are found by what they say and dropped on every partition: one that was made like its parent keeps its own copy.
DO $$
DECLARE
    found record;
BEGIN
    FOR found IN
        SELECT conrelid::regclass AS rel, conname FROM pg_constraint c
        WHERE contype = 'c' AND conislocal AND pg_get_constraintdef(c.oid) LIKE '%state%'
            AND (conrelid IN ('dag_run'::regclass, 'task_instance'::regclass, 'task_attempt'::regclass))
    LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', found.rel, found.conname);
    END LOOP;
    FOR found IN
        SELECT conrelid::regclass AS rel, conname FROM pg_constraint c JOIN pg_inherits i ON i.inhrelid = c.conrelid
        WHERE contype = 'c' AND pg_get_constraintdef(c.oid) LIKE '%state%'
            AND i.inhparent IN ('task_instance'::regclass, 'task_attempt'::regclass)
    LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', found.rel, found.conname);
    END LOOP;
END $$;

-- A lane is what claims are shared out among: no DAG waits for another's ten thousand tasks. Backfills have lanes of their own.
ALTER TABLE dag ADD COLUMN lane int GENERATED ALWAYS AS IDENTITY;
ALTER TABLE dag_version ADD COLUMN settings jsonb NOT NULL DEFAULT '{}';

ALTER TABLE dag_run
    ADD COLUMN lane         int NOT NULL DEFAULT 0,
    ADD COLUMN started_at   timestamptz,
    ADD COLUMN timeout_at   timestamptz,
    -- The state that somebody, or its timeout, ordered it to end in; what it says of why.
    ADD COLUMN ordered      text CHECK (ordered IN ('cancelled', 'failed', 'success')),
    ADD COLUMN message      text,
    ADD COLUMN cleared      int NOT NULL DEFAULT 0,
    ADD COLUMN backfill_id  bigint,
    -- Tasks that depend on the past do not wait in it: the first run of a backfill has none.
    ADD COLUMN ignores_past boolean NOT NULL DEFAULT false;
UPDATE dag_run SET started_at = created_at, ordered = CASE WHEN cancel_requested THEN 'cancelled' END;
ALTER TABLE dag_run DROP COLUMN cancel_requested;
UPDATE dag_run r SET lane = 2 * d.lane FROM dag d WHERE d.dag_id = r.dag_id;
ALTER TABLE dag_run
    DROP CONSTRAINT dag_run_run_type_check,
    ADD CONSTRAINT dag_run_run_type_check CHECK (run_type IN ('scheduled', 'manual', 'backfill', 'asset_triggered')),
    ADD CONSTRAINT dag_run_state_check CHECK (state IN ('queued', 'running', 'success', 'failed', 'cancelled')),
    ADD CONSTRAINT dag_run_finished_check CHECK ((state IN ('queued', 'running')) = (finished_at IS NULL)),
    ADD CONSTRAINT dag_run_started_check CHECK (state IN ('queued', 'cancelled') OR started_at IS NOT NULL);
DROP INDEX dag_run_logical_date;
CREATE UNIQUE INDEX dag_run_logical_date ON dag_run (dag_id, logical_date)
    WHERE logical_date IS NOT NULL AND run_type IN ('scheduled', 'backfill');
CREATE INDEX dag_run_queued ON dag_run (dag_id, run_after) WHERE state = 'queued';
CREATE INDEX dag_run_running ON dag_run (dag_id) WHERE state = 'running';
CREATE INDEX dag_run_timeout ON dag_run (timeout_at) WHERE state = 'running' AND timeout_at IS NOT NULL;
-- The run before another, for tasks that depend on the past.
CREATE INDEX dag_run_in_time ON dag_run (dag_id, (coalesce(logical_date, run_after)), run_id);

ALTER TABLE task_instance
    -- Priority with its sign turned, so that one ascending index serves the claim.
    ADD COLUMN urgency      smallint NOT NULL DEFAULT 0,
    ADD COLUMN lane         int NOT NULL DEFAULT 0,
    ADD COLUMN pool         text NOT NULL DEFAULT 'default_pool',
    ADD COLUMN pool_slots   int NOT NULL DEFAULT 1 CHECK (pool_slots > 0),
    -- Whether any limit applies. Such a task is claimable only once it was admitted; for all others it always is.
    ADD COLUMN limited      boolean NOT NULL DEFAULT false,
    ADD COLUMN admitted     boolean NOT NULL DEFAULT true,
    -- The summary of a mapped task that was expanded: how many elements it has.
    ADD COLUMN mapped       int CHECK (mapped > 0),
    -- Attempts that do not count as failures: lost ones, deferrals, and all before the last clear.
    ADD COLUMN uncounted    int NOT NULL DEFAULT 0,
    ADD COLUMN deferred_since timestamptz,
    ADD COLUMN wake_key     text,
    ADD COLUMN waits_for_past boolean NOT NULL DEFAULT false,
    -- What it becomes when its running attempt has been stopped: somebody cleared or marked it while it ran.
    ADD COLUMN ordered      text CHECK (ordered IN ('pending', 'removed', 'success', 'failed', 'skipped')),
    -- A branch or short circuit that ended: what it decided against.
    ADD COLUMN unchosen     int[],
    ADD COLUMN up_cancelled int NOT NULL DEFAULT 0,
    ADD COLUMN setups_success int NOT NULL DEFAULT 0,
    ADD COLUMN setups_failed int NOT NULL DEFAULT 0,
    ADD COLUMN setups_skipped int NOT NULL DEFAULT 0,
    ADD COLUMN deciders_ended int NOT NULL DEFAULT 0,
    ADD COLUMN deciders_against int NOT NULL DEFAULT 0;
UPDATE task_instance t SET uncounted = t.lost, lane = r.lane FROM dag_run r
WHERE r.run_id = t.run_id AND t.state NOT IN ('success', 'failed', 'upstream_failed', 'skipped', 'cancelled');
ALTER TABLE task_instance
    ADD CONSTRAINT task_instance_state_check CHECK (state IN ('pending', 'queued', 'running', 'deferred', 'up_for_retry', 'success', 'failed',
        'upstream_failed', 'skipped', 'cancelled', 'removed')),
    ADD CONSTRAINT task_instance_ready_check CHECK ((ready_at IS NOT NULL) = (state IN ('queued', 'deferred', 'up_for_retry'))),
    ADD CONSTRAINT task_instance_finished_check CHECK (
        (finished_at IS NOT NULL) = (state IN ('success', 'failed', 'upstream_failed', 'skipped', 'cancelled', 'removed'))),
    ADD CONSTRAINT task_instance_running_check CHECK (
        state <> 'running' OR (worker_id IS NOT NULL AND started_at IS NOT NULL AND attempt > 0 AND admitted)),
    ADD CONSTRAINT task_instance_admitted_check CHECK (limited OR admitted),
    ADD CONSTRAINT task_instance_stopping_check CHECK (ordered IS NULL OR state = 'running'),
    ADD CONSTRAINT task_instance_summary_check CHECK (mapped IS NULL OR map_index = -1);

-- In the order of the claim: the most urgent first, then lane by lane, each in the order of time.
DROP INDEX task_instance_ready;
CREATE INDEX task_instance_ready ON task_instance (urgency, lane, queue COLLATE "C", ready_at, run_id, task_index, map_index)
    WHERE ready_at IS NOT NULL AND admitted;
CREATE INDEX task_instance_waiting ON task_instance (run_id, task_index, ready_at, map_index) WHERE ready_at IS NOT NULL AND NOT admitted;
-- The slots in use, counted and never kept as a number that could leak.
CREATE INDEX task_instance_admitted ON task_instance (run_id) WHERE limited AND admitted;
CREATE INDEX task_instance_wake ON task_instance (wake_key) WHERE wake_key IS NOT NULL;
CREATE INDEX task_instance_past ON task_instance (run_id) WHERE waits_for_past;

-- An attempt that is followed by another is archived whatever its end: a clear keeps what was there.
ALTER TABLE task_attempt ADD CONSTRAINT task_attempt_state_check CHECK (state IN ('failed', 'lost', 'deferred', 'success', 'skipped', 'cancelled'));

-- Outputs are kept for each attempt; the one that counts is that of the attempt with which its task succeeded.
ALTER TABLE task_output ADD COLUMN attempt int NOT NULL DEFAULT 1, ADD COLUMN created_at timestamptz NOT NULL DEFAULT now();
UPDATE task_output o SET attempt = t.attempt FROM task_instance t
WHERE t.run_id = o.run_id AND t.task_index = o.task_index AND t.map_index = o.map_index AND t.attempt <> 1;
ALTER TABLE task_output DROP CONSTRAINT task_output_pkey;
ALTER TABLE task_output ADD PRIMARY KEY (run_id, task_index, map_index, attempt);
ALTER TABLE task_output ALTER COLUMN attempt DROP DEFAULT;

CREATE TABLE pool (
    pool            text PRIMARY KEY CHECK (length(pool) BETWEEN 1 AND 200),
    -- -1 for no limit.
    slots           int NOT NULL CHECK (slots >= -1),
    description     text NOT NULL DEFAULT ''
);
INSERT INTO pool (pool, slots, description) VALUES ('default_pool', -1, 'What every task is in unless it says otherwise.');

-- What something outside told a waiting task.
CREATE TABLE external_event (
    external_event_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key             text NOT NULL CHECK (length(key) BETWEEN 1 AND 500),
    payload         jsonb,
    source          text NOT NULL,
    created_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX external_event_key ON external_event (key, created_at DESC);

-- By when a run should have ended.
CREATE TABLE run_deadline (
    run_id          bigint NOT NULL,
    number          int NOT NULL,
    due_at          timestamptz NOT NULL,
    -- Set once it was looked at: in time or missed.
    settled_at      timestamptz,
    is_missed       boolean,
    PRIMARY KEY (run_id, number),
    CHECK ((settled_at IS NULL) = (is_missed IS NULL))
);
CREATE INDEX run_deadline_open ON run_deadline (due_at) WHERE settled_at IS NULL;

-- Author's code to be called after an end: written in the transaction that records the end, called at least once.
CREATE TABLE callback (
    callback_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
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
    CHECK ((ready_at IS NOT NULL) = (state = 'queued')),
    CHECK ((finished_at IS NOT NULL) = (state IN ('success', 'failed'))),
    CHECK (state <> 'running' OR worker_id IS NOT NULL)
);
CREATE INDEX callback_ready ON callback (ready_at) WHERE ready_at IS NOT NULL;
CREATE INDEX callback_running ON callback (worker_id) WHERE state = 'running';
CREATE INDEX callback_run ON callback (run_id);

GRANT SELECT ON pool, external_event, run_deadline, callback TO workflow_worker;
GRANT UPDATE (urgency, admitted, mapped, uncounted, deferred_since, wake_key, waits_for_past, ordered, unchosen, up_cancelled, setups_success,
    setups_failed, setups_skipped, deciders_ended, deciders_against) ON task_instance TO workflow_worker;
-- A worker expands what it finished, and carries out the order that stands for what it ran.
GRANT INSERT ON task_instance TO workflow_worker;
GRANT UPDATE (ordered, message, cleared, started_at, timeout_at) ON dag_run TO workflow_worker;
GRANT INSERT (run_id, dag_version_id, task_index, map_index, attempt, kind, message) ON callback TO workflow_worker;
GRANT UPDATE (state, tries, ready_at, worker_id, error, finished_at) ON callback TO workflow_worker;
