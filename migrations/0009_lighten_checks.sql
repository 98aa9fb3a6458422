-- PostgreSQL prepares every CHECK of a table anew in each statement that writes to it. In a step of one task that was 40 % of the server's
-- time, more than the writing itself. The hot tables keep what costs next to nothing; the tests add the full checks to their databases, so that
-- every suite still runs under them (tests/Workflow.Testing/TestDatabase.Sql.cs).

-- Found by what they check and dropped on every partition: one that was made like its parent keeps its own copy.
DO $$
DECLARE
    found record;
BEGIN
    FOR found IN
        SELECT conrelid::regclass AS rel, conname FROM pg_constraint
        WHERE contype = 'c' AND conislocal AND conrelid IN ('dag_run'::regclass, 'task_instance'::regclass)
    LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', found.rel, found.conname);
    END LOOP;
    FOR found IN
        SELECT conrelid::regclass AS rel, conname FROM pg_constraint c JOIN pg_inherits i ON i.inhrelid = c.conrelid
        WHERE contype = 'c' AND i.inhparent = 'task_instance'::regclass
    LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', found.rel, found.conname);
    END LOOP;
END $$;

-- What waits has not ended; what a run still has to do and what failed is counted down to zero and no further.
ALTER TABLE task_instance ADD CONSTRAINT task_instance_sound CHECK (num_nonnulls(ready_at, finished_at) <= 1 AND (limited OR admitted));
ALTER TABLE dag_run ADD CONSTRAINT dag_run_sound CHECK (least(unfinished, failed_leaves) >= 0);

-- Ends a step whose consequences its worker had foreseen otherwise: nothing of it is kept, and the worker does it again the long way.
CREATE FUNCTION refuse_step() RETURNS int LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'WF001', MESSAGE = 'the step has consequences that were not foreseen';
END $$;
