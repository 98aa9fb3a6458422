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
GRANT INSERT ON task_attempt, task_output, task_log, dataset_parent, model_parent TO workflow_worker;

-- Column by column: what gives a staged row its number, or makes it count, is left to publish_attempt.
GRANT INSERT (dataset) ON dataset TO workflow_worker;
GRANT INSERT (dataset, sha256, bytes, row_count, partition, columns, profile, writer, dag_id, run_id, run_key, task_index, map_index, attempt, task_id)
    ON dataset_version TO workflow_worker;
GRANT INSERT (model) ON model TO workflow_worker;
GRANT INSERT (model, sha256, bytes, flavour, params, metrics, dag_version_id, dag_id, run_id, run_key, task_index, map_index, attempt, task_id)
    ON model_version TO workflow_worker;
GRANT INSERT (dag_id, run_id, run_key, task_index, map_index, attempt, task_id, subject, dataset_version_id, model_version_id, alias,
    baseline_version_id, verdict, checks) ON gate_verdict TO workflow_worker;
GRANT INSERT (model, alias, to_version_id, dag_id, run_id, run_key, task_index, map_index, attempt) ON model_alias_move TO workflow_worker;
GRANT INSERT, UPDATE ON worker TO workflow_worker;
REVOKE EXECUTE ON FUNCTION publish_attempt(bigint, int, int, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION publish_attempt(bigint, int, int, int) TO workflow_worker;

-- publish_attempt runs with its owner's rights. Without pg_temp at the end of its path a session's own tables come first: a worker could put
-- one named task_instance or gate_verdict before the real one, with a trigger that then runs as the owner.
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION publish_attempt(bigint, int, int, int) SET search_path = %I, pg_temp', current_schema());
    EXECUTE format('ALTER FUNCTION refuse_ungated_alias() SET search_path = %I, pg_temp', current_schema());

    -- Whoever creates a role may not yet take it on, and an external server's workers log in as the owner of the schema.
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        BEGIN
            EXECUTE format('GRANT workflow_worker TO %I', current_user);
        EXCEPTION
            -- Another owner's role: its administrator grants it, or workers log in as somebody else.
            WHEN insufficient_privilege THEN
                RAISE NOTICE '% may not grant workflow_worker to itself: an administrator can', current_user;
        END;
    END IF;
END $$;
