namespace Workflow.Postgres.Retention;

public sealed partial class RetentionStore
{
    // Only of partitions that are old enough to lose anything: for those all runs are read, and few are left.
    private const string Partitions = """
        SELECT p.part AS Part, p.closed_at AS ClosedAt, p.detached_at IS NOT NULL AS IsDetached,
            coalesce(r.is_unfinished, false) AS IsUnfinished,
            r.last_end AS LastEnd,
            EXISTS (SELECT 1 FROM task_log l WHERE l.run_id >= p.from_run AND l.run_id < p.to_run) AS HasLogs, now() AS Now
        FROM run_partition p CROSS JOIN LATERAL (
            SELECT bool_or(finished_at IS NULL) AS is_unfinished, max(finished_at) AS last_end FROM dag_run
            WHERE run_id >= p.from_run AND run_id < p.to_run) r
        WHERE p.closed_at < now() - @age
        ORDER BY p.part
        """;

    // A run that is cleared at this moment is locked, and stays; so does the one before a run that goes on: what depends on the past looks
    // at it.
    private const string DeleteRuns = """
        WITH old AS (
            SELECT r.run_id FROM run_partition p JOIN dag_run r ON r.run_id >= p.from_run AND r.run_id < p.to_run
            WHERE p.part = @part AND r.finished_at < @endedBefore AND coalesce((
                SELECT n.finished_at IS NOT NULL FROM dag_run n
                WHERE n.dag_id = r.dag_id AND (coalesce(n.logical_date, n.run_after), n.run_id) > (coalesce(r.logical_date, r.run_after),
                    r.run_id)
                ORDER BY coalesce(n.logical_date, n.run_after), n.run_id LIMIT 1), true)
            ORDER BY r.run_id LIMIT @limit FOR UPDATE OF r SKIP LOCKED
        ), deleted AS (
            DELETE FROM dag_run r USING old WHERE r.run_id = old.run_id RETURNING 1)
        SELECT count(*)::int FROM deleted
        """;

    // What attempts read goes after their run, by itself: one that reads a dataset as a whole has as many rows as that has slices.
    private const string DeleteReads = """
        DELETE FROM attempt_input WHERE ctid = ANY (ARRAY(
            SELECT i.ctid FROM run_partition p JOIN attempt_input i ON i.run_id >= p.from_run AND i.run_id < p.to_run
            WHERE p.part = @part AND NOT EXISTS (SELECT 1 FROM dag_run r WHERE r.run_id = i.run_id) LIMIT @limit))
        """;

    // Another scheduler may be among them: what it has not yet committed is still there.
    private const string HasReads = """
        SELECT EXISTS (
            SELECT 1 FROM run_partition p JOIN attempt_input i ON i.run_id >= p.from_run AND i.run_id < p.to_run WHERE p.part = @part)
        """;

    private const string PartitionedTables = "SELECT unnest(run_partitioned())";

    private const string Detach = "SELECT detach_run_partition(@part, @table)";

    private const string DropDetached = "SELECT drop_detached_partitions()";

    private const string EmptyLogs = "SELECT empty_log_partition(@part, @endedBefore)";

    // An event that a DAG has not had a run for, or that led to a run which is still there, stays.
    private const string DeleteDatasetEvents = """
        DELETE FROM dataset_event WHERE dataset_event_id IN (
            SELECT e.dataset_event_id FROM dataset_event e
            WHERE e.created_at < now() - @age
                AND NOT EXISTS (SELECT 1 FROM dag_dataset_event q WHERE q.dataset_event_id = e.dataset_event_id)
                AND NOT EXISTS (SELECT 1 FROM dag_run_dataset_event q WHERE q.dataset_event_id = e.dataset_event_id)
            ORDER BY e.created_at LIMIT @limit FOR UPDATE SKIP LOCKED)
        """;

    // A task that waits sees the events since its run was created: those stay while the run goes on.
    private const string DeleteExternalEvents = """
        DELETE FROM external_event WHERE external_event_id IN (
            SELECT external_event_id FROM external_event
            WHERE created_at < least(now() - @age, (SELECT min(created_at) FROM dag_run WHERE state IN ('queued', 'running')))
            ORDER BY created_at LIMIT @limit FOR UPDATE SKIP LOCKED)
        """;

    // The worker of an attempt that nobody has taken back yet stays: whoever takes it back looks for it.
    private const string DeleteWorkers = """
        DELETE FROM worker WHERE worker_id IN (
            SELECT w.worker_id FROM worker w
            WHERE w.stopped_at < now() - @age
                AND NOT EXISTS (
                    SELECT 1 FROM dag_run r JOIN task_instance t ON t.run_id = r.run_id
                    WHERE r.state = 'running' AND t.state = 'running' AND t.worker_id = w.worker_id)
                AND NOT EXISTS (SELECT 1 FROM callback c WHERE c.state = 'running' AND c.worker_id = w.worker_id)
            ORDER BY w.stopped_at LIMIT @limit FOR UPDATE SKIP LOCKED)
        """;

