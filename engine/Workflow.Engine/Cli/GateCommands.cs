using System.CommandLine;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Workflow.Engine.Cli;

/// <summary><c>gates list</c>.</summary>
internal static class GateCommands
{
    internal static IEnumerable<Command> All(Verbs verbs)
    {
        var run = new Option<string?>("--run") { Description = "Only gates of this run.", HelpName = "RUN" };
        var dag = new Option<string?>("--dag") { Description = "Only gates of this DAG.", HelpName = "ID" };
        yield return verbs.Verb("list", "Lists verdicts and the checks that led to them.", [run, dag], (parsed, session, token) =>
            ListAsync(session, parsed.GetValue(run), parsed.GetValue(dag), token));
    }

    /// <summary>A row for each check; a gate without any has one of its own.</summary>
    internal static Table Table(JsonArray gates, bool withRun)
    {
        string[] run = withRun ? ["Run"] : [];
        var table = Grid.Of([.. run, "Gate", "Verdict", "Check", "Column", "Observed", "Threshold", "Message"]).AlignRight(run.Length + 4);
        foreach (var gate in gates)
        {
            object?[] first = withRun ? [gate.Text("run_id"), gate.Text("task_id")] : [gate.Text("task_id")];
            if (gate.List("checks").Count == 0)
                table.Row([.. first, StateLook.Of(gate.Text("verdict"))]);
            foreach (var check in gate.List("checks"))
            {
                table.Row(
                [
                    .. first,
                    StateLook.Of(check.Text("verdict")),
                    check.Text("check"),
                    check.Text("column"),
                    Format.Metric(check.Number("observed")),
                    check.Text("threshold"),
                    check.Text("message"),
                ]);
            }
        }

        return table;
    }

    private static async Task ListAsync(Session session, string? run, string? dag, CancellationToken cancellationToken)
    {
        var filters = new[] { ("run_id", run), ("dag_id", dag) }.Where(filter => filter.Item2 is not null);
        var query = string.Join('&', filters.Select(filter => $"{filter.Item1}={Paths.Escape(filter.Item2!)}"));
        var gates = await session.Api.ListAsync("gates", "gates", query.Length == 0 ? null : query, null, cancellationToken);
        session.ShowList(gates, "No verdicts. A DAG gives one when a task made with dag.Gate has run.", () => Table(gates, withRun: true));
    }
}
