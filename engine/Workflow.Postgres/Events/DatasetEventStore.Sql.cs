namespace Workflow.Postgres.Events;

public sealed partial class DatasetEventStore
{
    private const string Add = "SELECT add_dataset_event(@dataset, NULL, @extra::jsonb, @source)";

    private const string Waiting = """
        SELECT d.dag_id AS DagId, d.schedule::text AS Schedule, array_agg(e.dataset_event_id ORDER BY e.dataset_event_id) AS Events,
            array_agg(DISTINCT e.dataset) AS Datasets, max(e.created_at) AS NewestAt
        FROM dag_dataset_event w
            JOIN dataset_event e USING (dataset_event_id)
            JOIN dag d ON d.dag_id = w.dag_id
        WHERE d.is_active AND NOT d.is_paused AND d.schedule IS NOT NULL
            AND (d.start_date IS NULL OR d.start_date <= now()) AND (d.end_date IS NULL OR d.end_date >= now())
        GROUP BY d.dag_id
        ORDER BY min(e.dataset_event_id)
        """;

    // In one order, so that two schedulers that take the same events wait for each other and never cross.
    private const string Take = """
        WITH mine AS MATERIALIZED (
            SELECT dag_id, dataset_event_id FROM dag_dataset_event WHERE dag_id = @dagId ORDER BY dataset_event_id FOR UPDATE),
        taken AS (
            DELETE FROM dag_dataset_event q USING mine WHERE q.dag_id = mine.dag_id AND q.dataset_event_id = mine.dataset_event_id
            RETURNING q.dataset_event_id)
        SELECT dataset_event_id AS EventId, dataset AS Dataset FROM taken JOIN dataset_event USING (dataset_event_id)
        """;

    private const string Link = "INSERT INTO dag_run_dataset_event (run_id, dataset_event_id) SELECT @runId, unnest(@events)";

    private const string Drop = "DELETE FROM dag_dataset_event WHERE dag_id = @dagId AND dataset_event_id = ANY (@events)";

    private const string OfRun = """
        SELECT e.dataset AS Dataset, v.version AS Version, e.created_at AS At, e.extra::text AS Extra
        FROM dag_run_dataset_event t
            JOIN dataset_event e USING (dataset_event_id)
            LEFT JOIN dataset_version v USING (dataset_version_id)
        WHERE t.run_id = @runId ORDER BY e.dataset_event_id
        """;
}
