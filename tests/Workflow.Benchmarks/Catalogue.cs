namespace Workflow.Benchmarks;

/// <summary>The benchmarks by name.</summary>
internal static class Catalogue
{
    public static readonly IReadOnlyDictionary<string, Func<Stage, Task<IReadOnlyList<BenchmarkRow>>>> All =
        new Dictionary<string, Func<Stage, Task<IReadOnlyList<BenchmarkRow>>>>
        {
            ["chain-40"] = Chain.RunAsync,
            ["independent-10k"] = Independent.RunAsync,
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
