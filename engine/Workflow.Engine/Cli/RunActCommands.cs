using System.CommandLine;
using System.Text.Json.Nodes;

namespace Workflow.Engine.Cli;

/// <summary><c>runs clear|mark|note|delete</c>.</summary>
internal static class RunActCommands
{
    internal static IEnumerable<Command> All(Verbs verbs)
    {
        var run = RunCommands.RunArgument;
        var dag = RunCommands.DagOption;
        var onlyFailed = new Option<bool>("--only-failed") { Description = "Only what failed, and what follows from it." };
        var newest = new Option<bool>("--newest") { Description = "On the DAG's newest version, not on that which the run is pinned to." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Say only what would be cleared." };
        var note = new Option<string?>("--note") { Description = "A remark on the run.", HelpName = "TEXT" };
        yield return verbs.Verb(
            "clear", "Makes a run go through its tasks again.", [run, dag, onlyFailed, newest, dryRun, note], (parsed, session, token) =>
            ClearAsync(
                session, parsed.GetRequiredValue(run), parsed.GetValue(dag),
                new JsonObject
                {
                    ["dry_run"] = parsed.GetValue(dryRun),
                    ["only_failed"] = parsed.GetValue(onlyFailed),
                    ["run_on_latest_version"] = parsed.GetValue(newest),
                    ["note"] = parsed.GetValue(note),
                },
                token));

        var state =
            new Option<string>("--state") { Description = "How the run ends.", Required = true }.AcceptOnlyFromAmong("success", "failed");
        yield return verbs.Verb("mark", "Ends a run by hand; its running tasks are stopped.", [run, dag, state], (parsed, session, token) =>
            MarkAsync(session, parsed.GetRequiredValue(run), parsed.GetValue(dag), parsed.GetRequiredValue(state), token));

        var text = new Argument<string>("TEXT") { Description = "The remark; an empty one takes it away." };
        yield return verbs.Verb("note", "Writes a remark on a run.", [run, text, dag], (parsed, session, token) =>
            NoteAsync(session, parsed.GetRequiredValue(run), parsed.GetValue(dag), parsed.GetRequiredValue(text), token));
        yield return verbs.Verb(
            "delete", "Deletes a run with its tasks, attempts and logs. What it published stays.", [run, dag], (parsed, session, token) =>
                DeleteAsync(session, parsed.GetRequiredValue(run), parsed.GetValue(dag), token));
    }

    private static async Task ClearAsync(Session session, string id, string? dag, JsonObject body, CancellationToken cancellationToken)
    {
        var dagId = await RunFinder.DagOfAsync(session, id, dag, cancellationToken);
        var affected = await session.Api.PostAsync(Paths.Run(dagId, id) + "/clear", body, cancellationToken);
        AffectedView.Show(session, affected, "cleared");
    }

    private static async Task MarkAsync(Session session, string id, string? dag, string state, CancellationToken cancellationToken)
    {
        var dagId = await RunFinder.DagOfAsync(session, id, dag, cancellationToken);
        var run = await session.Api.PatchAsync(Paths.Run(dagId, id), new JsonObject { ["state"] = state }, cancellationToken);
        session.Show(run, () => session.Line(run.Text("state") == state
            ? $"Run {id} of {dagId} is marked {state}."
            : $"Run {id} of {dagId} is being stopped and is {state} then: its running tasks are told to stop."));
    }

    private static async Task NoteAsync(Session session, string id, string? dag, string text, CancellationToken cancellationToken)
    {
        var dagId = await RunFinder.DagOfAsync(session, id, dag, cancellationToken);
        var run = await session.Api.PatchAsync(Paths.Run(dagId, id), new JsonObject { ["note"] = text }, cancellationToken);
        session.Show(run, () =>
            session.Line(text.Length == 0 ? $"Run {id} of {dagId} has no note now." : $"Noted on run {id} of {dagId}."));
    }

    private static async Task DeleteAsync(Session session, string id, string? dag, CancellationToken cancellationToken)
    {
        var dagId = await RunFinder.DagOfAsync(session, id, dag, cancellationToken);
        await session.Api.DeleteAsync(Paths.Run(dagId, id), cancellationToken);
        var answer = new JsonObject { ["dag_id"] = dagId, ["dag_run_id"] = id, ["deleted"] = true };
        session.Show(answer, () => session.Line($"Run {id} of {dagId} is deleted."));
    }
}
