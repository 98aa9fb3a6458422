using System.CommandLine;
using System.Text.Json.Nodes;

namespace Workflow.Engine.Cli;

/// <summary><c>tasks list|logs</c>, and what <see cref="TaskActCommands"/> adds.</summary>
internal static class TaskCommands
{
    internal static IEnumerable<Command> All(Verbs verbs)
    {
        var run = RunCommands.RunArgument;
        var dag = RunCommands.DagOption;
        var task = new Argument<string>("TASK") { Description = "Id of the task." };
        var attempt = new Option<int?>("--attempt") { Description = "Which attempt, from 1. Default: the latest.", HelpName = "N" };
        var follow = new Option<bool>("--follow", "-f") { Description = "Show lines as they come, until the attempt has ended." };
        yield return verbs.Verb("list", "Lists the tasks of a run.", [run, dag], (parsed, session, token) =>
            ListAsync(session, parsed.GetRequiredValue(run), parsed.GetValue(dag), token));
        yield return verbs.Verb("logs", "Shows the log of an attempt.", [run, task, dag, TaskActCommands.MapIndex, attempt, follow],
            async (parsed, session, token) =>
        {
            var id = parsed.GetRequiredValue(run);
            var dagId = await RunFinder.DagOfAsync(session, id, parsed.GetValue(dag), token);
            var log = new TaskLog(session, dagId, id, parsed.GetRequiredValue(task), parsed.GetValue(TaskActCommands.MapIndex));
            await ShowLogAsync(session, log, parsed.GetRequiredValue(task), parsed.GetValue(attempt), parsed.GetValue(follow), token);
        });
        foreach (var verb in TaskActCommands.All(verbs))
            yield return verb;
    }

    private static async Task ListAsync(Session session, string run, string? dag, CancellationToken cancellationToken)
    {
        var dagId = await RunFinder.DagOfAsync(session, run, dag, cancellationToken);
        var tasks = await session.Api.ListAsync(Paths.Tasks(dagId, run), "task_instances", null, null, cancellationToken);
        session.ShowList(tasks, $"Run {run} of {dagId} has no tasks.", () => RunView.TasksTable(session, tasks));
    }

    private static async Task ShowLogAsync(
        Session session, TaskLog log, string task, int? attempt, bool follow, CancellationToken cancellationToken)
    {
        var patience = new Patience(session, note => session.Note(note ?? "The server answers again."));
        attempt ??= follow ? await log.FirstAttemptAsync(patience, cancellationToken) : await log.LatestAttemptAsync(cancellationToken);
        if (attempt is not { } number)
            throw new ClientException($"{task} has no attempt, so it has no log. See why with `workflow tasks list`.");
        // A list is whole or not valid, so JSON is written when the last line is known.
        var lines = new JsonArray();
        await log.ReadAsync(number, follow, patience, Take, cancellationToken);
        if (session.Json)
            session.Show(lines, () => { });

        void Take(JsonNode line)
        {
            if (session.Json)
                lines.Add(line.DeepClone());
            else
                session.Terminal.Output.WriteLine(log.Line(line));
        }
    }
}
