using System.CommandLine;
using System.Text.Json.Nodes;

namespace Workflow.Engine.Cli;

/// <summary><c>tasks clear|mark|why</c>.</summary>
internal static class TaskActCommands
{
    private static readonly Option<bool> Upstream = new("--upstream") { Description = "With everything that it comes from." };
    private static readonly Option<bool> Downstream = new("--downstream") { Description = "With everything that follows from it." };
    private static readonly Option<bool> Past = new("--past") { Description = "In earlier runs too." };
    private static readonly Option<bool> Future = new("--future") { Description = "In later runs too." };
    private static readonly Option<bool> DryRun = new("--dry-run") { Description = "Say only what it would concern." };
    internal static readonly Option<int?> MapIndex = new("--map-index")
    {
        Description = "Which element of a mapped task, from 0.",
        HelpName = "I",
    };

    internal static IEnumerable<Command> All(Verbs verbs)
    {
        var run = RunCommands.RunArgument;
        var dag = RunCommands.DagOption;
        var task = new Argument<string>("TASK") { Description = "Id of the task." };
        var anyTask = new Argument<string?>("TASK")
        {
            Description = "Id of the task. Default: all tasks.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var onlyFailed = new Option<bool>("--only-failed") { Description = "Only what failed, could not run or was cancelled." };
        yield return verbs.Verb(
            "clear", "Makes tasks run again.", [run, anyTask, dag, Upstream, Downstream, Past, Future, onlyFailed, DryRun, MapIndex],
            (parsed, session, token) => ClearAsync(
                session, parsed.GetRequiredValue(run), parsed.GetValue(dag), parsed.GetValue(anyTask), parsed.GetValue(MapIndex),
                Scope(parsed, new JsonObject { ["dry_run"] = parsed.GetValue(DryRun), ["only_failed"] = parsed.GetValue(onlyFailed) }),
                token));

        var state = new Option<string>("--state") { Description = "The end to give it.", Required = true }
            .AcceptOnlyFromAmong("success", "failed", "skipped");
        yield return verbs.Verb(
            "mark", "Gives a task an end by hand; one that runs is stopped first.",
            [run, task, dag, state, Upstream, Downstream, Past, Future, DryRun, MapIndex], async (parsed, session, token) =>
            {
                var id = parsed.GetRequiredValue(run);
                var dagId = await RunFinder.DagOfAsync(session, id, parsed.GetValue(dag), token);
                var path = Paths.Task(dagId, id, parsed.GetRequiredValue(task), parsed.GetValue(MapIndex))
                    + (parsed.GetValue(DryRun) ? "/dry_run" : "");
                var end = parsed.GetRequiredValue(state);
                var affected = await session.Api.PatchAsync(path, Scope(parsed, new JsonObject { ["new_state"] = end }), token);
                AffectedView.Show(session, affected, $"marked {end}");
            });
        yield return verbs.Verb("why", "Says why a task does not run.", [run, task, dag, MapIndex], (parsed, session, token) =>
            WhyAsync(session, parsed.GetRequiredValue(run), parsed.GetValue(dag), parsed.GetRequiredValue(task), parsed.GetValue(MapIndex),
                token));
    }

    private static JsonObject Scope(ParseResult parsed, JsonObject body)
    {
        body["include_upstream"] = parsed.GetValue(Upstream);
        body["include_downstream"] = parsed.GetValue(Downstream);
        body["include_past"] = parsed.GetValue(Past);
        body["include_future"] = parsed.GetValue(Future);
        return body;
    }

    private static async Task ClearAsync(
        Session session, string run, string? dag, string? task, int? mapIndex, JsonObject body, CancellationToken cancellationToken)
    {
        if (task is null && mapIndex is not null)
            throw ClientException.Usage("--map-index wants a TASK: it names one element of it.");
        var dagId = await RunFinder.DagOfAsync(session, run, dag, cancellationToken);
        body["dag_run_id"] = run;
        if (task is not null)
            body["task_ids"] = new JsonArray(mapIndex is { } at ? new JsonArray(task, at) : JsonValue.Create(task));
        var affected = await session.Api.PostAsync($"{Paths.Dag(dagId)}/clearTaskInstances", body, cancellationToken);
        AffectedView.Show(session, affected, "cleared");
    }

    private static async Task WhyAsync(
        Session session, string run, string? dag, string task, int? mapIndex, CancellationToken cancellationToken)
    {
        var dagId = await RunFinder.DagOfAsync(session, run, dag, cancellationToken);
        var why = await session.Api.GetAsync(Paths.Task(dagId, run, task, mapIndex) + "/dependencies", cancellationToken);
        session.Show(why, () =>
        {
            var reason = Grid.OneLine(why.Text("message") ?? "Nothing keeps it from running.");
            session.Line($"{RunView.NameOf(why)} is {StateLook.Of(why.Text("state") ?? "pending").Word}. {reason}");
            if (why.List("awaited") is not { Count: > 0 } awaited || why.Text("state") != "pending")
                return;
            session.Console.Heading("It waits for");
            var table = Grid.Of("Task", "As", "State");
            foreach (var other in awaited)
                table.Row(RunView.NameOf(other), Format.Names(other.Texts("kinds")), StateLook.Of(other.Text("state")));
            session.Console.Write(table);
        });
    }
}
