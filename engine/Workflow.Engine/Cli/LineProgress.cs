using System.Text.Json.Nodes;

namespace Workflow.Engine.Cli;

/// <summary>A line for each task whose state has changed; on standard error when the output is one JSON value.</summary>
internal sealed class LineProgress(Session session) : IRunProgress
{
    private readonly TextWriter writer = session.Json ? session.Terminal.Error : session.Terminal.Output;
    private readonly Dictionary<string, string> seen = [];
    private bool isStarted;

    public void Show(JsonNode run, JsonArray tasks)
    {
        if (!isStarted)
            writer.WriteLine($"{Now()}  Run {run.Text("dag_run_id")} of {run.Text("dag_id")} has started.");
        isStarted = true;
        foreach (var task in tasks)
        {
            var (name, state) = (RunView.NameOf(task), task.Text("state") ?? "");
            if (state == seen.GetValueOrDefault(name, "pending"))
                continue;
            seen[name] = state;
            string?[] parts =
            [
                Now(),
                name,
                StateLook.Of(state).Plain,
                task.Number("duration") is { } seconds && state != "running" ? Format.Duration(seconds) : null,
                task.Text("message") is { } message ? Grid.OneLine(message) : null,
            ];
            writer.WriteLine(string.Join("  ", parts.OfType<string>()));
        }

        writer.Flush();
    }

    public void Note(string? text) => session.Note(text ?? "The server answers again.");

    private string Now() => session.Time(session.Terminal.Clock.GetUtcNow());
}
