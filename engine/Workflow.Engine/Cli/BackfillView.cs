using System.Text.Json.Nodes;
using Spectre.Console;

namespace Workflow.Engine.Cli;

/// <summary>A backfill and its dates as a person reads them.</summary>
internal static class BackfillView
{
    private static readonly Dictionary<string, string> Outcomes = new()
    {
        ["pending"] = "to come",
        ["created"] = "new run",
        ["cleared"] = "runs again",
        ["already_exists"] = "left as it is",
        ["in_flight"] = "under way already",
    };

    internal static void Show(Session session, JsonNode backfill, JsonArray dates)
    {
        session.Console.Write(Grid.Facts(
            ("Backfill", IdOf(backfill)),
            ("DAG", backfill.Text("dag_id")),
            ("State", StateLook.Of(backfill.Text("state"))),
            ("Why", backfill.Text("message")),
            ("Dates", $"{session.Time(backfill.Time("from_date"))} to {session.Time(backfill.Time("to_date"))}"),
            ("Done", Done(backfill)),
            ("Runs", Runs(backfill) is { Count: > 0 } runs ? string.Join("  ", runs.Select(run => run.Plain)) : null),
            ("Reprocess", backfill.Text("reprocess_behavior")),
            ("At once", Format.Count(backfill.Number("max_active_runs"))),
            ("Order", backfill.Flag("run_backwards") ? "newest first" : "oldest first"),
            ("Conf", backfill.Map("dag_run_conf") is { Count: > 0 } conf ? conf.ToJsonString() : null),
            ("Created by", backfill.Text("created_by")),
            ("Created", session.Time(backfill.Time("created_at"))),
            ("Ended", session.Time(backfill.Time("completed_at")))));
        session.Console.Heading("Dates");
        session.Console.Write(DatesTable(session, dates));
        if (backfill.Map("progress").Int("dates") - dates.Count is > 0 and var more)
            session.Note($"And {Format.Count(more)} more: see them with --limit N.");
    }

    internal static Table DatesTable(Session session, JsonArray dates)
    {
        var table = Grid.Of("Date", "Outcome", "Run", "State");
        foreach (var date in dates)
        {
            table.Row(
                session.Time(date.Time("logical_date")),
                Outcome(date.Text("outcome")),
                date.Text("dag_run_id"),
                date.Text("run_state") is { } state ? StateLook.Of(state) : null);
        }

        return table;
    }

    /// <summary>What came of a date.</summary>
    internal static string Outcome(string? outcome) => Outcomes.GetValueOrDefault(outcome ?? "") ?? outcome ?? Format.Nothing;

    internal static long IdOf(JsonNode? backfill) => (long)(backfill.Number("id") ?? 0);

    /// <summary>The dates that need nothing more, of all.</summary>
    internal static string Done(JsonNode? backfill)
    {
        var progress = backfill.Map("progress");
        if (progress.Count == 0)
            return Format.Nothing;
        var (all, runs) = (progress.Int("dates"), progress.Map("runs"));
        var open = progress.Map("outcomes").Int("pending") + RunView.OpenStates.Sum(state => runs.Int(state));
        return $"{Format.Count(all - open)}/{Format.Count(all)}";
    }

    /// <summary>How many of its runs are in which state, those that need a person first.</summary>
    internal static IReadOnlyList<StateLook> Runs(JsonNode? backfill)
    {
        var runs = backfill.Map("progress").Map("runs");
        return [.. runs.Select(run => run.Key).OrderBy(StateLook.Rank)
            .Select(state => StateLook.Of(state) with { Word = $"{Format.Count(runs.Int(state))} {StateLook.Of(state).Word}" })];
    }
}
