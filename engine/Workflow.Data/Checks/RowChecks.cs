using System.Globalization;
using Workflow.Data.DuckDb;
using Workflow.Runs;
using Workflow.Schemas;

namespace Workflow.Data.Checks;

/// <summary>Checks of single rows: a condition that is true for a failing one. Their shares and messages come out the same way.</summary>
internal static class RowChecks
{
    /// <summary>The condition of a check; null when it is of another shape.</summary>
    /// <exception cref="CheckProblemException">It cannot be made.</exception>
    public static RowCondition? Of(DataCheck check, CheckRows rows, CheckScan scan)
    {
        if (check.Column is { } column && OfColumn(check, column, rows, scan) is { } found)
            return found;
        return OfColumns(check, rows, scan);
    }

    /// <summary>Plans a check from its condition.</summary>
    public static CheckPlan Plan(DataCheck check, string rows, string? slice, RowCondition condition, CheckScan scan)
    {
        var bad = check.Policy?.Nulls == NullRule.CountAsBad && !condition.OverRows && check.Column is not null;
        var present = Conditions.And(rows, condition.Evaluated);
        var evaluated = bad ? rows : present;
        var failing = Conditions.And(evaluated, bad ? $"NOT ({condition.Evaluated}) OR ({condition.Failing})" : condition.Failing);
        var values = scan.Count(evaluated);
        var filled = scan.Count(present);
        var count = condition.Count is { } special ? () => special() + values() - filled() : scan.Count(failing);
        Finding Judge() => RowChecks.Judge(check, condition.OverRows || bad, condition.Complaint, values(), count());
        return new CheckPlan(check, rows, slice, scan.Count(rows), Judge)
        {
            Failing = failing,
        };
    }

