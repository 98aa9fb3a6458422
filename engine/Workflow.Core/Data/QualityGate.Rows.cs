namespace Workflow;

/// <content>Checks of several columns, of the table, and against other datasets.</content>
public sealed partial class QualityGate
{
    /// <summary>The number of rows lies between the bounds, both included.</summary>
    public QualityGate RowCount(long minimum, long maximum = long.MaxValue, Severity severity = Severity.Block) =>
        Add(new(CheckKind.RowCount, null, minimum, maximum, Severity: severity));

    /// <summary>The number of rows is this or more.</summary>
    public QualityGate RowCount(long minimum, Action<CheckSettings> with, Severity severity = Severity.Block) =>
        RowCount(minimum, long.MaxValue, with, severity);

    /// <inheritdoc cref="RowCount(long, long, Severity)" />
    public QualityGate RowCount(long minimum, long maximum, Action<CheckSettings> with, Severity severity = Severity.Block) =>
        Add(new(CheckKind.RowCount, null, minimum, maximum, Severity: severity), with);

    /// <summary>Two columns are equal in each row.</summary>
    public QualityGate PairEqual(
        string first, string second, MissingRule missing = MissingRule.All,
        double mostly = 1, Severity severity = Severity.Block, Action<CheckSettings>? with = null) =>
        Add(new(CheckKind.PairEqual, first, Mostly: mostly, Severity: severity) { Columns = [second], Missing = missing }, with);

    /// <summary>The first column is greater than the second in each row, or equal to it if allowed; with a null it is not.</summary>
    public QualityGate PairGreater(
        string first, string second, bool orEqual = false, MissingRule missing = MissingRule.All,
        double mostly = 1, Severity severity = Severity.Block, Action<CheckSettings>? with = null) =>
        Add(
            new(CheckKind.PairGreater, first, Mostly: mostly, Severity: severity)
            {
                Columns = [second],
                Missing = missing,
                Strict = orEqual ? null : StrictBounds.Both,
            },
            with);

    /// <summary>The pair of two columns is among those given, compared as text.</summary>
    public QualityGate PairInSet(
        string first, string second, IEnumerable<(string First, string Second)> pairs, MissingRule missing = MissingRule.All,
        double mostly = 1, Severity severity = Severity.Block, Action<CheckSettings>? with = null) =>
        Add(
            new(CheckKind.PairInSet, first, Values: [.. pairs.SelectMany(pair => new[] { pair.First, pair.Second })], Mostly: mostly,
                Severity: severity)
            {
                Columns = [second],
                Missing = missing,
            },
            with);

    /// <summary>No combination of the columns occurs twice.</summary>
    public QualityGate CompoundUnique(
        IEnumerable<string> columns, MissingRule missing = MissingRule.All,
        double mostly = 1, Severity severity = Severity.Block, Action<CheckSettings>? with = null) =>
        Add(new(CheckKind.CompoundUnique, null, Mostly: mostly, Severity: severity) { Columns = [.. columns], Missing = missing }, with);

    /// <summary>Within each row, no value occurs twice in the columns.</summary>
    public QualityGate UniqueWithinRow(
        IEnumerable<string> columns, MissingRule missing = MissingRule.All,
        double mostly = 1, Severity severity = Severity.Block, Action<CheckSettings>? with = null) =>
        Add(new(CheckKind.UniqueWithinRow, null, Mostly: mostly, Severity: severity) { Columns = [.. columns], Missing = missing }, with);

    /// <summary>Within each row, the columns add up to a total; nulls count as 0.</summary>
    public QualityGate RowSumEquals(
        IEnumerable<string> columns, double total, MissingRule missing = MissingRule.All,
        double mostly = 1, Severity severity = Severity.Block, Action<CheckSettings>? with = null) =>
        Add(
            new(CheckKind.RowSumEquals, null, Maximum: total, Mostly: mostly, Severity: severity)
            {
                Columns = [.. columns],
                Missing = missing,
            },
            with);

    /// <summary>Values exist in a column of another dataset, at its newest version. Nulls are left out.</summary>
    public QualityGate ExistsIn(
        string column, string dataset, string otherColumn,
        double mostly = 1, Severity severity = Severity.Block, Action<CheckSettings>? with = null) =>
        Add(
            new(CheckKind.ExistsIn, column, Mostly: mostly, Severity: severity) { Other = new OtherDataset(dataset, null, otherColumn) },
            with);

    /// <summary>Values exist in a column of what another task gave. Nulls are left out.</summary>
    public QualityGate ExistsIn(
        string column, TaskHandle<DatasetVersion> other, string otherColumn,
        double mostly = 1, Severity severity = Severity.Block, Action<CheckSettings>? with = null) =>
        Add(new(CheckKind.ExistsIn, column, Mostly: mostly, Severity: severity) { Other = Other(other, otherColumn) }, with);

    /// <summary>There is exactly this number of rows.</summary>
    public QualityGate RowCountEquals(long rows, Severity severity = Severity.Block, Action<CheckSettings>? with = null) =>
        Add(new(CheckKind.RowCount, null, rows, rows, Severity: severity), with);

    /// <summary>There are as many rows as in another dataset, at its newest version.</summary>
    public QualityGate RowCountEqualsOther(string dataset, Severity severity = Severity.Block, Action<CheckSettings>? with = null) =>
        Add(new(CheckKind.RowCountEqualsOther, null, Severity: severity) { Other = new OtherDataset(dataset, null, null) }, with);

    /// <summary>There are as many rows as in what another task gave.</summary>
    public QualityGate RowCountEqualsOther(
        TaskHandle<DatasetVersion> other, Severity severity = Severity.Block, Action<CheckSettings>? with = null) =>
        Add(new(CheckKind.RowCountEqualsOther, null, Severity: severity) { Other = Other(other, null) }, with);

    /// <summary>The number of columns lies between the bounds, both included; null for none.</summary>
    public QualityGate ColumnCount(int? minimum, int? maximum, Severity severity = Severity.Block, Action<CheckSettings>? with = null) =>
        Add(new(CheckKind.ColumnCount, null, minimum, maximum, Severity: severity), with);

    /// <summary>The columns are those of the set, in any order; if not exactly, there may be more.</summary>
    public QualityGate ColumnsMatchSet(
        IEnumerable<string> columns, bool exactly = true,
        Severity severity = Severity.Block, Action<CheckSettings>? with = null) =>
        Add(
            new(CheckKind.ColumnsMatchSet, null, Values: [.. columns], Severity: severity) { Match = exactly ? MatchRule.All : null },
            with);

    /// <summary>The columns are those of the list, in its order.</summary>
    public QualityGate ColumnsInOrder(
        IEnumerable<string> columns, Severity severity = Severity.Block, Action<CheckSettings>? with = null) =>
        Add(new(CheckKind.ColumnsInOrder, null, Values: [.. columns], Severity: severity), with);

    /// <summary>There is such a column.</summary>
    public QualityGate ColumnExists(string column, Severity severity = Severity.Block, Action<CheckSettings>? with = null) =>
        Add(new(CheckKind.ColumnExists, column, Severity: severity), with);

    /// <summary>One <c>SELECT</c> over <c>input</c>, in DuckDB's SQL, gives no rows: those that it gives are the unexpected ones.</summary>
    public QualityGate UnexpectedRows(string sql, Severity severity = Severity.Block, Action<CheckSettings>? with = null) =>
        Add(new(CheckKind.UnexpectedRows, null, Values: [sql], Severity: severity), with);
}
