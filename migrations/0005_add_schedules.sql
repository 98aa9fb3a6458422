-- Schedules as values, what of the past they have dealt with, and runs on datasets.

ALTER TABLE dag
    -- The schedule as a value, and as people read it.
    ADD COLUMN schedule jsonb,
    ADD COLUMN schedule_text text,
    ADD COLUMN start_date timestamptz,
    ADD COLUMN end_date timestamptz,
    ADD COLUMN catchup boolean NOT NULL DEFAULT false,
    -- Counts the changes of the columns above: whoever planned by older ones moves no fire time on.
    ADD COLUMN schedule_changes int NOT NULL DEFAULT 0,
    -- The newest fire time that has its run, or passed without one. Catchup goes on from here when the schedule changes.
    ADD COLUMN last_fire_at timestamptz,
    -- Why the author's own timetable gives no fire time; it is asked again.
    ADD COLUMN schedule_error text;

UPDATE dag SET schedule = jsonb_build_object('kind', 'cron', 'expression', cron, 'time_zone', time_zone), schedule_text = cron
WHERE cron IS NOT NULL;
UPDATE dag SET last_fire_at = (
    SELECT max(logical_date) FROM dag_run WHERE dag_run.dag_id = dag.dag_id AND run_type = 'scheduled' AND logical_date <= now());

-- The checks that name the column go with it.
ALTER TABLE dag DROP COLUMN cron;
ALTER TABLE dag
    ADD CHECK ((schedule IS NULL) = (schedule_text IS NULL)),
    ADD CHECK (schedule IS NOT NULL OR (next_fire_at IS NULL AND time_zone IS NULL AND schedule_error IS NULL)),
    ADD CHECK (start_date <= end_date);

