namespace Workflow.Postgres.Events;

public sealed partial class ExternalEventStore
{
    // A row that a step holds at this moment is left alone: its next look finds the event all the same.
    private const string Record = """
        WITH event AS (
            INSERT INTO external_event (key, payload, source) VALUES (@key, @payload::jsonb, @source)
            RETURNING external_event_id, key, created_at
        ), woken AS (
            UPDATE task_instance t SET ready_at = now() FROM (
                SELECT w.run_id, w.task_index, w.map_index FROM task_instance w
                WHERE w.wake_key = 'event:' || @key AND w.state = 'deferred' FOR UPDATE OF w SKIP LOCKED) w
            WHERE t.run_id = w.run_id AND t.task_index = w.task_index AND t.map_index = w.map_index RETURNING 1
        )
        SELECT e.external_event_id AS EventId, e.key AS Key, e.created_at AS CreatedAt, (SELECT count(*)::int FROM woken) AS Woken
        FROM event e
        """;

    private const string Notify = "SELECT pg_notify('workflow_tasks', ''), pg_notify('workflow_slots', '')";
}
