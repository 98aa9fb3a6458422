namespace Workflow.Data.DuckDb;

/// <summary>What a session may use. One worker runs several attempts at once, so each gets its share rather than the machine.</summary>
public sealed record DuckDbOptions
{
    /// <summary>Memory that DuckDB may take before it spills to <see cref="SpillFolder"/>: 1 GiB.</summary>
    public const long DefaultMemoryBytes = 1L << 30;

    /// <summary>
    /// Threads of one query. One by default: sums of floating point numbers come out in another order with each run on more, and
    /// the workers already run several attempts beside each other.
    /// </summary>
    public int Threads { get; init; } = 1;

    /// <summary>
    /// Threads that read a file into a dataset, which gives the same on any number of them: as many as there are processors, at most 8.
    /// </summary>
    public int ReadThreads { get; init; } = Math.Min(Environment.ProcessorCount, 8);

    /// <summary>Memory in bytes before DuckDB spills to <see cref="SpillFolder"/>; at least 64 MiB make sense.</summary>
    public long MemoryBytes { get; init; } = DefaultMemoryBytes;

    /// <summary>
    /// Where sorts, joins and groups spill that need more than their memory, each session in a folder of its own that goes with it; what a
    /// killed process leaves goes when another session opens. Null for no spilling, so that such a query fails.
    /// </summary>
    public string? SpillFolder { get; init; }
}
