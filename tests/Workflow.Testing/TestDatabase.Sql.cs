namespace Workflow.Testing;

public sealed partial class TestDatabase
{
    // Names of databases cannot be parameters of these statements; format() quotes them.
    private static class Sql
    {
        internal const string LockTemplates = "SELECT pg_advisory_lock(4242)";
        internal const string ShareTemplates = "SELECT pg_advisory_lock_shared(4242)";

        internal const string Exists = "SELECT EXISTS (SELECT FROM pg_database WHERE datname = @name)";

        internal const string OldTemplates =
            "SELECT datname FROM pg_database WHERE datname LIKE 'workflow\\_template\\_%' AND datname <> @name";

        internal const string TestDatabases = "SELECT datname FROM pg_database WHERE datname LIKE 'workflow\\_test\\_%'";

        internal const string Create = "SELECT format('CREATE DATABASE %I TEMPLATE template0', @name)";
        internal const string Clone = "SELECT format('CREATE DATABASE %I TEMPLATE %I STRATEGY wal_log', @name, @template)";
        internal const string Rename = "SELECT format('ALTER DATABASE %I RENAME TO %I', @template, @name)";
        internal const string Close = "SELECT format('ALTER DATABASE %I ALLOW_CONNECTIONS false', @name)";
        // What production leaves out for its cost: every suite runs under these, so that no code writes what they refuse.
        internal const string StrictChecks = """
            ALTER TABLE dag_run
                ADD CONSTRAINT strict_state CHECK (state IN ('queued', 'running', 'success', 'failed', 'cancelled')),
                ADD CONSTRAINT strict_type CHECK (run_type IN ('scheduled', 'manual', 'backfill', 'asset_triggered')),
                ADD CONSTRAINT strict_ordered CHECK (ordered IN ('cancelled', 'failed', 'success')),
                ADD CONSTRAINT strict_finished CHECK ((state IN ('queued', 'running')) = (finished_at IS NULL)),
                ADD CONSTRAINT strict_started CHECK (state IN ('queued', 'cancelled') OR started_at IS NOT NULL),
                ADD CONSTRAINT strict_key CHECK (length(run_key) BETWEEN 1 AND 250),
                ADD CONSTRAINT strict_interval CHECK ((interval_start IS NULL) = (interval_end IS NULL) AND interval_start <= interval_end);
            ALTER TABLE task_instance
                ADD CONSTRAINT strict_state CHECK (state IN ('pending', 'queued', 'running', 'deferred', 'up_for_retry', 'success',
                'failed',
                    'upstream_failed', 'skipped', 'cancelled', 'removed')),
                ADD CONSTRAINT strict_ready CHECK ((ready_at IS NOT NULL) = (state IN ('queued', 'deferred', 'up_for_retry'))),
                ADD CONSTRAINT strict_finished CHECK (
                    (finished_at IS NOT NULL) = (state IN ('success', 'failed', 'upstream_failed', 'skipped', 'cancelled', 'removed'))),
                ADD CONSTRAINT strict_running CHECK (
                    state <> 'running' OR (worker_id IS NOT NULL AND started_at IS NOT NULL AND attempt > 0 AND admitted)),
                ADD CONSTRAINT strict_ordered CHECK (
                    ordered IS NULL OR (state = 'running' AND ordered IN ('pending', 'removed', 'success', 'failed', 'skipped'))),
                ADD CONSTRAINT strict_summary CHECK (mapped IS NULL OR (mapped > 0 AND map_index = -1)),
                ADD CONSTRAINT strict_numbers CHECK (least(task_index, map_index + 1, lost, attempt - lost, pool_slots - 1) >= 0);
            """;

        internal const string Drop = "SELECT format('DROP DATABASE IF EXISTS %I WITH (FORCE)', @name)";
    }
}
