namespace Workflow;

/// <summary>Collects the checks of a quality gate, and what becomes of what fails them.</summary>
public sealed partial class QualityGate
{
    internal QualityGate()
    {
    }

    internal List<DataCheck> Checks { get; } = [];

    internal List<TaskHandle> Others { get; } = [];

    internal GateOptions Options { get; private set; } = new();

    /// <summary>Values of these columns are never shown with failing rows: they hold personal data.</summary>
    public QualityGate MaskColumns(params string[] columns) =>
        Set(Options with { MaskColumns = [.. Options.MaskColumns ?? [], .. columns] });

    /// <summary>
    /// The dataset into which the rows go that pass, where a check of severity quarantine sets rows aside; <c>NAME.accepted</c> unless
    /// named.
    /// </summary>
    public QualityGate Into(string dataset)
    {
        Identifier.Require(dataset, "dataset");
        return Set(Options with { Into = dataset });
    }

    /// <summary>A version that fails a check of severity block waits for a person, instead of failing the run.</summary>
    public QualityGate HoldBatches() => Set(Options with { HoldsBatches = true });

    /// <summary>
    /// Adds the checks that a person has accepted for this gate and dataset, looked up when it runs. While there are none, what would
    /// be a pass is <see cref="Verdict.Learning"/>: it records and does not block.
    /// </summary>
    public QualityGate Learnt() => Set(Options with { IsLearnt = true });

    private QualityGate Set(GateOptions options)
    {
        Options = options;
        return this;
    }

    private QualityGate Add(DataCheck check, Action<CheckSettings>? with = null)
    {
        var columns = check.Column ?? string.Join(", ", check.Columns ?? []);
        var where = columns.Length > 0 ? $"{check.Kind} on '{columns}'" : $"{check.Kind}";
        if (check.Mostly is not (>= 0 and <= 1))
            throw new DagDefinitionException($"{where}: mostly must lie between 0 and 1, got {check.Mostly}.");
        if (check.Minimum > check.Maximum)
            throw new DagDefinitionException($"{where}: the minimum {check.Minimum} is above the maximum {check.Maximum}.");
        if (check.Earliest > check.Latest)
            throw new DagDefinitionException($"{where}: the earliest time {check.Earliest:s} is after the latest {check.Latest:s}.");
        if (check.Partition is { } partition && Problem(partition) is { } problem)
            throw new DagDefinitionException($"{where}: {problem}");
        if (with is not null)
        {
            var settings = new CheckSettings();
            with(settings);
            check = check with { Policy = settings.Policy };
        }

        Checks.Add(check);
        return this;
    }

    private static DataCheck Times(
        CheckKind kind, string column, DateTime? earliest, DateTime? latest, StrictBounds? strict, Severity severity) =>
        earliest is null && latest is null
            ? throw new DagDefinitionException($"{kind} on '{column}': give the earliest time, the latest, or both.")
            : new(kind, column, Severity: severity) { Earliest = Utc(earliest), Latest = Utc(latest), Strict = strict };

    // Of one kind, so that the same bound always has the same text in a pinned definition.
    private static DateTime? Utc(DateTime? time) => time is { } given
        ? DateTime.SpecifyKind(given.Kind == DateTimeKind.Local ? given.ToUniversalTime() : given, DateTimeKind.Utc)
        : null;

    private OtherDataset Other(TaskHandle<DatasetVersion> version, string? column)
    {
        Others.Add(version);
        return new OtherDataset(null, Others.Count, column);
    }

    private static string? Problem(DataPartition partition)
    {
        const double rounding = 1e-9;
        var (values, edges, weights) = (partition.Values, partition.Edges, partition.Weights);
        if ((values is null) == (edges is null))
            return "a partition has either values or edges.";
        if (weights.Count == 0 || weights.Count != (values?.Count ?? (edges!.Count - 1)))
            return $"a partition has a weight for each value, or for each bin between two edges; got {weights.Count} weights.";
        if (weights.Any(weight => weight is not >= 0) || Math.Abs(weights.Sum() - 1) > rounding * weights.Count)
            return $"the weights of a partition are 0 or more and add up to 1, got {weights.Sum()}.";
        if (edges is not null && edges.Zip(edges.Skip(1)).Any(pair => !(pair.First < pair.Second)))
            return "the edges of a partition ascend.";
        return partition is { TailHoldout: not (null or (>= 0 and < 1)) } or { InternalHoldout: not (null or (>= 0 and < 1)) }
            ? "holdouts lie between 0 and 1."
            : null;
    }
}

/// <summary>What a quality gate does besides its checks.</summary>
/// <param name="MaskColumns">The columns that are never shown.</param>
/// <param name="Into">The dataset of the rows that pass.</param>
/// <param name="HoldsBatches">Whether a version that fails waits for a person.</param>
/// <param name="IsLearnt">Whether accepted checks are added.</param>
public sealed record GateOptions(
    IReadOnlyList<string>? MaskColumns = null, string? Into = null, bool HoldsBatches = false, bool IsLearnt = false);
