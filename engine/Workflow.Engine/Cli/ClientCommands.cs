using System.CommandLine;

namespace Workflow.Engine.Cli;

/// <summary>
/// The commands that ask a running server: groups <c>dags</c>, <c>runs</c>, <c>tasks</c>, <c>backfill</c>, <c>pools</c>, <c>events</c>,
/// <c>datasets</c>, <c>contracts</c>, <c>models</c>, <c>gates</c>, <c>lineage</c>, <c>schedulers</c>.
/// </summary>
public static class ClientCommands
{
    /// <summary>Adds the groups.</summary>
    /// <param name="root">The command to add them to; run it with <see cref="CommandLine.InvokeAsync"/>.</param>
    /// <param name="terminal">Where the commands read and write. Default: this process's.</param>
    /// <param name="dagsVerbs">Verbs of the group <c>dags</c> that work without a server.</param>
    public static void AddTo(RootCommand root, Terminal? terminal = null, params Command[] dagsVerbs)
    {
        var verbs = new Verbs(terminal ?? Terminal.System);
        root.Add(Group("dags", "DAGs, and starting their runs.", [
            .. DagCommands.All(verbs), TriggerCommand.Create(verbs), SimulateCommand.Create(verbs), .. dagsVerbs]));
        root.Add(Group("runs", "Runs of DAGs.", RunCommands.All(verbs)));
        root.Add(Group("tasks", "Tasks of a run, and their logs.", TaskCommands.All(verbs)));
        root.Add(Group("backfill", "Runs for dates of a schedule that have passed.", BackfillCommands.All(verbs)));
        root.Add(Group("pools", "Slots that tasks share.", PoolCommands.All(verbs)));
        root.Add(Group("events", "Events from outside that tasks wait for.", EventCommands.All(verbs)));
        root.Add(Group("datasets", "Datasets and their versions.", DatasetCommands.All(verbs)));
        root.Add(Group("contracts", "What is promised of datasets.", ContractCommands.All(verbs)));
        root.Add(Group("models", "Models, their versions and aliases.", ModelCommands.All(verbs)));
        root.Add(Group("lineage", "Where data and models come from, and where they go.", LineageCommands.All(verbs)));
        root.Add(Group("schedulers", "Schedulers, and whose DAG folder counts.", SchedulerCommands.All(verbs)));
        root.Add(Group("gates", "Verdicts of gates, and checks learnt from history.", GateCommands.All(verbs)));
        root.Add(Group("review", "Versions that wait for a person.", ReviewCommands.All(verbs)));
    }

    private static Command Group(string name, string description, IEnumerable<Command> verbs)
    {
        var group = new Command(name, description);
        foreach (var verb in verbs)
            group.Add(verb);
        return group;
    }
}