    private const string DeleteSchedulers = """
        DELETE FROM scheduler WHERE scheduler_id IN (
            SELECT s.scheduler_id FROM scheduler s
            WHERE s.heartbeat_at < now() - @age AND NOT EXISTS (SELECT 1 FROM dag_folder f WHERE f.scheduler_id = s.scheduler_id)
            ORDER BY s.scheduler_id LIMIT @limit FOR UPDATE SKIP LOCKED)
        """;

    // What an attempt staged and did not publish belongs to nobody once the attempt is over: it failed, was lost, or its run is gone.
    // Publishing is part of the transaction that ends the attempt, so there is no moment in which it is over and what it made is still to
    // be published. Verdicts and moves refer to versions and go first; so do the links, with the version that has them.
    private const string DeleteStaged = """
        DELETE FROM model_alias_move WHERE model_alias_move_id IN (
            SELECT s.model_alias_move_id FROM model_alias_move s
            WHERE s.published_at IS NULL AND s.staged_at < now() - @age AND NOT EXISTS (
                SELECT 1 FROM task_instance t WHERE t.run_id = s.run_id AND t.task_index = s.task_index AND t.map_index = s.map_index
                    AND t.attempt = s.attempt AND t.state = 'running')
            ORDER BY s.staged_at LIMIT @limit FOR UPDATE SKIP LOCKED);
        DELETE FROM gate_verdict WHERE gate_verdict_id IN (
            SELECT s.gate_verdict_id FROM gate_verdict s
            WHERE s.published_at IS NULL AND s.staged_at < now() - @age AND NOT EXISTS (
                SELECT 1 FROM task_instance t WHERE t.run_id = s.run_id AND t.task_index = s.task_index AND t.map_index = s.map_index
                    AND t.attempt = s.attempt AND t.state = 'running')
            ORDER BY s.staged_at LIMIT @limit FOR UPDATE SKIP LOCKED);
        DELETE FROM model_version WHERE model_version_id IN (
            SELECT s.model_version_id FROM model_version s
            WHERE s.version IS NULL AND s.staged_at < now() - @age AND NOT EXISTS (
                SELECT 1 FROM task_instance t WHERE t.run_id = s.run_id AND t.task_index = s.task_index AND t.map_index = s.map_index
                    AND t.attempt = s.attempt AND t.state = 'running')
                AND NOT EXISTS (
                    SELECT 1 FROM gate_verdict g WHERE g.model_version_id = s.model_version_id
                        OR g.baseline_version_id = s.model_version_id)
                AND NOT EXISTS (SELECT 1 FROM model_alias_move m WHERE m.to_version_id = s.model_version_id)
            ORDER BY s.staged_at LIMIT @limit FOR UPDATE SKIP LOCKED);
        DELETE FROM dataset_version WHERE dataset_version_id IN (
            SELECT s.dataset_version_id FROM dataset_version s
            WHERE s.version IS NULL AND s.staged_at < now() - @age AND NOT EXISTS (
                SELECT 1 FROM task_instance t WHERE t.run_id = s.run_id AND t.task_index = s.task_index AND t.map_index = s.map_index
                    AND t.attempt = s.attempt AND t.state = 'running')
                AND NOT EXISTS (SELECT 1 FROM gate_verdict g WHERE g.dataset_version_id = s.dataset_version_id)
                AND NOT EXISTS (SELECT 1 FROM dataset_parent p WHERE p.parent_version_id = s.dataset_version_id)
                AND NOT EXISTS (SELECT 1 FROM model_parent p WHERE p.parent_version_id = s.dataset_version_id)
            ORDER BY s.staged_at LIMIT @limit FOR UPDATE SKIP LOCKED)
        """;

    // Staged rows count: what an attempt is still making is referred to, too. So does what has only just expired: an attempt may be about
    // to read it, and likewise what has only just moved: one may be reading it where it was. After that, what is in the cold store need not
    // be in the store in front as well.
    private const string Unreferenced = """
        SELECT sha256 FROM unnest(@hashes) AS a (sha256)
        WHERE NOT EXISTS (SELECT 1 FROM dataset_version v
                WHERE v.sha256 = a.sha256 AND (v.cold_at IS NULL OR v.cold_at > now() - @age)
                    AND (v.expired_at IS NULL OR v.expired_at > now() - @age))
            AND NOT EXISTS (SELECT 1 FROM model_version v WHERE v.sha256 = a.sha256)
        """;

