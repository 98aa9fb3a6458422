using System.Text.Json.Serialization;

namespace Workflow;

/// <summary>What a check does when it fails.</summary>
public enum Severity
{
    /// <summary>The verdict says so; the run goes on.</summary>
    Warn,

    /// <summary>The gate fails, and with it the run.</summary>
    Block,

    /// <summary>
    /// Rows that fail are set aside and the others go on, as long as the share that must pass does, where one is given; where it does not,
    /// or no single rows are to blame, the whole version waits for a person.
    /// </summary>
    Quarantine,
}

/// <summary>An assertion on a dataset version.</summary>
/// <param name="Kind">What is asserted.</param>
/// <param name="Column">The column; null for a check of the whole table.</param>
/// <param name="Minimum">The lower bound, included.</param>
/// <param name="Maximum">The upper bound, included.</param>
/// <param name="Values">The allowed values, patterns, types or names, as text; or the one query or schema.</param>
/// <param name="Mostly">The share of values, 0 to 1, that must pass; no values at all pass.</param>
/// <param name="Severity">What failing means.</param>
public sealed record DataCheck(
    CheckKind Kind, string? Column, double? Minimum = null, double? Maximum = null, IReadOnlyList<string>? Values = null, double Mostly = 1,
    Severity Severity = Severity.Block)
{
    // Runs are pinned to a hash over the JSON of their checks: what a check does not use is left out of it.

    /// <summary>Further columns: of a pair, of a combination, or the one that gives the order.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Columns { get; init; }

    /// <summary>The lower bound of times, in UTC; null for numbers or no bound.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTime? Earliest { get; init; }

    /// <summary>The upper bound of times, in UTC; null for numbers or no bound.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTime? Latest { get; init; }

    /// <summary>The bounds that are excluded; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public StrictBounds? Strict { get; init; }

    /// <summary>How many of the patterns must match, or whether there may be no other columns.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MatchRule? Match { get; init; }

    /// <summary>Which rows a check of several columns leaves out; those with all of them null unless given.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MissingRule? Missing { get; init; }

    /// <summary>The quantiles with their ranges.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<QuantileRange>? Quantiles { get; init; }

    /// <summary>The distribution that is compared with.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DataPartition? Partition { get; init; }

    /// <summary>The other dataset that is compared with.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public OtherDataset? Other { get; init; }

    /// <summary>What it says besides.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public CheckPolicy? Policy { get; init; }
}

/// <summary>A quantile with the range, both ends included, in which its value must lie.</summary>
/// <param name="Quantile">From 0 to 1.</param>
/// <param name="Minimum">The lower bound; null for none.</param>
/// <param name="Maximum">The upper bound; null for none.</param>
public sealed record QuantileRange(double Quantile, double? Minimum, double? Maximum);

/// <summary>A distribution: values with their weights, or bins of numbers with theirs.</summary>
public sealed record DataPartition
{
    /// <summary>The values, as text; null for bins.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Values { get; init; }

    /// <summary>The edges of bins, ascending, one more than weights; the last bin includes its upper edge. Null for values.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<double>? Edges { get; init; }

    /// <summary>The weight of each value or bin; together 1.</summary>
    public IReadOnlyList<double> Weights { get; init; } = [];

    /// <summary>
    /// The weight that what lies outside of the partition shares; without it, such a value makes the divergence infinite.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? TailHoldout { get; init; }

    /// <summary>The weight that values or bins of weight 0 share.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? InternalHoldout { get; init; }
}

/// <summary>Another dataset that a check reads: by name at its newest version, or what another task gave.</summary>
/// <param name="Dataset">The dataset's name; null for an input.</param>
/// <param name="Input">Which of the gate's inputs, from 1; null for a name.</param>
/// <param name="Column">The column compared with; null for the whole.</param>
public sealed record OtherDataset(string? Dataset, int? Input, string? Column)
{
    /// <summary>What the evaluation calls it.</summary>
    public string Key => Dataset is { } name ? $"dataset {name}" : $"input {Input}";
}
