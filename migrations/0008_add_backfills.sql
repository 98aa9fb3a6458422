-- Backfills: ranges of a schedule's past that are run on demand, under a limit of their own.

CREATE TABLE backfill (
    backfill_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    dag_id          text NOT NULL REFERENCES dag ON DELETE CASCADE,
    from_date       timestamptz NOT NULL,
    to_date         timestamptz NOT NULL,
    -- Which runs that exist already run again: none, those that did not succeed, or all that have ended.
    reprocess       text NOT NULL CHECK (reprocess IN ('none', 'failed', 'completed')),
    max_active_runs int NOT NULL DEFAULT 10 CHECK (max_active_runs > 0),
    run_backwards   boolean NOT NULL DEFAULT false,
    conf            jsonb NOT NULL CHECK (jsonb_typeof(conf) = 'object'),
    state           text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'paused', 'completed', 'cancelled')),
    -- Why it was paused, when nobody did so.
    message         text,
    created_by      text NOT NULL,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    started_at      timestamptz,
    finished_at     timestamptz,
    CHECK (from_date <= to_date),
    CHECK ((finished_at IS NOT NULL) = (state IN ('completed', 'cancelled'))),
    CHECK (state NOT IN ('running', 'completed') OR started_at IS NOT NULL)
);

-- One at a time: the second request is refused by the schema, whoever asks.
CREATE UNIQUE INDEX backfill_active ON backfill (dag_id) WHERE state IN ('queued', 'running', 'paused');
CREATE INDEX backfill_by_dag ON backfill (dag_id, backfill_id DESC);

-- The fire times of a backfill in the order in which their turn comes, and what came of each.
CREATE TABLE backfill_run (
    backfill_id     bigint NOT NULL REFERENCES backfill ON DELETE CASCADE,
    number          int NOT NULL CHECK (number >= 0),
    logical_date    timestamptz NOT NULL,
    -- Null where nothing fires before.
    interval_start  timestamptz CHECK (interval_start <= logical_date),
    outcome         text NOT NULL DEFAULT 'pending' CHECK (outcome IN ('pending', 'created', 'cleared', 'already_exists', 'in_flight')),
    -- Null again when the run was deleted.
    run_id          bigint REFERENCES dag_run ON DELETE SET NULL,
    -- The backfill was cancelled and its run with it, which is still to be told so.
    is_to_stop      boolean NOT NULL DEFAULT false,
    PRIMARY KEY (backfill_id, number),
    UNIQUE (backfill_id, logical_date),
    CHECK (outcome <> 'pending' OR run_id IS NULL)
);
CREATE INDEX backfill_run_pending ON backfill_run (backfill_id, number) WHERE outcome = 'pending';
CREATE INDEX backfill_run_by_run ON backfill_run (run_id) WHERE run_id IS NOT NULL;
CREATE INDEX backfill_run_to_stop ON backfill_run (backfill_id) WHERE is_to_stop;

-- How many of its runs a backfill has running. Not by state: a run's end shall touch no index more.
CREATE INDEX dag_run_by_backfill ON dag_run (backfill_id) WHERE backfill_id IS NOT NULL;
