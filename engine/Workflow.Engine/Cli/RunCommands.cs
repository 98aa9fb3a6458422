using System.CommandLine;
using System.Text.Json.Nodes;

namespace Workflow.Engine.Cli;

/// <summary><c>runs list|show|cancel</c>, and what <see cref="RunActCommands"/> adds.</summary>
internal static class RunCommands
{
    internal static Argument<string> RunArgument => new("RUN") { Description = "Id of the run." };

    internal static Option<string?> DagOption => new("--dag") { Description = "Id of the DAG that the run belongs to.", HelpName = "ID" };

    internal static IEnumerable<Command> All(Verbs verbs)
    {
        var run = RunArgument;
        var dag = DagOption;
        var state = new Option<string?>("--state") { Description = "Only runs in this state." }
            .AcceptOnlyFromAmong("queued", "running", "success", "failed", "cancelled");
        var limit = Limit.Option();
        yield return verbs.Verb("list", "Lists runs, newest first.", [dag, state, limit], (parsed, session, token) =>
            ListAsync(session, parsed.GetValue(dag), parsed.GetValue(state), parsed.GetValue(limit), token));
        yield return verbs.Verb("show", "Shows a run, its tasks and its gates.", [run, dag], (parsed, session, token) =>
            ShowAsync(session, parsed.GetRequiredValue(run), parsed.GetValue(dag), token));
        yield return verbs.Verb("cancel", "Cancels a run; its running tasks are stopped.", [run, dag], (parsed, session, token) =>
            CancelAsync(session, parsed.GetRequiredValue(run), parsed.GetValue(dag), token));
        foreach (var verb in RunActCommands.All(verbs))
            yield return verb;
    }

    private static async Task ListAsync(Session session, string? dag, string? state, int limit, CancellationToken cancellationToken)
    {
        var query = "order_by=-run_after" + (state is null ? "" : $"&state={state}");
        var runs = await session.Api.ListAsync(Paths.Runs(dag ?? Paths.AnyDag), "dag_runs", query, limit, cancellationToken);
        session.ShowList(runs, "No such runs. Start one with `workflow dags trigger ID`.", () =>
        {
            var table = Grid.Of("Run", "DAG", "State", "Tasks", "Started", "Duration", "Started by", "Why").AlignRight(5);
            foreach (var run in runs)
            {
                table.Row(
                    run.Text("dag_run_id"),
                    run.Text("dag_id"),
                    StateLook.Of(run.Text("state")),
                    Finished(run),
                    session.Time(run.Time("start_date")),
                    RunView.DurationOf(session, run),
                    run.Text("triggered_by"),
                    RunView.Cause(run));
            }

            return table;
        });
    }

    private static async Task ShowAsync(Session session, string id, string? dag, CancellationToken cancellationToken)
    {
        var run = await RunFinder.FindAsync(session, id, dag, cancellationToken);
        if (session.Json)
        {
            session.Show(run, () => { });
            return;
        }

        var dagId = run.Text("dag_id") ?? "";
        var tasks = await session.Api.ListAsync(Paths.Tasks(dagId, id), "task_instances", null, null, cancellationToken);
        var query = $"dag_id={Paths.Escape(dagId)}&run_id={Paths.Escape(id)}";
        var gates = await session.Api.ListAsync("gates", "gates", query, null, cancellationToken);
        RunView.Show(session, run, tasks, gates);
    }

    private static async Task CancelAsync(Session session, string id, string? dag, CancellationToken cancellationToken)
    {
        var dagId = await RunFinder.DagOfAsync(session, id, dag, cancellationToken);
        var run = await session.Api.PostAsync(Paths.Run(dagId, id) + "/cancel", null, cancellationToken);
        session.Show(run, () => session.Line(run.Text("state") == "cancelled"
            ? $"Run {id} of {dagId} is cancelled."
            : $"Run {id} of {dagId} is being cancelled: its running tasks are told to stop."));
    }

    // What has ended of what there is; the states one by one are for `runs show`. The list counts the tasks of running runs only.
    private static string Finished(JsonNode? run)
    {
        var counts = run.Map("task_counts");
        if (counts.Count == 0)
            return Format.Nothing;
        var open = RunView.OpenStates.Sum(state => counts.Int(state));
        var all = counts.Sum(pair => counts.Int(pair.Key));
        return $"{Format.Count(all - open)}/{Format.Count(all)}";
    }
}
