namespace Workflow.Engine.Cli;

/// <summary>Addresses of the API's resources.</summary>
internal static class Paths
{
    internal const string AnyDag = "~";

    internal static string Dag(string dag) => $"dags/{Escape(dag)}";

    internal static string Runs(string dag) => $"{Dag(dag)}/dagRuns";

    internal static string Run(string dag, string run) => $"{Runs(dag)}/{Escape(run)}";

    internal static string Tasks(string dag, string run) => $"{Run(dag, run)}/taskInstances";

    internal static string Task(string dag, string run, string task, int? mapIndex) =>
        $"{Tasks(dag, run)}/{Escape(task)}{(mapIndex is { } at ? $"/{at}" : "")}";

    internal static string Pool(string name) => $"pools/{Escape(name)}";

    internal static string Contract(string dataset) => $"contracts/{Escape(dataset)}";

    internal static string Tries(string dag, string run, string task, int? mapIndex) => $"{Task(dag, run, task, mapIndex)}/tries";

    internal static string Log(string dag, string run, string task, int? mapIndex, int attempt, int after) =>
        $"{Task(dag, run, task, mapIndex: null)}/logs/{attempt}?after={after}{(mapIndex is { } at ? $"&map_index={at}" : "")}";

    internal static string Backfill(long id) => $"backfills/{id}";

    internal static string Escape(string text) => Uri.EscapeDataString(text);
}
