using System.Text.Json;
using Dapper;
using Npgsql;

namespace Workflow.Postgres.Dags;

/// <content>A DAG's schedule changes with its definition.</content>
public sealed partial class DagStore
{
    /// <summary>An unchanged schedule keeps its fire time: a restart neither repeats nor skips a run.</summary>
    /// <remarks>
    /// What an author's own timetable says may change with its code, so a new version is asked anew, except for a fire time that has come
    /// already. A DAG that comes back into service is asked anew too: what it missed meanwhile is no longer its schedule's.
    /// </remarks>
    private static bool KeepsFireTime(DagRow dag, ScheduleSettings settings, bool isNewVersion)
    {
        var isSame = Stored(dag.Schedule) == settings.Schedule?.ToJson() && dag.StartDate.Utc() == settings.StartDate
            && dag.EndDate.Utc() == settings.EndDate && dag.Catchup == settings.Catchup;
        if (!isSame || !dag.IsActive)
            return false;
        return settings.Schedule is not Custom || !isNewVersion || dag.NextFireAt <= dag.Now;
    }

    /// <summary>The stored schedule as this engine writes it; the text itself when a newer engine wrote it.</summary>
    private static string? Stored(string? schedule)
    {
        try
        {
            return schedule is null ? null : Schedule.FromJson(schedule).ToJson();
        }
        catch (JsonException)
        {
            return schedule;
        }
    }

    private static async Task SetScheduleAsync(NpgsqlTransaction transaction, DagRow dag, DagVersionContent content, FirstFire firstFire)
    {
        var settings = content.Schedule;
        DateTimeOffset? next = null;
        string? error = null;
        try
        {
            next = settings.Schedule is null ? null : firstFire(settings, dag.LastFireAt.Utc(), dag.Now.Utc());
        }
        catch (WorkflowException failed)
        {
            error = StoredText.Message(failed.Message);
        }

        await transaction.Connection!.ExecuteAsync(
            UpdateSchedule,
            new
            {
                content.DagId,
                schedule = settings.Schedule?.ToJson(),
                text = settings.Schedule?.ToString(),
                zone = settings.Schedule?.Zone,
                settings.StartDate,
                settings.EndDate,
                settings.Catchup,
                nextFireAt = next,
                error,
            },
            transaction).ConfigureAwait(false);
        var datasets = settings.Schedule?.Condition?.Names.ToArray() ?? [];
        await transaction.Connection!.ExecuteAsync(ReplaceDatasets, new { content.DagId, datasets }, transaction).ConfigureAwait(false);
    }
}
