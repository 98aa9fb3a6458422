-- What a worker may do: claim, complete, stage. It runs authors' code, so it may not move aliases, change DAG versions or waive gates:
-- those go through functions that check for themselves.

DO $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'workflow_worker') THEN
        BEGIN
            CREATE ROLE workflow_worker NOLOGIN;
        EXCEPTION
            -- Another database of this server is being migrated at the same moment.
            WHEN duplicate_object OR unique_violation THEN NULL;
            WHEN insufficient_privilege THEN
                RAISE EXCEPTION 'role workflow_worker does not exist and % may not create it', current_user
                    USING HINT = 'Ask an administrator for: CREATE ROLE workflow_worker NOLOGIN; GRANT workflow_worker TO ' || quote_ident(current_user);
        END;
    END IF;
END $$;

GRANT USAGE ON SCHEMA public TO workflow_worker;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO workflow_worker;
GRANT UPDATE (state, ready_at, attempt, lost, worker_id, started_at, finished_at, message, up_success, up_failed, up_upstream_failed, up_skipped)
    ON task_instance TO workflow_worker;
GRANT UPDATE (state, finished_at, unfinished, failed_leaves) ON dag_run TO workflow_worker;
GRANT INSERT ON task_attempt, task_output, task_log, dataset, dataset_version, dataset_parent, model, model_version, model_parent,
    gate_verdict, model_alias_move TO workflow_worker;
GRANT INSERT, UPDATE ON worker TO workflow_worker;
REVOKE EXECUTE ON FUNCTION publish_attempt(bigint, int, int, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION publish_attempt(bigint, int, int, int) TO workflow_worker;
