using System.CommandLine;
using System.Net;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Workflow.Engine.Cli;

/// <summary><c>gates list|show|suggest|proposals</c>.</summary>
internal static class GateCommands
{
    internal static IEnumerable<Command> All(Verbs verbs)
    {
        var run = new Option<string?>("--run") { Description = "Only gates of this run.", HelpName = "RUN" };
        var dag = new Option<string?>("--dag") { Description = "Only gates of this DAG.", HelpName = "ID" };
        var limit = Limit.Option("How many verdicts at most.");
        yield return verbs.Verb("list", "Lists verdicts and the checks that led to them, newest first.", [run, dag, limit],
            (parsed, session, token) =>
            ListAsync(session, parsed.GetValue(run), parsed.GetValue(dag), parsed.GetValue(limit), token));
        var ofRun = new Argument<string>("RUN") { Description = "Id of the run." };
        var task = new Argument<string>("GATE") { Description = "Task of the gate." };
        yield return verbs.Verb("show", "Shows the verdicts of a gate in a run, with their evidence; newest first.", [ofRun, task, dag],
            (parsed, session, token) =>
            ShowAsync(session, parsed.GetRequiredValue(ofRun), parsed.GetRequiredValue(task), parsed.GetValue(dag), token));
        foreach (var verb in ProposalCommands.All(verbs))
            yield return verb;
    }

    /// <summary>The checks of one verdict with their evidence.</summary>
    internal static Table Checks(JsonArray checks)
    {
        var table = Grid.Of("Verdict", "Severity", "Check", "Column", "Slice", "Observed", "Threshold", "Rows", "Failing", "Message")
            .AlignRight(5, 7, 8);
        foreach (var check in checks)
        {
            table.Row(
                StateLook.Of(check.Text("verdict")), check.Text("severity"), check.Text("check"), check.Text("column"), check.Text("slice"),
                Format.Metric(check.Number("observed")), check.Text("threshold"), Format.Count(check.Number("rows")),
                Format.Count(check.Number("failing_rows")), check.Text("message"));
        }

        return table;
    }

    /// <summary>A row for each check; a gate without any has one of its own.</summary>
    internal static Table Table(JsonArray gates, bool withRun)
    {
        string[] run = withRun ? ["Run"] : [];
        var table = Grid.Of([.. run, "Gate", "Verdict", "Check", "Column", "Observed", "Threshold", "Message"]).AlignRight(run.Length + 4);
        foreach (var gate in gates)
        {
            var name = gate.Int("map_index") < 0 ? gate.Text("task_id") : $"{gate.Text("task_id")} [{gate.Int("map_index")}]";
            object?[] first = withRun ? [gate.Text("run_id"), name] : [name];
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

    private static async Task ShowAsync(Session session, string run, string task, string? dag, CancellationToken cancellationToken)
    {
        var query = $"run_id={Paths.Escape(run)}{(dag is null ? "" : $"&dag_id={Paths.Escape(dag)}")}";
        var all = await session.Api.ListAsync("gates", "gates", query, null, cancellationToken);
        var gates = new JsonArray([.. all.Where(gate => gate.Text("task_id") == task).Select(gate => gate!.DeepClone())]);
        foreach (var gate in gates.OfType<JsonObject>().Where(gate => gate.List("checks").Any(check => check.Text("check") == "drift")))
        {
            if (await DriftAsync(session, gate, cancellationToken) is { } drift)
                gate["drift"] = drift;
        }

        session.Show(gates, () =>
        {
            if (gates.Count == 0)
                session.Note($"Gate {task} has given no verdict in run {run}.");
            foreach (var gate in gates)
            {
                session.Console.Write(Grid.Facts(
                    ("Gate", gate.Text("task_id")), ("Element", gate.Int("map_index") < 0 ? null : gate.Int("map_index")),
                    ("Verdict", StateLook.Of(gate.Text("verdict"))), ("Subject", gate.Text("subject")),
                    ("Given", session.Time(gate.Time("created_at")))));
                session.Console.Write(Checks(gate.List("checks")));
                foreach (var row in gate.List("checks").SelectMany(check => check.List("sample_rows")))
                    session.Line(row?.ToJsonString() ?? "");
                if (gate?["drift"] is { } drift)
                    ShowDrift(session, drift);
            }
        });
    }

    /// <summary>The report of a verdict; null when there was nothing to compare with, or when a later verdict has the newest one.</summary>
    private static async Task<JsonNode?> DriftAsync(Session session, JsonNode gate, CancellationToken cancellationToken)
    {
        try
        {
            var path = Paths.GateDrift(gate.Text("dag_id")!, gate.Text("run_id")!, gate.Text("task_id")!, gate.Int("map_index"));
            var drift = await session.Api.GetAsync(path, cancellationToken);
            return drift.Text("subject") == gate.Text("subject") && drift.Int("try_number") == gate.Int("try_number") ? drift : null;
        }
        catch (ClientException missing) when (missing.Status == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    private static void ShowDrift(Session session, JsonNode drift)
    {
        session.Console.Write(Grid.Facts(
            ("Compared with", Format.Names(drift.List("references").Select(side => $"{side.Text("dataset")} {DriftCommand.Side(side)}"))),
            ("Found", $"{Format.Metric(100 * drift.Number("share"))} % of the columns drifted: {drift.Text("found")}")));
        session.Console.Write(DriftCommand.Columns(drift.List("columns")));
    }

    private static async Task ListAsync(Session session, string? run, string? dag, int limit, CancellationToken cancellationToken)
    {
        var filters = new[] { ("run_id", run), ("dag_id", dag) }.Where(filter => filter.Item2 is not null);
        var query = string.Join('&', filters.Select(filter => $"{filter.Item1}={Paths.Escape(filter.Item2!)}"));
        var gates = await session.Api.ListAsync("gates", "gates", query.Length == 0 ? null : query, limit, cancellationToken);
        session.ShowList(gates, "No verdicts. A DAG gives one when a task made with dag.Gate has run.", () => Table(gates, withRun: true));
    }
}
