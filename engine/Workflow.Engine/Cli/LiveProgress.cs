using System.Text.Json.Nodes;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Workflow.Engine.Cli;

/// <summary>The run and its tasks, in place. When they are more than the screen has lines, those that need a person come first.</summary>
internal sealed class LiveProgress(Session session, LiveDisplayContext context) : IRunProgress
{
    // The line of the run, the heads of the columns, the count of what is left out, and the note.
    private const int OtherLines = 5;

    private string? note;
    private JsonNode run = new JsonObject();
    private JsonArray tasks = [];

    public void Show(JsonNode run, JsonArray tasks)
    {
        (this.run, this.tasks) = (run, tasks);
        Draw();
    }

    public void Note(string? text)
    {
        note = text;
        Draw();
    }

    private void Draw()
    {
        var room = Math.Max(1, session.Console.Profile.Height - OtherLines);
        IEnumerable<JsonNode?> shown = tasks;
        if (tasks.Count > room)
            shown = tasks.OrderBy(task => StateLook.Rank(task.Text("state"))).Take(room);
        var look = StateLook.Of(run.Text("state"));
        var parts = new List<IRenderable>
        {
            new Markup(look.Markup + Markup.Escape($"  {run.Text("dag_id")} {run.Text("dag_run_id")}  {RunView.DurationOf(session, run)}")),
            RunView.TasksTable(session, shown),
        };
        if (tasks.Count > room)
            parts.Add(new Markup($"[grey]and {Format.Count(tasks.Count - room)} more[/]"));
        if (note is not null)
            parts.Add(new Markup(StateLook.Of("up_for_retry").Paint(note)));
        context.UpdateTarget(new Rows(parts));
    }
}
