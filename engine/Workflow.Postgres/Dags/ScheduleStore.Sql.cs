namespace Workflow.Postgres.Dags;

public sealed partial class ScheduleStore
{
    // A paused DAG's fire times pass by, unless it catches up: then they wait for it.
    private const string Due = """
        SELECT dag_id AS DagId, version_id AS VersionId, schedule::text AS Schedule, start_date AS StartDate, end_date AS EndDate,
            catchup AS Catchup, is_paused AS IsPaused, schedule_changes AS Changes, next_fire_at AS FireAt, last_fire_at AS LastFireAt,
            schedule_error AS Error, now() AS Now
        FROM dag
        WHERE is_active AND (next_fire_at <= now() AND NOT (is_paused AND catchup) OR schedule_error IS NOT NULL)
        ORDER BY next_fire_at
        """;

    // Only the scheduler that still sees the fire time and the schedule that it acted on moves it on.
    private const string Advance = """
        UPDATE dag SET next_fire_at = @next, last_fire_at = coalesce(greatest(last_fire_at, @last), @last), schedule_error = @error
        WHERE dag_id = @dagId AND schedule_changes = @changes AND next_fire_at IS NOT DISTINCT FROM @from::timestamptz AND is_active
        """;

    // A continuous run stands for the end of the run before it: schedulers that see the same end make the same run, which the schema lets
    // one of them do. A microsecond after the last one at least, should the clock have been set back.
    private const string Idle = """
        SELECT d.dag_id AS DagId,
            greatest(newest.finished_at, dated.logical_date + interval '1 microsecond', d.first_seen_at, d.start_date) AS FireAt,
            dated.logical_date AS Previous
        FROM dag d
            LEFT JOIN LATERAL (SELECT finished_at FROM dag_run r WHERE r.dag_id = d.dag_id ORDER BY run_id DESC LIMIT 1) newest ON true
            LEFT JOIN LATERAL (
                SELECT max(logical_date) AS logical_date FROM dag_run r
                WHERE r.dag_id = d.dag_id AND r.logical_date IS NOT NULL AND r.run_type IN ('scheduled', 'backfill')) dated ON true
        WHERE d.is_active AND NOT d.is_paused AND d.schedule ->> 'kind' = 'continuous'
            AND (d.start_date IS NULL OR d.start_date <= now()) AND (d.end_date IS NULL OR d.end_date >= now())
            AND NOT EXISTS (SELECT 1 FROM dag_run r WHERE r.dag_id = d.dag_id AND r.state = 'running')
            AND NOT EXISTS (SELECT 1 FROM dag_run r WHERE r.dag_id = d.dag_id AND r.state = 'queued')
        """;

    private const string Continuous =
        "SELECT EXISTS (SELECT 1 FROM dag WHERE is_active AND NOT is_paused AND schedule ->> 'kind' = 'continuous')";

    private const string Alarms = """
        SELECT dag_id AS DagId, next_fire_at - now() AS In FROM dag WHERE is_active AND next_fire_at IS NOT NULL
        """;
}
