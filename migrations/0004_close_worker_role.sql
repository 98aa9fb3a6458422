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
