-- What a gate may find besides pass and fail, versions that wait for a person, and checks that are learnt from history.

ALTER TABLE gate_verdict
    DROP CONSTRAINT gate_verdict_verdict_check,
    ADD CONSTRAINT gate_verdict_verdict_check CHECK (verdict IN ('pass', 'fail', 'inconclusive', 'learning', 'waived'));

-- A version that a gate holds. The gate's task waits until a person decides; then the row says who and why, for good.
CREATE TABLE review_item (
    review_item_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    dag_id          text NOT NULL,
    run_id          bigint NOT NULL,
    run_key         text NOT NULL,
    task_index      int NOT NULL,
    map_index       int NOT NULL,
    task_id         text NOT NULL,
    dataset_version_id bigint NOT NULL REFERENCES dataset_version,
    checks          jsonb NOT NULL,
    state           text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'released', 'repaired', 'discarded')),
    opened_at       timestamptz NOT NULL DEFAULT now(),
    decided_at      timestamptz,
    decided_by      text CHECK (length(decided_by) BETWEEN 1 AND 200),
    reason          text CHECK (length(reason) BETWEEN 1 AND 2000),
    replacement_version_id bigint REFERENCES dataset_version,
    -- A second attempt, and a task that is cleared, find what was opened or decided of the same version.
    UNIQUE (run_id, task_index, map_index, dataset_version_id),
    CHECK (num_nulls(decided_at, decided_by, reason) = CASE WHEN state = 'open' THEN 3 ELSE 0 END),
    CHECK ((state = 'repaired') = (replacement_version_id IS NOT NULL)),
    CHECK (replacement_version_id <> dataset_version_id)
);
CREATE INDEX review_item_open ON review_item (review_item_id) WHERE state = 'open';
CREATE INDEX review_item_version ON review_item (dataset_version_id);

CREATE FUNCTION keep_decision() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.state <> 'open' THEN
        RAISE EXCEPTION 'review % is %: a decision is kept as it was made', OLD.review_item_id, OLD.state USING ERRCODE = 'WF001';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER review_item_kept BEFORE UPDATE OR DELETE ON review_item FOR EACH ROW EXECUTE FUNCTION keep_decision();

-- A decision wakes its task in its own transaction. A row that a step holds at this moment is left to the task's next look.
CREATE FUNCTION wake_for_review() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    UPDATE task_instance t SET ready_at = now() FROM (
        SELECT run_id, task_index, map_index FROM task_instance
        WHERE run_id = NEW.run_id AND task_index = NEW.task_index AND map_index = NEW.map_index
            AND wake_key = 'review:' || NEW.review_item_id AND state = 'deferred' FOR UPDATE SKIP LOCKED) w
    WHERE t.run_id = w.run_id AND t.task_index = w.task_index AND t.map_index = w.map_index;
    IF FOUND THEN
        PERFORM pg_notify('workflow_tasks', ''), pg_notify('workflow_slots', '');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER review_item_wakes AFTER UPDATE ON review_item FOR EACH ROW EXECUTE FUNCTION wake_for_review();

-- Checks that are found in history, for a person to accept. What is accepted is part of the gates that learn, until it is withdrawn.
CREATE TABLE check_proposal (
    check_proposal_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    dataset         text NOT NULL REFERENCES dataset,
    -- The gate's task; null for every gate of the dataset that learns.
    gate            text CHECK (length(gate) BETWEEN 1 AND 200),
    check_spec      jsonb NOT NULL,
    evidence        text NOT NULL,
    learnt_from     bigint[] NOT NULL,
    state           text NOT NULL DEFAULT 'proposed' CHECK (state IN ('proposed', 'accepted', 'rejected', 'withdrawn')),
    proposed_at     timestamptz NOT NULL DEFAULT now(),
    proposed_by     text NOT NULL CHECK (length(proposed_by) BETWEEN 1 AND 200),
    decided_at      timestamptz,
    decided_by      text CHECK (length(decided_by) BETWEEN 1 AND 200),
    withdrawn_at    timestamptz,
    withdrawn_by    text CHECK (length(withdrawn_by) BETWEEN 1 AND 200),
    CHECK (num_nulls(decided_at, decided_by) = CASE WHEN state = 'proposed' THEN 2 ELSE 0 END),
    CHECK (num_nulls(withdrawn_at, withdrawn_by) = CASE WHEN state = 'withdrawn' THEN 0 ELSE 2 END)
);
-- The same check is proposed once, while nobody has turned it down.
CREATE UNIQUE INDEX check_proposal_once ON check_proposal (dataset, coalesce(gate, ''), md5(check_spec::text)) WHERE state IN ('proposed', 'accepted');
CREATE INDEX check_proposal_accepted ON check_proposal (dataset) WHERE state = 'accepted';