    private static Finding Judge(DataCheck check, bool overRows, string complaint, long values, long failing)
    {
        // Shares are compared, not counts: 55 of 100 rounds to the same double as 0.55, while 0.55 * 100 is a little more than 55.
        var nullRate = check.Kind == CheckKind.NullRate;
        var share = values == 0 ? (nullRate ? 0 : 1) : (double)(nullRate ? failing : values - failing) / values;
        var passes = nullRate ? share <= check.Maximum : values == 0 || share >= check.Mostly;
        var message = values == 0
            ? $"{Thresholds.Subject(check)} has no values to check."
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{failing} of {values} {(overRows ? "rows" : "values")} of {Thresholds.Subject(check)} {complaint}; "
                + $"allowed: {Thresholds.Of(check)}.");
        return new Finding(passes, share, failing, message) { IsEmpty = values == 0 };
    }

    private static RowCondition? OfColumn(DataCheck check, string column, CheckRows rows, CheckScan scan)
    {
        var name = Sql.Name(column);
        var text = $"CAST({name} AS VARCHAR)";
        var present = $"{name} IS NOT NULL";
        var values = check.Values ?? [];
        RowCondition Value(string failing, string complaint) => new(present, failing, complaint);
        IEnumerable<string> Each(Func<string, string> of) => values.Select(value => of(scan.Bind(value)));
        string AnyOrAll(IEnumerable<string> matches) => check.Match == MatchRule.All ? Conditions.All(matches) : Conditions.Any(matches);
        switch (check.Kind)
        {
            case CheckKind.NotNull or CheckKind.NullRate:
                return new(Conditions.True, $"{name} IS NULL", "are null") { OverRows = true };
            case CheckKind.Null:
                return new(Conditions.True, present, "are not null") { OverRows = true };
            case CheckKind.Between:
                return Bounded(check, column, rows.All, scan);
            case CheckKind.InSet:
                return Value($"NOT ({Member(check, column, scan)})", "are not in the set");
            case CheckKind.NotInSet:
                return Value(Member(check, column, scan), "are in the set");
            case CheckKind.MatchesRegex:
                return Value($"NOT ({AnyOrAll(Each(pattern => $"regexp_matches({text}, {pattern})"))})", "do not match");
            case CheckKind.NotMatchesRegex:
                return Value(Conditions.Any(Each(pattern => $"regexp_matches({text}, {pattern})")), "match");
            case CheckKind.Like:
                return Value($"NOT ({AnyOrAll(Each(pattern => $"{text} LIKE {pattern}"))})", "do not match");
            case CheckKind.NotLike:
                return Value(Conditions.Any(Each(pattern => $"{text} LIKE {pattern}")), "match");
            case CheckKind.LengthBetween:
                return Value($"NOT ({Within($"length({text})", check, scan)})", "have another length");
            case CheckKind.DateParseable:
                return Value($"try_cast({text} AS TIMESTAMP) IS NULL", "are no dates");
            case CheckKind.MatchesFormat:
                return Value(Conditions.All(Each(format => $"try_strptime({text}, {format}) IS NULL")), "do not match");
            case CheckKind.JsonParseable:
                return Value($"NOT json_valid({text})", "are no JSON");
            case CheckKind.MatchesJsonSchema:
                var schema = JsonSchema.Parse(values[0]);
                var places = scan.Places(column, values[0], schema.Describes);
                return Value($"{Columns.RowNumber} IN (SELECT place FROM {places})", "do not match");
            case CheckKind.ZScoreBelow:
                return ZScore(check, column, rows, scan);
            case CheckKind.Unique:
                return Repeated([column], present, rows, scan);
            case CheckKind.ExistsIn:
                var known = Columns.Other(check, scan);
                return Value($"{name} NOT IN (SELECT value FROM {known})", "do not exist there");
            case CheckKind.Increasing or CheckKind.Decreasing:
                return Ordered(check, column, rows, scan);
            default:
                return null;
        }
    }

    private static RowCondition? OfColumns(DataCheck check, CheckRows rows, CheckScan scan)
    {
        var columns = Columns.All(check);
        var names = columns.Select(Sql.Name).ToList();
        var evaluated = check.Missing switch
        {
            MissingRule.Never => Conditions.True,
            MissingRule.Any => Conditions.All(names.Select(name => $"{name} IS NOT NULL")),
            _ => Conditions.Any(names.Select(name => $"{name} IS NOT NULL")),
        };
        RowCondition Row(string failing, string complaint) => new(evaluated, failing, complaint) { OverRows = true };
        switch (check.Kind)
        {
            case CheckKind.PairEqual:
                return Row($"{names[0]} IS DISTINCT FROM {names[1]}", "differ");
            case CheckKind.PairGreater:
                return Row($"NOT coalesce({names[0]} {(check.Strict is null ? ">=" : ">")} {names[1]}, false)", "are not greater");
            case CheckKind.PairInSet:
                var pairs = check.Values!.Chunk(2).Select(pair => string.Join(" AND ", names.Zip(pair, (name, value) =>
                    $"CAST({name} AS VARCHAR) IS NOT DISTINCT FROM {scan.Bind(value)}")));
                return Row($"NOT ({Conditions.Any(pairs)})", "are not in the set");
            case CheckKind.UniqueWithinRow:
                return Row(
                    Conditions.Any(names.SelectMany(
                        (name, index) => names.Skip(index + 1).Select(other => $"{name} IS NOT DISTINCT FROM {other}"))),
                    "hold a value twice");
            case CheckKind.RowSumEquals:
                foreach (var each in columns)
                    Columns.Number(check, each, scan.Schema, "only numbers add up");
                var type = Columns.Summed(columns, check.Maximum!.Value, scan.Schema);
                var numbers = columns.Select(each => $"CAST(coalesce({Sql.Name(each)}, 0) AS {type})");
                var total = $"CAST({scan.Bind(Thresholds.Number(check.Maximum))} AS {type})";
                return Row($"{string.Join(" + ", numbers)} <> {total}", "add up to something else");
            case CheckKind.CompoundUnique:
                return Repeated(columns, evaluated, rows, scan) with { OverRows = true };
            default:
                return null;
        }
    }

    /// <summary>
    /// Bounds of the column answer for bounds of its values: only where they lie outside are failing rows counted, in a scan of their own.
    /// So many checks of one column that holds what it should cost no more than its least and greatest value.
    /// </summary>
    private static RowCondition Bounded(DataCheck check, string column, string rows, CheckScan scan)
    {
        var present = $"{Sql.Name(column)} IS NOT NULL";
        if (Columns.HasTimes(check))
        {
            var time = Columns.Time(check, column, scan.Schema);
            return new(present, $"NOT (isfinite({time}) AND {Within(time, check, scan)})", "lie outside");
        }

        // NaN is greater than every number in DuckDB, and infinity may be within an open bound: neither is a value between bounds.
        var number = Columns.Number(check, column, scan.Schema, "only numbers lie between bounds");
        var failing = check is { Minimum: not null, Maximum: not null }
            ? $"NOT ({Within(number, check, scan)})"
            : $"NOT (isfinite({number}) AND {Within(number, check, scan)})";
        var extremes = new[] { "min", "max" }.Select(function => ColumnChecks.Measure(function, Sql.Name(column), rows, scan)).ToList();
        return new(present, failing, "lie outside")
        {
            Count = () => extremes.TrueForAll(
                extreme => extreme() is { } value && double.IsFinite(value) && ColumnChecks.IsWithin(check, value))
                ? 0
                : scan.Query($"SELECT count(*) AS n FROM {CheckScan.View} WHERE {Conditions.And(rows, present, failing)}")[0].Long("n"),
        };
    }

    /// <summary>
    /// Values of whole numbers are compared as such, which a text that is no whole number in its plain form never equals.
    /// </summary>
    private static string Member(DataCheck check, string column, CheckScan scan)
    {
        var isWhole = Columns.IsWhole(scan.Schema.First(each => each.Name == column).Type);
        var values = isWhole
            ? check.Values!
                .Where(value => long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                    && number.ToString(CultureInfo.InvariantCulture) == value)
                .Select(value => scan.Bind(long.Parse(value, CultureInfo.InvariantCulture)))
            : check.Values!.Select(value => scan.Bind(value));
        var list = string.Join(", ", values);

        // A subquery is hashed; a plain list is compared value by value.
        return list.Length == 0
            ? "false"
            : $"{(isWhole ? Sql.Name(column) : $"CAST({Sql.Name(column)} AS VARCHAR)")} IN (SELECT unnest([{list}]))";
    }

    /// <summary>Whether a number or a time lies between the bounds of a check, as a condition.</summary>
    internal static string Within(string value, DataCheck check, CheckScan scan)
    {
        object? minimum = check.Earliest is { } earliest ? earliest : check.Minimum;
        object? maximum = check.Latest is { } latest ? latest : check.Maximum;
        var low = check.Strict is StrictBounds.Minimum or StrictBounds.Both ? ">" : ">=";
        var high = check.Strict is StrictBounds.Maximum or StrictBounds.Both ? "<" : "<=";
        return Conditions.And(
            minimum is null ? Conditions.True : $"{value} {low} {scan.Bind(minimum)}",
            maximum is null ? Conditions.True : $"{value} {high} {scan.Bind(maximum)}");
    }

    private static RowCondition ZScore(DataCheck check, string column, CheckRows rows, CheckScan scan)
    {
        var number = Columns.Number(check, column, scan.Schema, "only numbers have a deviation");
        var moments = scan.Table(
            $"""
            SELECT {rows.Keys}avg({number}) AS workflow_mean, nullif(stddev_samp({number}), 0) AS workflow_deviation
            FROM {CheckScan.View} WHERE {Conditions.And(rows.Where, $"isfinite({number})")} GROUP BY ALL
            """);
        string Moment(string name) => $"(SELECT workflow_{name} FROM {moments} WHERE {rows.Slice})";
        var score = $"({number} - {Moment("mean")}) / {Moment("deviation")}";
        var limit = scan.Bind(check.Maximum);
        return new(
            $"{Sql.Name(column)} IS NOT NULL",
            $"NOT isfinite({number}) OR coalesce({(check.Match == MatchRule.All ? $"abs({score})" : score)} >= {limit}, false)",
            "lie too far from the mean");
    }

    /// <summary>Every occurrence of a double fails. Two nulls are the same value where nulls count at all.</summary>
    private static RowCondition Repeated(IReadOnlyList<string> columns, string evaluated, CheckRows rows, CheckScan scan)
    {
        var doubles = scan.Groups(columns, rows, evaluated, "HAVING count(*) > 1");
        var same = columns.Select((column, index) => string.Create(
            CultureInfo.InvariantCulture, $"{doubles}.workflow_{index} IS NOT DISTINCT FROM {CheckScan.View}.{Sql.Name(column)}"));
        return new(evaluated, $"EXISTS (SELECT 1 FROM {doubles} WHERE {Conditions.And([rows.Slice, .. same])})", "occur more than once")
        {
            Count = () => scan.Query($"SELECT coalesce(sum(workflow_n), 0)::BIGINT AS n FROM {doubles} WHERE {rows.Slice}")[0].Long("n"),
        };
    }

    private static RowCondition Ordered(DataCheck check, string column, CheckRows rows, CheckScan scan)
    {
        var name = Sql.Name(column);
        var order = check.Columns is [var by] ? $"{Sql.Name(by)}, {Columns.RowNumber}" : Columns.RowNumber;
        var wrong = (check.Kind, check.Strict) switch
        {
            (CheckKind.Increasing, null) => "<",
            (CheckKind.Increasing, _) => "<=",
            (_, null) => ">",
            _ => ">=",
        };
        var before = $"lag({name}) OVER ({rows.Partition}ORDER BY {order})";
        var failing = scan.Table(
            $"""
            SELECT {rows.Names}workflow_place
            FROM (SELECT {rows.Keys}{Columns.RowNumber} AS workflow_place, {name} {wrong} {before} AS workflow_failing
            FROM {CheckScan.View} WHERE {Conditions.And(rows.Where, $"{name} IS NOT NULL")}) WHERE workflow_failing
            """);
        return new($"{name} IS NOT NULL", $"{Columns.RowNumber} IN (SELECT workflow_place FROM {failing})", "are out of order")
        {
            Count = () => scan.Query($"SELECT count(*) AS n FROM {failing} WHERE {rows.Slice}")[0].Long("n"),
        };
    }
}
