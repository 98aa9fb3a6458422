using System.Text.Json.Nodes;

namespace Workflow.Engine.Cli;

/// <summary>Follows a run to its end.</summary>
internal sealed class RunWatcher(Session session, IRunProgress progress)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Patience patience = new(session, progress.Note);

    /// <summary>The run as it ended.</summary>
    internal async Task<JsonNode> WatchAsync(string dag, string run, CancellationToken cancellationToken)
    {
        string? seen = null;
        var tasks = new JsonArray();
        while (true)
        {
            var now = await patience.AskAsync(() => session.Api.GetAsync(Paths.Run(dag, run), cancellationToken), cancellationToken);
            // The tasks are asked for after the run, so those of an ended run are final; and only when their counts differ, as there may be
            // thousands of them. An attempt that fails and is repeated between two looks is not noticed.
            var counts = now.Text("state") + now.Map("task_counts").ToJsonString();
            if (counts != seen)
            {
                tasks = await patience.AskAsync(
                    () => session.Api.ListAsync(Paths.Tasks(dag, run), "task_instances", null, null, cancellationToken), cancellationToken);
                seen = counts;
            }

            progress.Show(now, tasks);
            if (now.Text("state") != "running")
                return now;
            await Task.Delay(Interval, session.Terminal.Clock, cancellationToken);
        }
    }
}
