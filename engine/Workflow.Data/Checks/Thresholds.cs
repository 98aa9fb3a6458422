using System.Globalization;
using Workflow.Runs;

namespace Workflow.Data.Checks;

/// <summary>Limits in words.</summary>
internal static class Thresholds
{
    /// <summary>What a check is about, in words.</summary>
    public static string Subject(DataCheck check) => Columns.All(check) is { Count: > 0 } columns && !IsOrdered(check)
        ? string.Join(", ", columns.Select(column => $"'{column}'"))
        : check.Column is { } column ? $"'{column}'" : "The dataset";

    public static string Number(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? "";

    /// <summary>
    /// What was measured, to six digits; to all of them where those would read as if a check that fails passed, or the other way round.
    /// </summary>
    public static string Measured(double value, Func<double, bool> passes)
    {
        var digits = 5 - (int)Math.Floor(Math.Log10(Math.Abs(value)));
        if (!double.IsFinite(value) || value == 0 || digits > 15)
            return Number(value);
        var rounded = Math.Round(value, Math.Max(0, digits));
        return Number(passes(rounded) == passes(value) ? rounded : value);
    }

    /// <summary>A check's limit.</summary>
    public static string Of(DataCheck check)
    {
        var mostly = check.Mostly == 1 ? "all" : $">= {Number(check.Mostly)} of";
        var values = string.Join(", ", check.Values ?? []);
        var several = check.Values is { Count: > 1 } ? check.Match == MatchRule.All ? "all of " : "one of " : "";
        return check.Kind switch
        {
            CheckKind.NotNull => $"{mostly} rows not null",
            CheckKind.Null => $"{mostly} rows null",
            CheckKind.NullRate => $"<= {Number(check.Maximum)} of rows null",
            CheckKind.Between => $"{mostly} values {Range(check, "finite")}",
            CheckKind.InSet => $"{mostly} values in {{{values}}}",
            CheckKind.NotInSet => $"{mostly} values not in {{{values}}}",
            CheckKind.Unique or CheckKind.CompoundUnique => $"{mostly} values unique",
            CheckKind.OfType => $"type {(check.Values is { Count: > 1 } ? "one of " : "")}{values}",
            CheckKind.MatchesRegex or CheckKind.Like => $"{mostly} values match {several}{values}",
            CheckKind.NotMatchesRegex or CheckKind.NotLike => $"{mostly} values match none of {values}",
            CheckKind.LengthBetween => $"{mostly} lengths {Range(check, "any")}",
            CheckKind.DateParseable => $"{mostly} values dates",
            CheckKind.MatchesFormat => $"{mostly} values like {values}",
            CheckKind.JsonParseable => $"{mostly} values JSON",
            CheckKind.MatchesJsonSchema => $"{mostly} values as the JSON schema says",
            CheckKind.Increasing or CheckKind.Decreasing =>
                $"{mostly} values {(check.Strict is null ? "" : "strictly ")}{check.Kind.Name()}{(check.Columns is [var by] ? $" by {by}" : "")}",
            CheckKind.ZScoreBelow => $"{mostly} {(check.Match == MatchRule.All ? "absolute " : "")}z-scores < {Number(check.Maximum)}",
            CheckKind.ExistsIn => $"{mostly} values in '{check.Other?.Column}' of {check.Other?.Key}",
            CheckKind.PairEqual => $"{mostly} rows equal",
            CheckKind.PairGreater => $"{mostly} rows {(check.Strict is null ? ">=" : ">")}",
            CheckKind.PairInSet =>
                $"{mostly} rows in {{{string.Join(", ", (check.Values ?? []).Chunk(2).Select(pair => $"({string.Join(", ", pair)})"))}}}",
            CheckKind.UniqueWithinRow => $"{mostly} rows without a value twice",
            CheckKind.RowSumEquals => $"{mostly} rows adding up to {Number(check.Maximum)}",
            CheckKind.RowCount when check.Maximum >= long.MaxValue => $">= {Number(check.Minimum)} rows",
            CheckKind.RowCount => $"rows {Range(check, "any")}",
            CheckKind.RowCountEqualsOther => $"the rows of {check.Other?.Key}",
            CheckKind.ColumnCount => $"columns {Range(check, "any")}",
            CheckKind.ColumnsMatchSet => $"columns {{{values}}}{(check.Match == MatchRule.All ? "" : " among them")}",
            CheckKind.ColumnsInOrder => $"columns {values} in this order",
            CheckKind.ColumnExists => $"a column '{check.Column}'",
            CheckKind.UnexpectedRows => "no rows",
            CheckKind.QuantilesBetween => string.Join(", ", (check.Quantiles ?? []).Select(
                each => $"quantile {Number(each.Quantile)} {Range(Text(each.Minimum), Text(each.Maximum), null, "any")}")),
            CheckKind.DistinctInSet or CheckKind.MostCommonInSet => $"in {{{values}}}",
            CheckKind.DistinctEqualSet => $"= {{{values}}}",
            CheckKind.DistinctContainSet => $"holds {{{values}}}",
            CheckKind.ShareBetween => $"share of '{values}' {Range(check, "any")}",
            CheckKind.KlDivergenceBelow => $"divergence <= {Number(check.Maximum)}",
            CheckKind.ChiSquareAbove or CheckKind.KolmogorovSmirnovAbove => $"p >= {Number(check.Minimum)}",
            _ => $"{check.Kind.Name()[..^"_between".Length].Replace('_', ' ')} {Range(check, "any")}",
        };
    }

    private static bool IsOrdered(DataCheck check) => check.Kind is CheckKind.Increasing or CheckKind.Decreasing;

    private static string? Time(DateTime? time) => time?.ToString("yyyy-MM-dd HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture);

    private static string Range(DataCheck check, string open) => Range(
        Time(check.Earliest) ?? Text(check.Minimum), Time(check.Latest) ?? Text(check.Maximum), check.Strict, open);

    private static string? Text(double? number) => number is null ? null : Number(number);

    private static string Range(string? minimum, string? maximum, StrictBounds? strict, string open)
    {
        var (low, high) = (strict is StrictBounds.Minimum or StrictBounds.Both, strict is StrictBounds.Maximum or StrictBounds.Both);
        return (minimum, maximum) switch
        {
            (null, null) => open,
            (_, null) => $"{(low ? ">" : ">=")} {minimum}",
            (null, _) => $"{(high ? "<" : "<=")} {maximum}",
            _ => $"in {(low ? "(" : "[")}{minimum}, {maximum}{(high ? ")" : "]")}",
        };
    }
}