-- Which decision, and which learnt checks, a verdict rests on.
ALTER TABLE gate_verdict
    ADD COLUMN review_item_id bigint REFERENCES review_item,
    ADD COLUMN learnt_checks bigint[] NOT NULL DEFAULT '{}',
    ADD CONSTRAINT gate_verdict_waived_by_review CHECK (verdict <> 'waived' OR review_item_id IS NOT NULL);

-- A worker may open a review, for a task that it runs, and look at it; who decides is a person.
CREATE FUNCTION open_review(of_run bigint, of_task int, of_map int, of_version bigint, evidence jsonb) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    opened bigint;
BEGIN
    INSERT INTO review_item (dag_id, run_id, run_key, task_index, map_index, task_id, dataset_version_id, checks)
    SELECT r.dag_id, t.run_id, r.run_key, t.task_index, t.map_index, t.task_id, of_version, evidence
    FROM task_instance t JOIN dag_run r ON r.run_id = t.run_id
    WHERE t.run_id = of_run AND t.task_index = of_task AND t.map_index = of_map AND t.state = 'running'
    ON CONFLICT (run_id, task_index, map_index, dataset_version_id) DO NOTHING;
    SELECT review_item_id INTO opened FROM review_item
    WHERE run_id = of_run AND task_index = of_task AND map_index = of_map AND dataset_version_id = of_version;
    IF opened IS NULL THEN
        RAISE EXCEPTION 'task % of run % is not running: it opens no review', of_task, of_run USING ERRCODE = 'WF001';
    END IF;
    RETURN opened;
END $$;

-- A waived gate has a person's word, and one that learns says nothing yet: neither stands in the way of promotion.
CREATE OR REPLACE FUNCTION refuse_ungated_alias() RETURNS trigger
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
    SELECT string_agg(task_id || ' (' || verdict || ')', ', ') INTO refusing FROM (
        SELECT DISTINCT ON (task_index, map_index) task_id, verdict FROM gate_verdict
        WHERE run_id = of_run AND published_at IS NOT NULL ORDER BY task_index, map_index, attempt DESC) latest
    WHERE verdict NOT IN ('pass', 'waived', 'learning');
    IF refusing IS NOT NULL THEN
        RAISE EXCEPTION 'alias "%" of model "%" cannot move: gates of its run did not pass: %', NEW.alias, NEW.model, refusing
            USING ERRCODE = 'WF001';
    END IF;
    RETURN NEW;
END $$;

GRANT SELECT ON review_item, check_proposal TO workflow_worker;
GRANT INSERT (review_item_id, learnt_checks) ON gate_verdict TO workflow_worker;
REVOKE EXECUTE ON FUNCTION open_review(bigint, int, int, bigint, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION open_review(bigint, int, int, bigint, jsonb) TO workflow_worker;

-- Functions that run with their owner's rights look for nothing in a session's own tables first.
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION open_review(bigint, int, int, bigint, jsonb) SET search_path = %I, pg_temp', current_schema());
    EXECUTE format('ALTER FUNCTION wake_for_review() SET search_path = %I, pg_temp', current_schema());
    EXECUTE format('ALTER FUNCTION refuse_ungated_alias() SET search_path = %I, pg_temp', current_schema());
END $$;
