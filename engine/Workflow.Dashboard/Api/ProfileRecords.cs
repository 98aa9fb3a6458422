namespace Workflow.Dashboard.Api;

/// <summary>What the columns of a version hold.</summary>
/// <param name="Version">The version's number.</param>
/// <param name="IsWhole">Whether it is the dataset as a whole at that version, and not the version's slice alone.</param>
/// <param name="Partition">The slice; empty for the whole.</param>
/// <param name="Slices">How many slices went into it.</param>
public sealed record DatasetProfile(
    string Name, int Version, bool IsWhole, IReadOnlyDictionary<string, string> Partition, int Slices, long Rows,
    IReadOnlyList<FullColumnProfile> Columns);

/// <summary>
/// What a column holds, with its distribution. Values are texts, as the column's type reads; those of a column that tells of people are
/// masked, and its distribution is left out.
/// </summary>
/// <param name="Count">How many values are not null.</param>
/// <param name="Nans">How many of them are not a number.</param>
/// <param name="Infinities">How many of them are infinite.</param>
/// <param name="IsDistinctExact">Whether the different values were counted and not estimated.</param>
/// <param name="Min">The least finite value.</param>
/// <param name="Max">The greatest finite value.</param>
/// <param name="Sd">The population standard deviation.</param>
/// <param name="Quantiles">At 0.01, 0.05, 0.25, 0.5, 0.75, 0.95 and 0.99; of numbers and times.</param>
/// <param name="Histogram">At most 30 bins; of numbers and times.</param>
/// <param name="TopValues">The most frequent values; empty when there are more than about a thousand different ones.</param>
public sealed record FullColumnProfile(
    string Column, string Type, long Count, long Nulls, long Nans, long Infinities, long Distinct, bool IsDistinctExact, string? Min,
    string? Max, double? Mean, double? Sd, IReadOnlyList<ColumnQuantile> Quantiles, IReadOnlyList<HistogramBin> Histogram,
    IReadOnlyList<ValueCount> TopValues);
