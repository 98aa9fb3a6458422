using System.Text.Json.Nodes;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Workflow.Engine.Cli;

/// <summary>
/// Follows a backfill to its end: a line that changes in place on a terminal, a line for each change elsewhere; on standard error when the
/// output is one JSON value.
/// </summary>
internal sealed class BackfillWatcher
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Session session;
    private readonly LiveDisplayContext? live;
    private readonly Patience patience;
    private JsonNode shown = new JsonObject();

    private BackfillWatcher(Session session, LiveDisplayContext? live)
    {
        (this.session, this.live) = (session, live);
        patience = new Patience(session, Note);
    }

    /// <summary>The backfill as it ended.</summary>
    internal static Task<JsonNode> WatchAsync(Session session, long id, CancellationToken cancellationToken) =>
        session.Json || !session.Terminal.IsLive
            ? new BackfillWatcher(session, null).WatchAsync(id, cancellationToken)
            : session.Console.Live(new Text(""))
            .StartAsync(context => new BackfillWatcher(session, context).WatchAsync(id, cancellationToken));

    private async Task<JsonNode> WatchAsync(long id, CancellationToken cancellationToken)
    {
        while (true)
        {
            var now = await patience.AskAsync(() => session.Api.GetAsync(Paths.Backfill(id), cancellationToken), cancellationToken);
            var isNew = Line(now) != Line(shown);
            shown = now;
            if (isNew)
                Show(note: null);
            if (now.Text("state") is "completed" or "cancelled")
                return now;
            await Task.Delay(Interval, session.Terminal.Clock, cancellationToken);
        }
    }

    private void Show(string? note)
    {
        if (live is null)
        {
            var writer = session.Json ? session.Terminal.Error : session.Terminal.Output;
            writer.WriteLine($"{session.Time(session.Terminal.Clock.GetUtcNow())}  {Line(shown)}");
            writer.Flush();
            return;
        }

        var look = StateLook.Of(shown.Text("state"));
        var parts = new List<IRenderable>
        {
            new Markup(look.Markup
                + Markup.Escape($"  {shown.Text("dag_id")} backfill {BackfillView.IdOf(shown)}  {BackfillView.Done(shown)} dates")),
            new Markup(string.Join("  ", BackfillView.Runs(shown).Select(run => run.Markup))),
        };
        if ((note ?? shown.Text("message")) is { } said)
            parts.Add(new Markup(StateLook.Of("up_for_retry").Paint(Grid.OneLine(said))));
        live.UpdateTarget(new Rows(parts));
    }

    private void Note(string? text)
    {
        if (live is null)
            session.Note(text ?? "The server answers again.");
        else
            Show(text);
    }

    private static string Line(JsonNode backfill)
    {
        string?[] parts =
        [
            StateLook.Of(backfill.Text("state")).Plain, $"{BackfillView.Done(backfill)} dates", .. BackfillView.Runs(backfill)
            .Select(run => run.Plain),
            backfill.Text("message") is { } message ? Grid.OneLine(message) : null,
        ];
        return string.Join("  ", parts.OfType<string>());
    }
}
