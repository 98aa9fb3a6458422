using System.Text.Json.Nodes;

namespace Workflow.Engine.Cli;

/// <summary>Draws runs below each other on one axis of time: <c>·</c> while a run waits for its start, <c>█</c> while it runs.</summary>
internal static class RunTimeline
{
    private const int Width = 60;

    /// <summary>The lines of the drawing.</summary>
    /// <param name="runs">Simulated runs as the API gives them.</param>
    /// <param name="most">How many rows at most; the rest is left out, and said to be.</param>
    /// <param name="time">Writes an instant.</param>
    internal static IEnumerable<string> Draw(JsonArray runs, int most, Func<DateTimeOffset?, string> time)
    {
        var shown = runs.Take(most).Select(Row.Of).ToList();
        var first = shown.Min(row => row.Created);
        var last = shown.Max(row => row.Ended ?? row.Started ?? row.Created);
        var cell = Math.Max((last - first).Ticks, 1) / (double)Width;
        foreach (var row in shown)
        {
            var (created, started, ended) = (Cell(row.Created), Cell(row.Started ?? last), Cell(row.Ended ?? last));
            var line = new string(' ', created) + new string('·', started - created);
            // A run shorter than a cell is seen all the same.
            var bar = row.Started is null ? "" : new string('█', Math.Max(ended - started, 1));
            var queued = (row.Started ?? last) - row.Created;
            var what = row.Started is null ? "never starts"
                : row.Ended is { } end ? $"runs {Format.Duration((end - row.Started.Value).TotalSeconds)}" : "never ends";
            var waits = queued > TimeSpan.Zero && row.Started is not null ? $", waits {Format.Duration(queued.TotalSeconds)}" : "";
            yield return $"{time(row.Created)}  {StateLook.Of(row.State).Icon} {(line + bar).PadRight(Width + 1)}  {what}{waits}";
        }

        if (runs.Count > most)
            yield return $"and {runs.Count - most} more: simulate a shorter time, or see --output json";

        int Cell(DateTimeOffset instant) => (int)Math.Clamp((instant - first).Ticks / cell, 0, Width);
    }

    private sealed record Row(DateTimeOffset Created, DateTimeOffset? Started, DateTimeOffset? Ended, string? State)
    {
        internal static Row Of(JsonNode? run) =>
            new(run.Time("logical_date") ?? default, run.Time("start_date"), run.Time("end_date"), run.Text("state"));
    }
}
