using System.Text.Json.Nodes;
using Spectre.Console;

namespace Workflow.Engine.Cli;

/// <summary>A run, its tasks and its gates as a person reads them.</summary>
internal static class RunView
{
    /// <summary>States of tasks that have not ended.</summary>
    internal static readonly string[] OpenStates = ["pending", "queued", "running", "deferred", "up_for_retry"];

    internal static void Show(Session session, JsonNode run, JsonArray tasks, JsonArray gates)
    {
        session.Console.Write(Grid.Facts(
            ("Run", run.Text("dag_run_id")),
            ("DAG", $"{run.Text("dag_id")}, version {Format.Count(run.Number("dag_version_number"))}"),
            ("State", StateLook.Of(run.Text("state"))),
            ("Why", Cause(run) ?? run.Text("message")),
            ("Started", session.Time(run.Time("start_date"))),
            ("Ended", session.Time(run.Time("end_date"))),
            ("Duration", DurationOf(session, run)),
            ("Logical date", session.Time(run.Time("logical_date"))),
            ("Data interval", Interval(session, run)),
            ("Started by", $"{run.Text("triggered_by")} ({run.Text("run_type")})"),
            ("Note", run.Text("note")),
            ("Conf", run.Map("conf") is { Count: > 0 } conf ? conf.ToJsonString() : null)));
        session.Console.Heading("Tasks");
        session.Console.Write(TasksTable(session, tasks));
        if (gates.Count == 0)
            return;
        session.Console.Heading("Gates");
        session.Console.Write(GateCommands.Table(gates, withRun: false));
    }

    internal static Table TasksTable(Session session, IEnumerable<JsonNode?> tasks)
    {
        var table = Grid.Of("Task", "State", "Attempt", "Duration", "Message").AlignRight(2, 3);
        foreach (var task in tasks)
            table.Row(NameOf(task), StateLook.Of(task.Text("state")), Attempt(task), DurationOf(session, task), task.Text("message"));
        return table;
    }

    /// <summary>The id of a task, with its place among mapped ones.</summary>
    internal static string NameOf(JsonNode? task) =>
        task.Number("map_index") is >= 0 and var index ? $"{task.Text("task_id")}[{index}]" : task.Text("task_id") ?? "";

    /// <summary>How long a run or task took, or has been running.</summary>
    internal static string DurationOf(Session session, JsonNode? item)
    {
        if (item.Text("state") == "running" && item.Time("start_date") is { } start)
            return Format.Duration(Math.Max(0, Math.Floor((session.Terminal.Clock.GetUtcNow() - start).TotalSeconds)));
        return Format.Duration(item.Number("duration"));
    }

    /// <summary>The task that made a run fail, and its message.</summary>
    internal static string? Cause(JsonNode? run)
    {
        var failure = run.Map("failure");
        return failure.Count == 0 ? null : $"{failure.Text("task_id")}: {failure.Text("message")}";
    }

    private static string? Attempt(JsonNode? task) =>
        task.Int("try_number") == 0 ? null : $"{task.Int("try_number")}/{task.Int("max_tries")}";

    private static string? Interval(Session session, JsonNode run) => run.Time("data_interval_start") is { } start
        ? $"{session.Time(start)} to {session.Time(run.Time("data_interval_end"))}"
        : null;
}
