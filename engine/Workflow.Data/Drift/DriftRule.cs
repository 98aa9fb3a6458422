namespace Workflow.Data.Drift;

/// <summary>How versions are compared.</summary>
public sealed record DriftRule
{
    /// <summary>How many rows each side needs unless told otherwise.</summary>
    public const long DefaultMinSamples = 100;

    /// <summary>Which share of the columns must drift for the dataset to have drifted, unless told otherwise: Evidently's.</summary>
    public const double DefaultShare = 0.5;

    /// <summary>The columns; null for all that both sides have and that can be compared, dates and instants aside.</summary>
    public IReadOnlyList<string>? Columns { get; init; }

    /// <summary>
    /// How all columns are compared. One that it is not for is not decided, and refused where it is named. Default: by Evidently's rule.
    /// </summary>
    public DriftMethod Method { get; init; } = DriftMethod.Auto;

    /// <summary>How numbers are compared; null for like all.</summary>
    public DriftMethod? OfNumbers { get; init; }

    /// <summary>How categories are compared; null for like all.</summary>
    public DriftMethod? OfCategories { get; init; }

    /// <summary>How particular columns are compared; stronger than what is said of their type, and of all.</summary>
    public IReadOnlyDictionary<string, DriftMethod> OfColumns { get; init; } = new Dictionary<string, DriftMethod>();

    /// <summary>The threshold for all columns; null for each method's own.</summary>
    public double? Threshold { get; init; }

    /// <summary>How many values each side of a column needs; with fewer nothing is decided.</summary>
    public long MinSamples { get; init; } = DefaultMinSamples;

    /// <summary>The dataset has drifted when at least this share of the columns that could be decided has, from 0 to 1.</summary>
    public double Share { get; init; } = DefaultShare;

    /// <summary>Whether a column was asked for by its name, rather than taken with all others.</summary>
    internal bool Names(string column) => Columns is not null || OfColumns.ContainsKey(column);

    internal DriftMethod MethodOf(string column, ColumnSample sample) =>
        OfColumns.TryGetValue(column, out var own) ? own : (sample is NumberSample ? OfNumbers : OfCategories) ?? Method;
}
