namespace Workflow;

/// <summary>What a check does when it fails.</summary>
public enum Severity
{
    /// <summary>The verdict says so; the run goes on.</summary>
    Warn,

    /// <summary>The gate fails, and with it the run.</summary>
    Block,
}

/// <summary>The kinds of check; they follow Great Expectations' expectations of the same meaning.</summary>
public enum CheckKind
{
    /// <summary>Values are not null; the ratio is over all rows.</summary>
    NotNull,

    /// <summary>The share of nulls is at most <see cref="DataCheck.Maximum"/>.</summary>
    NullRate,

    /// <summary>Values lie between the bounds, both included; nulls are left out.</summary>
    Between,

    /// <summary>Values are in the set; nulls are left out.</summary>
    InSet,

    /// <summary>No value occurs twice; every occurrence of a double counts as failing; nulls are left out.</summary>
    Unique,

    /// <summary>The number of rows lies between the bounds.</summary>
    RowCount,
}

/// <summary>An assertion on a dataset version.</summary>
/// <param name="Kind">What is asserted.</param>
/// <param name="Column">The column; null for a check of the whole table.</param>
/// <param name="Minimum">The lower bound, included.</param>
/// <param name="Maximum">The upper bound, included.</param>
/// <param name="Values">The allowed values, as text.</param>
/// <param name="Mostly">The share of values, 0 to 1, that must pass; no values at all pass.</param>
/// <param name="Severity">What failing means.</param>
public sealed record DataCheck(
    CheckKind Kind, string? Column, double? Minimum = null, double? Maximum = null, IReadOnlyList<string>? Values = null, double Mostly = 1,
    Severity Severity = Severity.Block);

/// <summary>Collects the checks of a quality gate.</summary>
public sealed class QualityGate
{
    internal QualityGate()
    {
    }

    internal List<DataCheck> Checks { get; } = [];

    /// <summary>Values are not null.</summary>
    public QualityGate NotNull(string column, double mostly = 1, Severity severity = Severity.Block) =>
        Add(new(CheckKind.NotNull, column, Mostly: mostly, Severity: severity));

    /// <summary>At most this share of the rows, 0 to 1, is null.</summary>
    public QualityGate NullRate(string column, double atMost, Severity severity = Severity.Block) =>
        Add(new(CheckKind.NullRate, column, Maximum: atMost, Severity: severity));

    /// <summary>Values lie between the bounds, both included. Nulls are left out.</summary>
    public QualityGate Between(string column, double minimum, double maximum, double mostly = 1, Severity severity = Severity.Block) =>
        Add(new(CheckKind.Between, column, minimum, maximum, Mostly: mostly, Severity: severity));

    /// <summary>Values are among those given, compared as text. Nulls are left out.</summary>
    public QualityGate InSet(string column, IEnumerable<string> values, double mostly = 1, Severity severity = Severity.Block) =>
        Add(new(CheckKind.InSet, column, Values: [.. values], Mostly: mostly, Severity: severity));

    /// <summary>No value occurs twice. Nulls are left out.</summary>
    public QualityGate Unique(string column, double mostly = 1, Severity severity = Severity.Block) =>
        Add(new(CheckKind.Unique, column, Mostly: mostly, Severity: severity));

    /// <summary>The number of rows lies between the bounds, both included.</summary>
    public QualityGate RowCount(long minimum, long maximum = long.MaxValue, Severity severity = Severity.Block) =>
        Add(new(CheckKind.RowCount, null, minimum, maximum, Severity: severity));

    private QualityGate Add(DataCheck check)
    {
        if (check.Mostly is not (>= 0 and <= 1))
            throw new DagDefinitionException($"{check.Kind} on '{check.Column}': mostly must lie between 0 and 1, got {check.Mostly}.");
        if (check.Minimum > check.Maximum)
            throw new DagDefinitionException($"{check.Kind} on '{check.Column}': the minimum {check.Minimum} is above the maximum {check.Maximum}.");
        Checks.Add(check);
        return this;
    }
}
