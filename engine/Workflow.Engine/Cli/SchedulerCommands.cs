using System.CommandLine;
using System.Text.Json.Nodes;

namespace Workflow.Engine.Cli;

/// <summary><c>schedulers list</c>.</summary>
internal static class SchedulerCommands
{
    internal static IEnumerable<Command> All(Verbs verbs)
    {
        yield return verbs.Verb("list", "Lists the schedulers, and says whose DAG folder counts.", [], (_, session, token) =>
            ListAsync(session, token));
    }

    private static async Task ListAsync(Session session, CancellationToken cancellationToken)
    {
        var schedulers = await session.Api.ListAsync("monitor/schedulers", "schedulers", null, null, cancellationToken);
        session.ShowList(schedulers, "No scheduler lives. Start one with `workflow up` or `workflow scheduler`.", () =>
        {
            var table = Grid.Of("Scheduler", "DAG folder", "Counts", "Last heard of");
            foreach (JsonNode? scheduler in schedulers)
            {
                table.Row(
                    scheduler.Text("name"), scheduler.Text("dags_folder"), scheduler.Flag("has_the_say") ? "yes" : "no, ignored",
                    session.Time(scheduler.Time("latest_heartbeat")));
            }

            return table;
        });
    }
}
