using System.Globalization;
using System.Text.RegularExpressions;
using Workflow.Data.DuckDb;

namespace Workflow.Data.Checks;

/// <summary>A check that cannot be made as it is written; it fails with this message.</summary>
internal sealed class CheckProblemException(string message) : WorkflowException(message);

/// <summary>The columns of checks.</summary>
internal static partial class Columns
{
    /// <summary>Gives a row's place in its file, where a check needs it.</summary>
    public const string RowNumber = "workflow_row";

    /// <summary>The columns that a check names, in its order.</summary>
    public static IReadOnlyList<string> All(DataCheck check) =>
        [.. check.Column is { } column ? [column] : Array.Empty<string>(), .. check.Columns ?? []];

    /// <summary>Refuses columns that there are not.</summary>
    public static void Require(IEnumerable<string> names, IReadOnlyList<Column> schema)
    {
        foreach (var name in names)
        {
            if (schema.All(column => column.Name != name))
            {
                throw new CheckProblemException(
                    $"There is no column '{name}'; the columns are {string.Join(", ", schema.Select(column => column.Name))}.");
            }
        }
    }

    /// <summary>Whether a type holds whole numbers that fit a long.</summary>
    public static bool IsWhole(string type) =>
        type is "TINYINT" or "SMALLINT" or "INTEGER" or "BIGINT" or "UTINYINT" or "USMALLINT" or "UINTEGER";

    /// <summary>A type in which sums of columns and a number that they are held against are exact; DOUBLE where there is none.</summary>
    public static string Summed(IReadOnlyList<string> columns, double number, IReadOnlyList<Column> schema)
    {
        const int width = 38;

        // A sum may have some digits more than what is added.
        const int mostDigits = width - 3;
        var digits = columns.Select(column => Digits(schema.First(each => each.Name == column).Type)).Append(Digits(number)).ToList();
        var (whole, scale) = (digits.Max(each => each?.Whole), digits.Max(each => each?.Scale));
        return digits.TrueForAll(each => each is not null) && whole + scale <= mostDigits
            ? string.Create(CultureInfo.InvariantCulture, $"DECIMAL({width}, {scale})")
            : "DOUBLE";
    }

    /// <summary>A numeric column as a double.</summary>
    public static string Number(DataCheck check, string column, IReadOnlyList<Column> schema, string why)
    {
        ArgumentNullException.ThrowIfNull(check);
        var type = schema.First(each => each.Name == column).Type;
        return Profiler.IsNumeric(type)
            ? $"CAST({Sql.Name(column)} AS DOUBLE)"
            : throw new CheckProblemException($"Column '{column}' is {type}: {why}.");
    }

    /// <summary>A column of dates or times as a time in UTC, which is the session's zone.</summary>
    public static string Time(DataCheck check, string column, IReadOnlyList<Column> schema)
    {
        ArgumentNullException.ThrowIfNull(check);
        var type = schema.First(each => each.Name == column).Type;
        return type == "DATE" || type.StartsWith("TIMESTAMP", StringComparison.Ordinal)
            ? $"CAST({Sql.Name(column)} AS TIMESTAMP)"
            : throw new CheckProblemException($"Column '{column}' is {type}: only dates and times lie between times.");
    }

    /// <summary>Whether the bounds of a check are times.</summary>
    public static bool HasTimes(DataCheck check) => check.Earliest is not null || check.Latest is not null;

    /// <summary>The name of the other dataset's view.</summary>
    public static string OtherView(OtherDataset other) => $"other {other.Key}";

    /// <summary>A table of the values of the other dataset's column.</summary>
    public static string Other(DataCheck check, CheckScan scan)
    {
        var column = Sql.Name(check.Other!.Column!);
        return scan.Table($"SELECT DISTINCT {column} AS value FROM {Sql.Name(OtherView(check.Other))} WHERE {column} IS NOT NULL");
    }

    /// <summary>How many digits a type has before the point and after it; null where not all of them are exact.</summary>
    private static (int Whole, int Scale)? Digits(string type)
    {
        const int ofLong = 19;
        if (IsWhole(type))
            return (ofLong, 0);
        if (Decimal().Match(type) is not { Success: true } match)
            return null;
        var scale = int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture);
        return (int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) - scale, scale);
    }

    private static (int Whole, int Scale)? Digits(double number) =>
        decimal.TryParse(Thresholds.Number(number), NumberStyles.Float, CultureInfo.InvariantCulture, out var exact)
            && (double)exact == number
            ? (Math.Truncate(Math.Abs(exact)).ToString(CultureInfo.InvariantCulture).Length, exact.Scale)
            : null;

    [GeneratedRegex(@"^DECIMAL\((\d+), ?(\d+)\)$")]
    private static partial Regex Decimal();
}
