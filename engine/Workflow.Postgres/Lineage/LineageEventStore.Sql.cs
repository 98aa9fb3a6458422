namespace Workflow.Postgres.Lineage;

public sealed partial class LineageEventStore
{
    // Claims come one after the other: one that does not see what another has taken would overtake it.
    private const string Lock = "SELECT pg_advisory_xact_lock(hashtext('workflow.lineage'))";

    // The events of a run go out in order, whoever sends them: nothing is taken past one that a sender has, or that waits. A sender that
    // dies leaves its batch to whoever comes after the lease. Runs with one that has failed come last, so that however many there are of
    // them, the others are told of first.
    private const string Claim = """
        WITH held AS MATERIALIZED (
            SELECT run_id, min(lineage_event_id) AS earliest FROM lineage_event
            WHERE delivered_at IS NULL AND refused IS NULL AND next_try_at > now() GROUP BY run_id
        ), failing AS MATERIALIZED (
            SELECT DISTINCT run_id FROM lineage_event WHERE delivered_at IS NULL AND refused IS NULL AND tries > 0
        ), due AS (
            SELECT e.lineage_event_id, e.run_id IN (SELECT run_id FROM failing) AS is_failing FROM lineage_event e
            WHERE e.delivered_at IS NULL AND e.refused IS NULL AND e.next_try_at <= now()
                AND NOT EXISTS (SELECT FROM held h WHERE h.run_id = e.run_id AND h.earliest < e.lineage_event_id)
            ORDER BY is_failing, e.lineage_event_id LIMIT @limit)
        UPDATE lineage_event e SET next_try_at = now() + @lease FROM due
        WHERE e.lineage_event_id = due.lineage_event_id AND e.delivered_at IS NULL AND e.refused IS NULL
        RETURNING e.lineage_event_id AS Id, e.run_id AS RunId, e.tries AS Tries, e.next_try_at AS LeasedUntil, due.is_failing AS IsFailing
        """;

    private const string Delivered = "UPDATE lineage_event SET delivered_at = now() WHERE lineage_event_id = @id AND delivered_at IS NULL";

    private const string Refused = "UPDATE lineage_event SET refused = @reason WHERE lineage_event_id = @id AND delivered_at IS NULL";

    // What somebody else has taken since, after the lease, is theirs.
    private const string Failed = """
        UPDATE lineage_event e SET tries = tries + 1, failed_at = now(), next_try_at = now() + @pause,
            stumbles = stumbles + (EXISTS (SELECT FROM lineage_event o WHERE o.delivered_at > e.failed_at))::int
        WHERE lineage_event_id = @id AND delivered_at IS NULL AND next_try_at = @leasedUntil
        RETURNING stumbles
        """;

    private const string Release = """
        UPDATE lineage_event SET next_try_at = now()
        WHERE lineage_event_id = ANY (@ids) AND delivered_at IS NULL AND next_try_at = @leasedUntil
        """;

    private const string DeleteOld = """
        DELETE FROM lineage_event WHERE lineage_event_id IN (
            SELECT lineage_event_id FROM lineage_event
            WHERE created_at < now() - @age ORDER BY created_at LIMIT @limit FOR UPDATE SKIP LOCKED)
        """;

    private const string DeleteSettled = """
        DELETE FROM lineage_event WHERE lineage_event_id IN (
            SELECT lineage_event_id FROM lineage_event
            WHERE created_at < now() - @age AND (delivered_at IS NOT NULL OR refused IS NOT NULL)
            ORDER BY created_at LIMIT @limit FOR UPDATE SKIP LOCKED)
        """;

    // The members of a dataset version v of the dataset d, of which the attempt had so many slices. What is found in one is not said of
    // several.
    private const string DatasetMembers = """
        'name', v.dataset, 'version', v.version, 'sha256', v.sha256, 'rows', v.row_count, 'bytes', v.bytes, 'columns', v.columns,
        'owner', d.owner, 'description', d.description, 'profile', CASE WHEN v.slices = 1 THEN v.profile END,
        'masked', CASE WHEN v.slices = 1 THEN (SELECT coalesce(jsonb_agg(c), '[]') FROM personal_columns(v.dataset) AS c) END
        """;

