using System.Text.Json.Serialization;

namespace Workflow;

/// <summary>What a check finds where there is nothing to check.</summary>
public enum EmptyRule
{
    /// <summary>It fails.</summary>
    Fail,

    /// <summary>It passes.</summary>
    Pass,

    /// <summary>It fails with severity <see cref="Severity.Warn"/>.</summary>
    Warn,
}

/// <summary>What nulls are to a check of values.</summary>
public enum NullRule
{
    /// <summary>They are left out, before the share is taken.</summary>
    Ignore,

    /// <summary>They fail.</summary>
    CountAsBad,
}

/// <summary>Which rows a check of several columns leaves out.</summary>
public enum MissingRule
{
    /// <summary>Those in which all of the columns are null.</summary>
    All,

    /// <summary>Those in which any of the columns is null.</summary>
    Any,

    /// <summary>None.</summary>
    Never,
}

/// <summary>How many of several must match.</summary>
public enum MatchRule
{
    /// <summary>One is enough.</summary>
    Any,

    /// <summary>Every one.</summary>
    All,
}

/// <summary>Which bounds are excluded.</summary>
public enum StrictBounds
{
    /// <summary>The lower one.</summary>
    Minimum,

    /// <summary>The upper one.</summary>
    Maximum,

    /// <summary>Both.</summary>
    Both,
}

/// <summary>What a check says besides what it asserts. What is not said has the check's own default.</summary>
public sealed record CheckPolicy
{
    /// <summary>
    /// What it finds where there is nothing to check: checks of rows pass and aggregates fail unless this says otherwise.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public EmptyRule? OnEmpty { get; init; }

    /// <summary>What nulls are; left out unless this says otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public NullRule? Nulls { get; init; }

    /// <summary>The rows that are looked at: an SQL condition over the columns; all rows unless given.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Where { get; init; }

    /// <summary>The values that <see cref="Where"/> refers to as <c>$name</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, object>? Values { get; init; }

    /// <summary>The columns whose values are slices: the check must hold in each.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Slice { get; init; }

    /// <summary>The slices that must be there: values of the columns, joined with <c>/</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? ExpectedSlices { get; init; }

    /// <summary>Who answers for it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Owner { get; init; }

    /// <summary>Why it matters.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Meaning { get; init; }
}

/// <summary>Says what a check does besides what it asserts.</summary>
public sealed class CheckSettings
{
    internal CheckSettings()
    {
    }

    internal CheckPolicy Policy { get; private set; } = new();

    /// <summary>What the check finds where there is nothing to check.</summary>
    public CheckSettings OnEmpty(EmptyRule rule) => Set(Policy with { OnEmpty = rule });

    /// <summary>What nulls are to the check.</summary>
    public CheckSettings Nulls(NullRule rule) => Set(Policy with { Nulls = rule });

    /// <summary>Only rows for which an SQL condition over the columns holds are looked at.</summary>
    /// <param name="condition">Such as <c>payment_type = $card</c>.</param>
    /// <param name="values">The values that it refers to as <c>$name</c>.</param>
    public CheckSettings Where(string condition, IReadOnlyDictionary<string, object>? values = null) => string.IsNullOrWhiteSpace(condition)
        ? throw new DagDefinitionException("Where: the condition is empty; write an SQL condition over the columns, or leave Where out.")
        : Set(Policy with { Where = condition, Values = values });

    /// <summary>The check must hold for each value of a column, or each combination of several; each has a result of its own.</summary>
    public CheckSettings Slice(params string[] columns) => columns.Length == 0
        ? throw new DagDefinitionException("Slice: name at least one column.")
        : Set(Policy with { Slice = columns });

    /// <summary>The slices that must be there; one without rows fails. Values of several columns are joined with <c>/</c>.</summary>
    public CheckSettings Expect(params string[] slices) => Set(Policy with { ExpectedSlices = slices });

    /// <summary>Who answers for the check.</summary>
    public CheckSettings Owner(string owner) => Set(Policy with { Owner = owner });

    /// <summary>Why the check matters, shown beside its result.</summary>
    public CheckSettings Meaning(string meaning) => Set(Policy with { Meaning = meaning });

    private CheckSettings Set(CheckPolicy policy)
    {
        Policy = policy;
        return this;
    }
}