-- A dataset changed: a version was published, or somebody outside said so.
CREATE TABLE dataset_event (
    dataset_event_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    dataset         text NOT NULL CHECK (length(dataset) BETWEEN 1 AND 200),
    dataset_version_id bigint REFERENCES dataset_version,
    extra           jsonb NOT NULL CHECK (jsonb_typeof(extra) = 'object'),
    source          text NOT NULL,
    created_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX dataset_event_by_dataset ON dataset_event (dataset, dataset_event_id DESC);

-- Which datasets the schedules of which DAGs read.
CREATE TABLE dag_dataset (
    dag_id          text NOT NULL REFERENCES dag ON DELETE CASCADE,
    dataset         text NOT NULL,
    PRIMARY KEY (dag_id, dataset)
);
CREATE INDEX dag_dataset_by_dataset ON dag_dataset (dataset);

-- What each DAG has not had a run for yet. A run takes all of its DAG's rows with it.
CREATE TABLE dag_dataset_event (
    dag_id          text NOT NULL REFERENCES dag ON DELETE CASCADE,
    dataset_event_id bigint NOT NULL REFERENCES dataset_event ON DELETE CASCADE,
    PRIMARY KEY (dag_id, dataset_event_id)
);

CREATE TABLE dag_run_dataset_event (
    run_id          bigint NOT NULL REFERENCES dag_run ON DELETE CASCADE,
    dataset_event_id bigint NOT NULL REFERENCES dataset_event,
    PRIMARY KEY (run_id, dataset_event_id)
);

-- Queues an event for the DAGs that run on the dataset. A DAG that is paused or out of service does not hear of it, ever.
CREATE FUNCTION add_dataset_event(of_dataset text, of_version bigint, with_extra jsonb, from_source text) RETURNS bigint
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    added bigint;
BEGIN
    INSERT INTO dataset_event (dataset, dataset_version_id, extra, source) VALUES (of_dataset, of_version, with_extra, from_source)
    RETURNING dataset_event_id INTO added;
    INSERT INTO dag_dataset_event (dag_id, dataset_event_id)
    SELECT dag_id, added FROM dag_dataset JOIN dag USING (dag_id)
    WHERE dag_dataset.dataset = of_dataset AND dag.is_active AND NOT dag.is_paused
    ORDER BY dag_id;
    IF FOUND THEN
        PERFORM pg_notify('workflow_datasets', '');
    END IF;
    RETURN added;
END $$;

-- Makes what an attempt staged visible. Called in the transaction that completes the attempt, and only there; a failed attempt shows
-- its gate's verdict and nothing else.
CREATE OR REPLACE FUNCTION publish_attempt(of_run bigint, of_task int, of_map int, of_attempt int) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    ended text;
    staged record;
    next_version int;
    holder bigint;
    compared bigint;
BEGIN
    SELECT state INTO ended FROM task_instance
    WHERE run_id = of_run AND task_index = of_task AND map_index = of_map AND attempt = of_attempt AND state <> 'running';
    IF NOT FOUND THEN
        -- The attempt was archived: it failed and is tried again. Anything else did not end.
        SELECT state INTO ended FROM task_attempt
        WHERE run_id = of_run AND task_index = of_task AND map_index = of_map AND attempt = of_attempt AND state = 'failed';
        IF NOT FOUND THEN
            RAISE EXCEPTION 'attempt % of task % in run % has not ended: nothing to publish', of_attempt, of_task, of_run;
        END IF;
    END IF;

    UPDATE gate_verdict SET published_at = now()
    WHERE run_id = of_run AND task_index = of_task AND map_index = of_map AND attempt = of_attempt AND published_at IS NULL;
    IF ended <> 'success' THEN
        RETURN;
    END IF;

    FOR staged IN SELECT dataset_version_id, dataset FROM dataset_version
        WHERE run_id = of_run AND task_index = of_task AND map_index = of_map AND attempt = of_attempt AND version IS NULL
        ORDER BY dataset, dataset_version_id LOOP
        UPDATE dataset SET last_version = last_version + 1 WHERE dataset = staged.dataset RETURNING last_version INTO next_version;
        UPDATE dataset_version SET version = next_version, published_at = now() WHERE dataset_version_id = staged.dataset_version_id;
        PERFORM add_dataset_event(staged.dataset, staged.dataset_version_id, '{}', format('run %s', of_run));
    END LOOP;

    FOR staged IN SELECT model_version_id, model FROM model_version
        WHERE run_id = of_run AND task_index = of_task AND map_index = of_map AND attempt = of_attempt AND version IS NULL
        ORDER BY model, model_version_id LOOP
        UPDATE model SET last_version = last_version + 1 WHERE model = staged.model RETURNING last_version INTO next_version;
        UPDATE model_version SET version = next_version, published_at = now() WHERE model_version_id = staged.model_version_id;
    END LOOP;

    FOR staged IN SELECT * FROM model_alias_move
        WHERE run_id = of_run AND task_index = of_task AND map_index = of_map AND attempt = of_attempt AND published_at IS NULL
        ORDER BY model_alias_move_id LOOP
        -- The model's row is the lock: two promotions of one model come one after the other.
        PERFORM 1 FROM model WHERE model = staged.model FOR UPDATE;
        SELECT model_version_id INTO holder FROM model_alias WHERE model = staged.model AND alias = staged.alias;
        SELECT baseline_version_id INTO compared FROM gate_verdict
        WHERE model_version_id = staged.to_version_id AND alias = staged.alias AND verdict = 'pass' AND published_at IS NOT NULL
        ORDER BY gate_verdict_id DESC LIMIT 1;
        IF holder IS DISTINCT FROM compared AND holder IS DISTINCT FROM staged.to_version_id THEN
            RAISE EXCEPTION 'alias "%" of model "%" has moved since the gate compared with it: run the gate again', staged.alias, staged.model
                USING ERRCODE = 'WF001';
        END IF;
        INSERT INTO model_alias (model, alias, model_version_id) VALUES (staged.model, staged.alias, staged.to_version_id)
        ON CONFLICT (model, alias) DO UPDATE SET model_version_id = excluded.model_version_id, moved_at = now();
        UPDATE model_alias_move SET from_version_id = holder, published_at = now() WHERE model_alias_move_id = staged.model_alias_move_id;
    END LOOP;
END $$;

-- As for the tables before: workers read, and only publish_attempt writes for them. It keeps its owner's rights and its path, see the
-- grants to workers.
GRANT SELECT ON dataset_event, dag_dataset, dag_dataset_event, dag_run_dataset_event TO workflow_worker;
REVOKE EXECUTE ON FUNCTION add_dataset_event(text, bigint, jsonb, text) FROM PUBLIC;
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION publish_attempt(bigint, int, int, int) SET search_path = %I, pg_temp', current_schema());
    EXECUTE format('ALTER FUNCTION add_dataset_event(text, bigint, jsonb, text) SET search_path = %I, pg_temp', current_schema());
END $$;
