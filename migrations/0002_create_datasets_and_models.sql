-- Datasets, models, gates. A row is staged by the attempt that makes it and has no version number; the transaction that completes the
-- attempt gives it one. Readers look only at rows with a number, so an attempt that is lost leaves nothing to be seen.

CREATE TABLE dataset (
    dataset         text PRIMARY KEY CHECK (length(dataset) BETWEEN 1 AND 200),
    last_version    int NOT NULL DEFAULT 0,
    created_at      timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE dataset_version (
    dataset_version_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    dataset         text NOT NULL REFERENCES dataset,
    version         int CHECK (version > 0),
    sha256          text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    bytes           bigint NOT NULL,
    row_count       bigint NOT NULL,
    partition       jsonb NOT NULL,
    columns         jsonb NOT NULL,
    profile         jsonb NOT NULL,
    writer          text NOT NULL,
    dag_id          text NOT NULL,
    run_id          bigint NOT NULL,
    run_key         text NOT NULL,
    task_index      int NOT NULL,
    map_index       int NOT NULL,
    attempt         int NOT NULL,
    task_id         text NOT NULL,
    staged_at       timestamptz NOT NULL DEFAULT now(),
    published_at    timestamptz,
    UNIQUE (dataset, version),
    CHECK ((version IS NULL) = (published_at IS NULL))
);
CREATE INDEX dataset_version_attempt ON dataset_version (run_id, task_index, map_index, attempt);
CREATE INDEX dataset_version_partition ON dataset_version (dataset, partition, version DESC) WHERE version IS NOT NULL;

CREATE TABLE dataset_parent (
    dataset_version_id bigint NOT NULL REFERENCES dataset_version ON DELETE CASCADE,
    parent_version_id bigint NOT NULL REFERENCES dataset_version,
    PRIMARY KEY (dataset_version_id, parent_version_id)
);

CREATE TABLE model (
    model           text PRIMARY KEY CHECK (length(model) BETWEEN 1 AND 200),
    last_version    int NOT NULL DEFAULT 0,
    created_at      timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE model_version (
    model_version_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    model           text NOT NULL REFERENCES model,
    version         int CHECK (version > 0),
    sha256          text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    bytes           bigint NOT NULL,
    flavour         text NOT NULL,
    params          jsonb NOT NULL,
    metrics         jsonb NOT NULL,
    dag_version_id  bigint NOT NULL REFERENCES dag_version,
    dag_id          text NOT NULL,
    run_id          bigint NOT NULL,
    run_key         text NOT NULL,
    task_index      int NOT NULL,
    map_index       int NOT NULL,
    attempt         int NOT NULL,
    task_id         text NOT NULL,
    staged_at       timestamptz NOT NULL DEFAULT now(),
    published_at    timestamptz,
    UNIQUE (model, version),
    CHECK ((version IS NULL) = (published_at IS NULL))
);
CREATE INDEX model_version_attempt ON model_version (run_id, task_index, map_index, attempt);

CREATE TABLE model_parent (
    model_version_id bigint NOT NULL REFERENCES model_version ON DELETE CASCADE,
    parent_version_id bigint NOT NULL REFERENCES dataset_version,
    PRIMARY KEY (model_version_id, parent_version_id)
);

CREATE TABLE gate_verdict (
    gate_verdict_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    dag_id          text NOT NULL,
    run_id          bigint NOT NULL,
    run_key         text NOT NULL,
    task_index      int NOT NULL,
    map_index       int NOT NULL,
    attempt         int NOT NULL,
    task_id         text NOT NULL,
    subject         text NOT NULL,
    dataset_version_id bigint REFERENCES dataset_version,
    model_version_id bigint REFERENCES model_version,
    -- What a candidate was compared with: promotion is refused when the alias has moved since.
    alias           text,
    baseline_version_id bigint REFERENCES model_version,
    verdict         text NOT NULL CHECK (verdict IN ('pass', 'fail', 'inconclusive')),
    checks          jsonb NOT NULL,
    staged_at       timestamptz NOT NULL DEFAULT now(),
    published_at    timestamptz,
    UNIQUE (run_id, task_index, map_index, attempt)
);
CREATE INDEX gate_verdict_model ON gate_verdict (model_version_id) WHERE model_version_id IS NOT NULL;
CREATE INDEX gate_verdict_newest ON gate_verdict (published_at DESC) WHERE published_at IS NOT NULL;

CREATE TABLE model_alias (
    model           text NOT NULL REFERENCES model,
    alias           text NOT NULL CHECK (length(alias) BETWEEN 1 AND 200),
    model_version_id bigint NOT NULL REFERENCES model_version,
    moved_at        timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (model, alias)
);

-- Every move of an alias, kept for good. A promote task stages a row; publishing carries it out.
CREATE TABLE model_alias_move (
    model_alias_move_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    model           text NOT NULL REFERENCES model,
    alias           text NOT NULL,
    from_version_id bigint REFERENCES model_version,
    to_version_id   bigint NOT NULL REFERENCES model_version,
    dag_id          text NOT NULL,
    run_id          bigint NOT NULL,
    run_key         text NOT NULL,
    task_index      int NOT NULL,
    map_index       int NOT NULL,
    attempt         int NOT NULL,
    staged_at       timestamptz NOT NULL DEFAULT now(),
    published_at    timestamptz
);
CREATE INDEX model_alias_move_attempt ON model_alias_move (run_id, task_index, map_index, attempt);

-- The schema itself refuses an alias on a version that no gate passed, whoever asks.
CREATE FUNCTION refuse_ungated_alias() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    of_run bigint;
    refusing text;
BEGIN
    SELECT run_id INTO of_run FROM model_version
    WHERE model_version_id = NEW.model_version_id AND model = NEW.model AND version IS NOT NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'alias "%" of model "%" must point to a published version of that model', NEW.alias, NEW.model USING ERRCODE = 'WF001';
    END IF;
    IF NOT EXISTS (
        SELECT 1 FROM gate_verdict WHERE model_version_id = NEW.model_version_id AND verdict = 'pass' AND published_at IS NOT NULL) THEN
        RAISE EXCEPTION 'alias "%" of model "%" cannot move: no gate has passed the version', NEW.alias, NEW.model USING ERRCODE = 'WF001';
    END IF;
    -- Only the last verdict of each gate of the version's own run counts: a gate may be tried again.
    SELECT string_agg(task_id || ' (' || verdict || ')', ', ') INTO refusing FROM (
        SELECT DISTINCT ON (task_index, map_index) task_id, verdict FROM gate_verdict
        WHERE run_id = of_run AND published_at IS NOT NULL ORDER BY task_index, map_index, attempt DESC) latest
    WHERE verdict <> 'pass';
    IF refusing IS NOT NULL THEN
        RAISE EXCEPTION 'alias "%" of model "%" cannot move: gates of its run did not pass: %', NEW.alias, NEW.model, refusing
            USING ERRCODE = 'WF001';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER model_alias_gated BEFORE INSERT OR UPDATE ON model_alias FOR EACH ROW EXECUTE FUNCTION refuse_ungated_alias();

-- Makes what an attempt staged visible. Called in the transaction that completes the attempt, and only there; a failed attempt shows
-- its gate's verdict and nothing else.
CREATE FUNCTION publish_attempt(of_run bigint, of_task int, of_map int, of_attempt int) RETURNS void
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
