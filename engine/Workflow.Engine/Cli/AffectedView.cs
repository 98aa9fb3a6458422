using System.Text.Json.Nodes;

namespace Workflow.Engine.Cli;

/// <summary>The task instances that an act concerned, or would, as a person reads them.</summary>
internal static class AffectedView
{
    /// <param name="session">Where to.</param>
    /// <param name="affected">The API's answer.</param>
    /// <param name="done">What was done to them, such as <c>cleared</c>.</param>
    internal static void Show(Session session, JsonNode affected, string done) => session.Show(affected, () =>
    {
        var tasks = affected.List("task_instances");
        if (tasks.Count == 0)
        {
            session.Note($"Nothing to be {done}.");
            return;
        }

        var table = Grid.Of("Run", "Task", "State before");
        foreach (var task in tasks)
            table.Row(task.Text("dag_run_id"), RunView.NameOf(task), task.Text("state") is { } state ? StateLook.Of(state) : null);
        session.Console.Write(table);
        session.Note($"{tasks.Count} {(tasks.Count == 1 ? "task" : "tasks")} {(affected.Flag("dry_run") ? "would be " : "")}{done}.");
    });
}
