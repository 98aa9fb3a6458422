using System.CommandLine;

namespace Workflow.Engine.Cli;

/// <summary><c>backfill list|show|pause|unpause|cancel</c>; <c>create</c> is <see cref="BackfillCreateCommand"/>.</summary>
internal static class BackfillCommands
{
    internal static IEnumerable<Command> All(Verbs verbs)
    {
        var id = new Argument<long>("ID") { Description = "Number of the backfill." };
        var dag = new Option<string?>("--dag-id") { Description = "Only backfills of this DAG.", HelpName = "ID" };
        var limit = Limit.Option("How many dates at most.");
        var stop = new Option<bool>("--stop-running") { Description = "Stop the runs that run, too. Default: they go on." };
        yield return BackfillCreateCommand.Create(verbs);
        yield return verbs.Verb("list", "Lists backfills, newest first.", [dag], (parsed, session, token) =>
            ListAsync(session, parsed.GetValue(dag), token));
        yield return verbs.Verb("show", "Shows a backfill and its dates.", [id, limit], (parsed, session, token) =>
            ShowAsync(session, parsed.GetValue(id), parsed.GetValue(limit), token));
        yield return verbs.Verb("pause", "Keeps a backfill from starting more runs; those that run go on.", [id],
            (parsed, session, token) =>
            OrderAsync(session, parsed.GetValue(id), "pause", "is paused: it starts no more runs, and those that run go on", token));
        yield return verbs.Verb("unpause", "Lets a paused backfill go on.", [id], (parsed, session, token) =>
            OrderAsync(session, parsed.GetValue(id), "unpause", "goes on", token));
        yield return verbs.Verb(
            "cancel", "Ends a backfill: it starts no more runs; those that run go on unless told to stop.", [id, stop],
            (parsed, session, token) => parsed.GetValue(stop)
                ? OrderAsync(session, parsed.GetValue(id), "cancel?stop_running=true", "is cancelled, and its runs are told to stop", token)
                : OrderAsync(session, parsed.GetValue(id), "cancel", "is cancelled: it starts no more runs, and those that run go on",
                    token));
    }

    private static async Task ListAsync(Session session, string? dag, CancellationToken cancellationToken)
    {
        var query = dag is null ? null : $"dag_id={Paths.Escape(dag)}";
        var backfills = await session.Api.ListAsync("backfills", "backfills", query, null, cancellationToken);
        session.ShowList(backfills, "No backfills. Create one with `workflow backfill create`.", () =>
        {
            var table = Grid.Of("Backfill", "DAG", "State", "Done", "From", "To", "Reprocess", "Created by");
            foreach (var backfill in backfills)
            {
                table.Row(
                    BackfillView.IdOf(backfill),
                    backfill.Text("dag_id"),
                    StateLook.Of(backfill.Text("state")),
                    BackfillView.Done(backfill),
                    session.Time(backfill.Time("from_date")),
                    session.Time(backfill.Time("to_date")),
                    backfill.Text("reprocess_behavior"),
                    backfill.Text("created_by"));
            }

            return table;
        });
    }

    private static async Task ShowAsync(Session session, long id, int limit, CancellationToken cancellationToken)
    {
        var backfill = await session.Api.GetAsync(Paths.Backfill(id), cancellationToken);
        var dates = await session.Api.ListAsync(Paths.Backfill(id) + "/dates", "dates", null, limit, cancellationToken);
        if (session.Json)
            backfill["dates"] = dates.DeepClone();
        session.Show(backfill, () => BackfillView.Show(session, backfill, dates));
    }

    private static async Task OrderAsync(Session session, long id, string order, string outcome, CancellationToken cancellationToken)
    {
        var backfill = await session.Api.PutAsync($"{Paths.Backfill(id)}/{order}", cancellationToken);
        session.Show(backfill, () => session.Line($"Backfill {id} of {backfill.Text("dag_id")} {outcome}."));
    }
}
