using System.Text.Json.Nodes;

namespace Workflow.Engine.Cli;

/// <summary>The log of one attempt.</summary>
internal sealed class TaskLog(Session session, string dag, string run, string task, int? mapIndex = null)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>The number of the latest attempt; null before the first.</summary>
    internal async Task<int?> LatestAttemptAsync(CancellationToken cancellationToken)
    {
        var tries = await session.Api.GetAsync(Paths.Tries(dag, run, task, mapIndex), cancellationToken);
        return tries.List("tries").Max(attempt => (int?)attempt.Number("try_number"));
    }

    /// <summary>Waits for the first attempt; null when the run has ended without one.</summary>
    internal async Task<int?> FirstAttemptAsync(Patience patience, CancellationToken cancellationToken)
    {
        while (true)
        {
            // The run is asked first: once it has ended, the list of attempts is final.
            var state = await patience.AskAsync(() => session.Api.GetAsync(Paths.Run(dag, run), cancellationToken), cancellationToken);
            var attempt = await patience.AskAsync(() => LatestAttemptAsync(cancellationToken), cancellationToken);
            if (attempt is not null || state.Text("state") != "running")
                return attempt;
            await Task.Delay(Interval, session.Terminal.Clock, cancellationToken);
        }
    }

    /// <summary>Calls back with each line that there is.</summary>
    /// <param name="attempt">The attempt's number.</param>
    /// <param name="follow">Whether to wait for more until the attempt has ended.</param>
    /// <param name="patience">Bears with a server that is away while following.</param>
    /// <param name="show">Takes a line.</param>
    /// <param name="cancellationToken">Ends it.</param>
    internal async Task ReadAsync(int attempt, bool follow, Patience patience, Action<JsonNode> show, CancellationToken cancellationToken)
    {
        var after = 0;
        while (true)
        {
            var page = follow ? await patience.AskAsync(PageAsync, cancellationToken) : await PageAsync();
            foreach (var line in page.List("lines").OfType<JsonNode>())
                show(line);
            var isNew = page.List("lines").Count > 0;
            after = isNew ? page.Int("next") : after;
            if (page.Flag("complete") || (!isNew && !follow))
                return;
            if (!isNew)
                await Task.Delay(Interval, session.Terminal.Clock, cancellationToken);
        }

        Task<JsonNode> PageAsync() => session.Api.GetAsync(Paths.Log(dag, run, task, mapIndex, attempt, after), cancellationToken);
    }

    /// <summary>Time, level and text; what a task wrote itself has no level.</summary>
    internal string Line(JsonNode line)
    {
        var level = line.Text("level") is { } name and not "output" ? name : "";
        return $"{session.Time(line.Time("time"))}  {level,-5}  {line.Text("text")?.TrimEnd('\r', '\n')}";
    }
}
