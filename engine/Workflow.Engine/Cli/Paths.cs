namespace Workflow.Engine.Cli;

/// <summary>Addresses of the API's resources.</summary>
internal static class Paths
{
    internal const string AnyDag = "~";

    internal static string Dag(string dag) => $"dags/{Segment(dag)}";

    internal static string Runs(string dag) => $"{Dag(dag)}/dagRuns";

    internal static string Run(string dag, string run) => $"{Runs(dag)}/{Segment(run)}";

    internal static string Tasks(string dag, string run) => $"{Run(dag, run)}/taskInstances";

    internal static string Task(string dag, string run, string task, int? mapIndex) =>
        $"{Tasks(dag, run)}/{Segment(task)}{(mapIndex is { } at ? $"/{at}" : "")}";

    internal static string Pool(string name) => $"pools/{Segment(name)}";

    internal static string Contract(string dataset) => $"contracts/{Segment(dataset)}";

    internal static string Tries(string dag, string run, string task, int? mapIndex) => $"{Task(dag, run, task, mapIndex)}/tries";

    internal static string Log(string dag, string run, string task, int? mapIndex, int attempt, int after) =>
        $"{Task(dag, run, task, mapIndex: null)}/logs/{attempt}?after={after}{(mapIndex is { } at ? $"&map_index={at}" : "")}";

    internal static string Dataset(string name) => $"datasets/{Segment(name)}";

    internal static string Model(string name) => $"models/{Segment(name)}";

    internal static string GateDrift(string dag, string run, string task, int mapIndex) =>
        $"gates/{Segment(dag)}/{Segment(run)}/{Segment(task)}/drift?map_index={mapIndex}";

    internal static string Backfill(long id) => $"backfills/{id}";

    /// <summary>A value of a query.</summary>
    internal static string Escape(string text) => Uri.EscapeDataString(text);

    // An address without its last part is that of the collection, which answers too, and so do those that dots stand for.
    private static string Segment(string name) => name is "" or "." or ".."
        ? throw ClientException.Usage($"'{name}' is not a name. Is a variable of the shell empty?")
        : Escape(name);
}