    private const string UnreferencedCold = """
        SELECT sha256 FROM unnest(@hashes) AS a (sha256)
        WHERE NOT EXISTS (SELECT 1 FROM dataset_version v
            WHERE v.sha256 = a.sha256 AND v.cold_at IS NOT NULL AND (v.expired_at IS NULL OR v.expired_at > now() - @age))
        """;

    // The content of a version stays while anything needs it: the newest of its slice, those that the dataset keeps, what a model was
    // trained on, what a run that is still there has read, made, or made something from, and what is on hold.
    private const string AndNothingNeeds = """
        AND NOT EXISTS (SELECT 1 FROM model_parent p WHERE p.parent_version_id = v.dataset_version_id)
        AND NOT EXISTS (SELECT 1 FROM dataset_hold h WHERE h.dataset_version_id = v.dataset_version_id AND h.lifted_at IS NULL)
        AND NOT EXISTS (SELECT 1 FROM dag_run r WHERE r.run_id = v.run_id)
        AND NOT EXISTS (
            SELECT 1 FROM attempt_input i JOIN dag_run r ON r.run_id = i.run_id WHERE i.dataset_version_id = v.dataset_version_id)
        AND NOT EXISTS (
            SELECT 1 FROM dataset_parent p JOIN dataset_version c USING (dataset_version_id) JOIN dag_run r ON r.run_id = c.run_id
            WHERE p.parent_version_id = v.dataset_version_id)

        """;

    // Those that are withheld count for none of the versions kept, and come after the good ones that are newer: they push none of them out.
    // Whoever is about to need a version holds its row, by a lock or a foreign key: it is left for the next turn.
    private const string LockDueVersions = """
        WITH ranked AS MATERIALIZED (
            SELECT v.dataset_version_id, v.published_at, d.keep_versions, d.keep_for,
                count(*) FILTER (WHERE w.dataset_version_id IS NULL) OVER (PARTITION BY v.dataset, v.partition ORDER BY v.version DESC)
                    + CASE WHEN w.dataset_version_id IS NULL THEN 0 ELSE 1 END AS place
            FROM dataset d JOIN dataset_version v ON v.dataset = d.dataset
                LEFT JOIN (SELECT DISTINCT dataset_version_id FROM withheld_version) w ON w.dataset_version_id = v.dataset_version_id
            WHERE (d.keep_versions IS NOT NULL OR d.keep_for IS NOT NULL) AND v.version IS NOT NULL AND v.expired_at IS NULL
        )
        SELECT v.dataset_version_id FROM ranked r JOIN dataset_version v USING (dataset_version_id)
        WHERE r.place > coalesce(r.keep_versions, 1) AND (r.keep_for IS NULL OR r.published_at < now() - r.keep_for)

        """ + AndNothingNeeds + """
        ORDER BY v.dataset_version_id LIMIT @limit FOR UPDATE OF v SKIP LOCKED
        """;

    // A need that was recorded after the other statement began, and before it had the row, shows only to one that begins with the row held.
    private const string ExpireVersions = """
        UPDATE dataset_version v SET expired_at = now() WHERE v.dataset_version_id = ANY (@versionIds) AND v.expired_at IS NULL

        """ + AndNothingNeeds;

    private const string ColdCandidates = """
        SELECT v.dataset_version_id AS VersionId, v.sha256 AS Sha256 FROM dataset d JOIN dataset_version v ON v.dataset = d.dataset
        WHERE v.dataset_version_id > @after AND d.cold_after IS NOT NULL AND v.version IS NOT NULL AND v.expired_at IS NULL
            AND v.cold_at IS NULL
            AND greatest(v.published_at, v.recalled_at) < now() - d.cold_after
            AND EXISTS (
                SELECT 1 FROM dataset_version n WHERE n.dataset = v.dataset AND n.partition = v.partition AND n.version > v.version
                    AND NOT EXISTS (SELECT 1 FROM withheld_version w WHERE w.dataset_version_id = n.dataset_version_id))
        ORDER BY v.dataset_version_id LIMIT @limit
        """;

    // The same content may be the newest of another slice, which stays where it is.
    private const string MarkCold = """
        UPDATE dataset_version v SET cold_at = now(), recalled_at = NULL FROM dataset d
        WHERE v.sha256 = @sha256 AND d.dataset = v.dataset AND d.cold_after IS NOT NULL AND v.version IS NOT NULL AND v.cold_at IS NULL
            AND greatest(v.published_at, v.recalled_at) < now() - d.cold_after
            AND EXISTS (
                SELECT 1 FROM dataset_version n WHERE n.dataset = v.dataset AND n.partition = v.partition AND n.version > v.version
                    AND NOT EXISTS (SELECT 1 FROM withheld_version w WHERE w.dataset_version_id = n.dataset_version_id))
        """;
}
