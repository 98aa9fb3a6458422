namespace Workflow.Benchmarks;

/// <summary>The benchmarks by name, in the order in which they run: what fills the tables for good comes last.</summary>
internal static class Catalogue
{
    private const string Soak = "soak";
    private const string ProfilingName = "ingest-profile";
    private const string IngestName = "ingest";
    private const string ChecksName = "checks-20";

    private static readonly string[] Data = [ProfilingName, IngestName, ChecksName];

    public static readonly IReadOnlyDictionary<string, Func<Stage, Task<IReadOnlyList<BenchmarkRow>>>> All =
        new Dictionary<string, Func<Stage, Task<IReadOnlyList<BenchmarkRow>>>>
        {
            ["chain-40"] = Chain.RunAsync,
            ["idle-start"] = IdleStart.RunAsync,
            ["independent-10k"] = Independent.RunAsync,
            ["fan-out-10k"] = FanOut.RunAsync,
            ["dag-load-1000"] = DagLoad.RunAsync,
            ["with-history"] = History.RunAsync,
            ["idle-load"] = IdleLoad.RunAsync,
            [ProfilingName] = Profiling.RunAsync,
            [IngestName] = Ingest.RunAsync,
            [ChecksName] = Checks.RunAsync,
            [Soak] = Workflow.Benchmarks.Soak.RunAsync,
        };

    /// <summary>Sets of benchmarks by name.</summary>
    public static readonly IReadOnlyDictionary<string, IReadOnlyList<string>> Sets =
        new Dictionary<string, IReadOnlyList<string>>
        {
            ["dispatch"] = [.. All.Keys.Except([Soak, .. Data])],
            ["data"] = Data,
        };
}

/// <summary>A result: a median, beside the median of its floor in the same run on the same server.</summary>
/// <param name="Name">The benchmark.</param>
/// <param name="Unit">What the values are.</param>
/// <param name="Value">What the engine reached.</param>
/// <param name="Floor">What a bare program reached.</param>
internal sealed record BenchmarkRow(string Name, string Unit, double Value, double? Floor)
{
    public double? Ratio => Value / Floor;
}
