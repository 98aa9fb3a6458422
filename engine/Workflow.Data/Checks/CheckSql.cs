using System.Globalization;
using Workflow.Data.DuckDb;

namespace Workflow.Data.Checks;

/// <summary>How a check is evaluated.</summary>
/// <param name="Index">Its place among the checks; keeps its terms and values apart from theirs.</param>
/// <param name="Threshold">The limit in words.</param>
internal sealed record CheckPlan(DataCheck Check, int Index, string Threshold)
{
    /// <summary>Why it cannot be evaluated; null when it can.</summary>
    public string? Problem { get; init; }

    /// <summary>A condition that is true for failing rows and false or null for others.</summary>
    public string Failing { get; init; } = "false";

    /// <summary>Counts failing rows where no plain aggregate can.</summary>
    public string? FailingQuery { get; init; }

    /// <summary>Whether nulls are judged too.</summary>
    public bool OverRows { get; init; }

    /// <summary>What is wrong with failing rows, in words that follow "3 of 10 values of 'x'".</summary>
    public string Complaint { get; init; } = "";

    /// <summary>The values that its SQL refers to.</summary>
    public IReadOnlyDictionary<string, object?> Values { get; init; } = new Dictionary<string, object?>();

    public string ValuesTerm => string.Create(CultureInfo.InvariantCulture, $"values_{Index}");

    public string FailingTerm => string.Create(CultureInfo.InvariantCulture, $"failing_{Index}");

    /// <summary>Its part of the one scan.</summary>
    public IEnumerable<string> Aggregates
    {
        get
        {
            if (Check.Kind == CheckKind.RowCount)
                yield break;
            yield return $"count({(OverRows ? "*" : Sql.Name(Check.Column!))}) AS {ValuesTerm}";
            if (FailingQuery is null)
                yield return $"count(*) FILTER ({Failing}) AS {FailingTerm}";
        }
    }
}

/// <summary>Puts checks into SQL.</summary>
internal static class CheckSql
{
    public const string View = "checked";

    public static CheckPlan Plan(DataCheck check, int index, IReadOnlyList<Column> schema)
    {
        var plan = new CheckPlan(check, index, Threshold(check));
        if (check.Kind == CheckKind.RowCount)
            return plan;
        if (schema.FirstOrDefault(column => column.Name == check.Column) is not { } found)
        {
            var known = string.Join(", ", schema.Select(column => column.Name));
            return plan with { Problem = $"There is no column '{check.Column}'; the columns are {known}." };
        }

        var name = Sql.Name(found.Name);
        return check.Kind switch
        {
            CheckKind.NotNull or CheckKind.NullRate => plan with { OverRows = true, Failing = $"{name} IS NULL", Complaint = "are null" },
            CheckKind.Between => Between(plan, found),
            CheckKind.InSet => InSet(plan, name),
            CheckKind.Unique => Unique(plan, name),
            _ => throw new ArgumentOutOfRangeException(nameof(check), check.Kind, "No such check."),
        };
    }

    private static CheckPlan Between(CheckPlan plan, Column column)
    {
        if (!Profiler.IsNumeric(column.Type))
            return plan with { Problem = $"Column '{column.Name}' is {column.Type}: only numbers lie between bounds." };

        // NaN is greater than every number in DuckDB, and infinity may be within an open bound: neither is a value between bounds.
        var number = $"CAST({Sql.Name(column.Name)} AS DOUBLE)";
        var (low, high) = ($"low_{plan.Index}", $"high_{plan.Index}");
        return plan with
        {
            Failing = $"NOT (isfinite({number}) AND {number} >= ${low} AND {number} <= ${high})",
            Complaint = "lie outside",
            Values = new Dictionary<string, object?>
            {
                [low] = plan.Check.Minimum ?? double.NegativeInfinity,
                [high] = plan.Check.Maximum ?? double.PositiveInfinity,
            },
        };
    }

    private static CheckPlan InSet(CheckPlan plan, string name)
    {
        var allowed = plan.Check.Values ?? [];
        var parameters = allowed.Select((_, index) => $"allowed_{plan.Index}_{index}").ToList();
        return plan with
        {
            // An empty set holds nothing, and IN () is no SQL.
            Failing = allowed.Count == 0
                ? $"{name} IS NOT NULL"
                : $"CAST({name} AS VARCHAR) NOT IN ({string.Join(", ", parameters.Select(parameter => "$" + parameter))})",
            Complaint = "are not in the set",
            Values = parameters.Zip(allowed).ToDictionary(pair => pair.First, pair => (object?)pair.Second),
        };
    }

    private static CheckPlan Unique(CheckPlan plan, string name)
    {
        var groups = $"SELECT {name}, count(*) AS n FROM {View} WHERE {name} IS NOT NULL GROUP BY {name} HAVING count(*) > 1";
        return plan with
        {
            Failing = $"{name} IN (SELECT {name} FROM ({groups}))",
            FailingQuery = $"SELECT coalesce(sum(n), 0)::BIGINT AS failing FROM ({groups})",
            Complaint = "occur more than once",
        };
    }

    private static string Threshold(DataCheck check)
    {
        string Number(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? "";
        string Range(string low, string high) => (check.Minimum, check.Maximum) switch
        {
            (null, null) => "finite",
            ({ } minimum, null) => $">= {Number(minimum)}",
            (null, { } maximum) => $"<= {Number(maximum)}",
            _ => $"in [{low}, {high}]",
        };
        var mostly = check.Mostly == 1 ? "all" : $">= {Number(check.Mostly)} of";
        return check.Kind switch
        {
            CheckKind.NotNull => $"{mostly} rows not null",
            CheckKind.NullRate => $"<= {Number(check.Maximum)} of rows null",
            CheckKind.Between => $"{mostly} values {Range(Number(check.Minimum), Number(check.Maximum))}",
            CheckKind.InSet => $"{mostly} values in {{{string.Join(", ", check.Values ?? [])}}}",
            CheckKind.Unique => $"{mostly} values unique",
            CheckKind.RowCount when check.Maximum >= long.MaxValue => $">= {Number(check.Minimum)} rows",
            _ => $"rows {Range(Number(check.Minimum), Number(check.Maximum))}",
        };
    }
}
