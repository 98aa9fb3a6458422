using System.Text.Json.Serialization;

namespace Workflow;

/// <summary>How a drift gate judges.</summary>
/// <param name="Against">What counts as normal.</param>
public sealed record DriftGateSettings(Reference Against)
{
    /// <summary>The columns; empty for all that both sides have and that can be compared, dates and instants aside.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>How columns are compared.</summary>
    public DriftMethod Method { get; init; } = DriftMethod.Auto;

    /// <summary>How numbers are compared; null for like all.</summary>
    public DriftMethod? OfNumbers { get; init; }

    /// <summary>How categories are compared; null for like all.</summary>
    public DriftMethod? OfCategories { get; init; }

    /// <summary>How particular columns are compared.</summary>
    public IReadOnlyDictionary<string, DriftMethod> OfColumns { get; init; } = new Dictionary<string, DriftMethod>();

    /// <summary>The threshold for all columns; null for each method's own.</summary>
    public double? Threshold { get; init; }

    /// <summary>Which share of the columns must drift.</summary>
    public double Share { get; init; } = 0.5;

    /// <summary>How many values each side of a column needs.</summary>
    public long MinSamples { get; init; } = 100;

    /// <summary>In how many of the last <see cref="OfWindows"/> windows there must be drift.</summary>
    public int DriftedWindows { get; init; } = 1;

    /// <summary>How many windows count, this one included.</summary>
    public int OfWindows { get; init; } = 1;

    /// <summary>What drift means.</summary>
    public Severity Severity { get; init; } = Severity.Block;

    /// <summary>Whether a version that has too few values to decide passes on.</summary>
    // Runs are pinned to a hash over this as JSON: what is not used is left out of it.
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool AllowsUndecided { get; init; }
}

/// <summary>Collects what a drift gate compares, and how.</summary>
public sealed class DriftGate
{
    private readonly SortedDictionary<string, DriftMethod> ofColumns = new(StringComparer.Ordinal);
    private Reference? against;
    private DriftGateSettings settings = new(null!);

    internal DriftGate()
    {
    }

    /// <summary>
    /// What counts as normal. While there is no such version, the gate records that it is learning, and lets through; a dataset, a model or
    /// an alias of a name that nothing has fails it.
    /// </summary>
    public DriftGate Against(Reference reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        against = reference;
        return this;
    }

    /// <summary>The columns to compare. Default: all that both sides have and that can be compared, dates and instants aside.</summary>
    public DriftGate Columns(params string[] columns)
    {
        settings = settings with { Columns = [.. columns] };
        return this;
    }

    /// <summary>
    /// How columns are compared. One that the method is not for is not decided; if it is named in <see cref="Columns"/>, the gate fails.
    /// Default: by Evidently's rule.
    /// </summary>
    public DriftGate Method(DriftMethod method)
    {
        settings = settings with { Method = method };
        return this;
    }

    /// <summary>How numbers and categories are compared; stronger than what is said of all.</summary>
    public DriftGate Methods(DriftMethod? numbers = null, DriftMethod? categories = null)
    {
        settings = settings with { OfNumbers = numbers, OfCategories = categories };
        return this;
    }

    /// <summary>How a column is compared; stronger than anything else.</summary>
    public DriftGate Method(string column, DriftMethod method)
    {
        ofColumns[column] = method;
        return this;
    }

    /// <summary>From which distance on, or up to which chance, a column has drifted. Default: each method's own.</summary>
    public DriftGate Threshold(double threshold)
    {
        if (!(threshold is > 0 and < double.PositiveInfinity))
            throw new DagDefinitionException($"The threshold of a drift gate must be above 0, got {threshold}.");
        settings = settings with { Threshold = threshold };
        return this;
    }

    /// <summary>Which share of the columns that could be decided must drift, above 0 and up to 1. Default: 0.5.</summary>
    public DriftGate Share(double share)
    {
        if (share is not (> 0 and <= 1))
            throw new DagDefinitionException($"The share of a drift gate must be above 0 and at most 1, got {share}.");
        settings = settings with { Share = share };
        return this;
    }

    /// <summary>How many values each side of a column needs; with fewer it is not decided. Default: 100.</summary>
    public DriftGate MinSamples(long samples)
    {
        if (samples < 1)
            throw new DagDefinitionException($"A drift gate needs at least one sample a side, got {samples}.");
        settings = settings with { MinSamples = samples };
        return this;
    }

    /// <summary>
    /// Drift in one window alone does not fail the gate: it must have been found in some of the last windows. A window is a slice that the
    /// gate has judged, in the order of judging; a slice that was judged again counts once, as it was judged last.
    /// </summary>
    /// <param name="drifted">In how many, this one included.</param>
    /// <param name="of">Of how many, this one included.</param>
    public DriftGate Windows(int drifted, int of)
    {
        if (drifted < 1 || of < drifted)
            throw new DagDefinitionException(
                $"A drift gate acts on at least 1 of its windows and at most all of them, got {drifted} of {of}.");
        settings = settings with { DriftedWindows = drifted, OfWindows = of };
        return this;
    }

    /// <summary>Lets a version through of which no column has enough values to decide. Default: it fails the gate like drift.</summary>
    public DriftGate AllowUndecided()
    {
        settings = settings with { AllowsUndecided = true };
        return this;
    }

    /// <summary>What drift means. Default: the gate fails, and with it the run.</summary>
    /// <exception cref="DagDefinitionException">No rows are to blame for drift that could be set aside.</exception>
    public DriftGate Severity(Severity severity)
    {
        if (severity == Workflow.Severity.Quarantine)
            throw new DagDefinitionException("Drift is of a version as a whole: a drift gate blocks or warns, and sets no rows aside.");
        settings = settings with { Severity = severity };
        return this;
    }

    internal DriftGateSettings Build(string taskId) => settings with
    {
        Against = against
            ?? throw new DagDefinitionException($"Drift gate '{taskId}' has nothing to compare with: say so with Against(...)."),
        OfColumns = ofColumns,
    };
}
