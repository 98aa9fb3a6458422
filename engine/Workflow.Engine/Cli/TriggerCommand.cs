using System.CommandLine;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Workflow.Engine.Cli;

/// <summary><c>dags trigger</c>: starts a run and, if asked to, stays with it until its end.</summary>
internal static class TriggerCommand
{
    internal static Command Create(Verbs verbs)
    {
        var id = DagCommands.IdArgument;
        var conf = new Option<string?>("--conf") { Description = "Parameters, as a JSON object or @file.json.", HelpName = "JSON" };
        var runId = new Option<string?>("--run-id") { Description = "Id of the new run. Default: the server makes one.", HelpName = "KEY" };
        var date = new Option<string?>("--logical-date") { Description = "Logical date; UTC unless it names an offset.", HelpName = "ISO" };
        var note = new Option<string?>("--note") { Description = "A note to show beside the run.", HelpName = "TEXT" };
        var wait = new Option<bool>("--wait", "-w") { Description = "Wait for the end of the run; succeed only if it does." };
        return verbs.Verb("trigger", "Starts a run.", [id, conf, runId, date, note, wait], async (parsed, session, token) =>
        {
            var body = TriggerRequest.Create(
                session.Terminal, parsed.GetValue(conf), parsed.GetValue(runId), parsed.GetValue(date), parsed.GetValue(note));
            var dag = parsed.GetRequiredValue(id);
            var run = await StartAsync(session, dag, body, token);
            if (parsed.GetValue(wait))
                return await WaitAsync(session, dag, run.Text("dag_run_id") ?? "", token);
            session.Show(run, () =>
            {
                session.Line($"Run {run.Text("dag_run_id")} of {dag} has started.");
                session.Note($"See it with: workflow runs show {run.Text("dag_run_id")} --dag {dag}");
            });
            return ExitCodes.Success;
        });
    }

    private static async Task<JsonNode> StartAsync(Session session, string dag, JsonObject body, CancellationToken cancellationToken)
    {
        try
        {
            return await session.Api.PostAsync(Paths.Runs(dag), body, cancellationToken);
        }
        catch (OperationCanceledException stopped)
        {
            throw new ClientException(
                $"Interrupted before the server answered: the run may have started. See `workflow runs list --dag {dag}`.", stopped);
        }
    }

    private static async Task<int> WaitAsync(Session session, string dag, string run, CancellationToken cancellationToken)
    {
        JsonNode end;
        try
        {
            end = await RunProgress.ShowAsync(
                session, progress => new RunWatcher(session, progress).WatchAsync(dag, run, cancellationToken));
        }
        catch (OperationCanceledException stopped)
        {
            throw new ClientException(
                $"No longer waiting; run {run} goes on. See it with `workflow runs show {run} --dag {dag}`, "
                + $"stop it with `workflow runs cancel {run} --dag {dag}`.",
                stopped);
        }

        var look = StateLook.Of(end.Text("state"));
        session.Show(end, () => session.Console.MarkupLine(
            look.Paint($"{look.Plain}: run {run} of {dag} in {RunView.DurationOf(session, end)}")));
        if (end.Text("state") == "success")
            return ExitCodes.Success;
        await new FailureReport(session, dag, run).WriteAsync(end, cancellationToken);
        return ExitCodes.Failure;
    }
}