    private const string Facts = $"""
        SELECT jsonb_build_object(
            'type', e.event_type, 'at', e.event_at, 'message', e.message, 'dag_id', e.dag_id, 'run_key', e.run_key, 'run_id', e.run_id,
            'task_id', e.task_id, 'map_index', e.map_index, 'attempt', e.attempt, 'owner', dv.owner, 'description', dv.description,
            'dag_version', dv.number, 'dag_hash', dv.hash, 'logical_date', r.logical_date, 'interval_start', r.interval_start,
            'interval_end', r.interval_end,
            'inputs', (SELECT coalesce(jsonb_agg(jsonb_build_object({DatasetMembers}) ORDER BY v.dataset), '[]')
                FROM (SELECT DISTINCT ON (w.dataset) w.*, count(*) OVER (PARTITION BY w.dataset) AS slices
                    FROM attempt_input i JOIN dataset_version w ON w.dataset_version_id = i.dataset_version_id
                    WHERE i.run_id = e.run_id AND i.task_index = e.task_index AND i.map_index = e.map_index AND i.attempt = e.attempt
                        AND w.version IS NOT NULL
                    ORDER BY w.dataset, w.version DESC) AS v JOIN dataset d ON d.dataset = v.dataset),
            'outputs', (SELECT coalesce(jsonb_agg(jsonb_build_object({DatasetMembers}, 'query', v.query,
                    'source', (SELECT jsonb_build_object('location', s.location, 'sha256', s.sha256) FROM version_source s
                        WHERE s.dataset_version_id = v.dataset_version_id),
                    'lineage', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                            'column', l.column_name, 'input', l.parent_dataset, 'from', l.parent_column, 'how', l.how)
                            ORDER BY l.column_name, l.parent_dataset, l.parent_column, l.how), '[]')
                        FROM column_lineage l WHERE l.dataset_version_id = v.dataset_version_id),
                    'models', (SELECT coalesce(jsonb_agg(jsonb_build_object('name', m.model, 'version', m.version, 'sha256', m.sha256,
                    'role', a.role)
                            ORDER BY m.model, m.version), '[]')
                        FROM dataset_model a JOIN model_version m ON m.model_version_id = a.model_version_id
                        WHERE a.dataset_version_id = v.dataset_version_id AND m.version IS NOT NULL)) ORDER BY v.dataset, v.version), '[]')
                FROM (SELECT w.*, count(*) OVER (PARTITION BY w.dataset) AS slices FROM dataset_version w
                    WHERE w.run_id = e.run_id AND w.task_index = e.task_index AND w.map_index = e.map_index AND w.attempt = e.attempt
                        AND w.version IS NOT NULL) AS v JOIN dataset d ON d.dataset = v.dataset),
            'models', (SELECT coalesce(jsonb_agg(jsonb_build_object('name', m.model, 'version', m.version, 'sha256', m.sha256, 'bytes',
            m.bytes)
                    ORDER BY m.model, m.version), '[]')
                FROM model_version m
                WHERE m.run_id = e.run_id AND m.task_index = e.task_index AND m.map_index = e.map_index AND m.attempt = e.attempt
                    AND m.version IS NOT NULL),
            'verdicts', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                    'dataset', v.dataset, 'model', m.model, 'model_version', m.version, 'checks', g.checks)), '[]')
                FROM gate_verdict g LEFT JOIN dataset_version v ON v.dataset_version_id = g.dataset_version_id
                    LEFT JOIN model_version m ON m.model_version_id = g.model_version_id
                WHERE g.run_id = e.run_id AND g.task_index = e.task_index AND g.map_index = e.map_index AND g.attempt = e.attempt
                    AND g.published_at IS NOT NULL))::text
        FROM lineage_event e LEFT JOIN dag_run r ON r.run_id = e.run_id LEFT JOIN dag_version dv ON dv.dag_version_id = r.dag_version_id
        WHERE e.lineage_event_id = @id
        """;
}
