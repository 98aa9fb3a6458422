using Workflow.Postgres.Reads;
using Workflow.Runs;

namespace Workflow.Dashboard.Events;

/// <summary>Decides which runs to speak of, from one look at them to the next: new ones, ended ones, and running ones once a second.</summary>
/// <param name="newest">The newest run when the looking began: what ended before that is no news.</param>
internal sealed class RunChanges(long newest)
{
    public static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    /// <summary>Runs get their ids before they are committed, so one may appear after its successors.</summary>
    private const int Stragglers = 100;

    private readonly long first = newest;
    private readonly Dictionary<long, (string State, DateTimeOffset SaidAt)> known = [];

    /// <summary>After which run everything is of interest.</summary>
    public long After { get; private set; } = newest;

    /// <summary>The runs that were running at the last look: they may have ended since.</summary>
    public IReadOnlyList<long> Running => [.. known.Where(run => run.Value.State == RunState.Running.Name()).Select(run => run.Key)];

    /// <summary>The runs of a look that are worth a word now.</summary>
    public IReadOnlyList<RunChangeRow> Next(IReadOnlyList<RunChangeRow> seen, DateTimeOffset now)
    {
        var news = new List<RunChangeRow>();
        foreach (var run in seen)
        {
            var isKnown = known.TryGetValue(run.RunId, out var before);
            var isNews = !isKnown || before.State != run.State || (run.State == RunState.Running.Name() && now - before.SaidAt >= Pace);
            if (isNews)
                news.Add(run);
            known[run.RunId] = (run.State, isNews ? now : before.SaidAt);
        }

        After = Math.Max(first, Math.Max(After, seen.Count > 0 ? seen.Max(run => run.RunId) - Stragglers : 0));
        foreach (var old in known.Where(run => run.Key <= After && run.Value.State != RunState.Running.Name()).Select(run => run.Key).ToList())
            known.Remove(old);
        return news;
    }
}
