using System.Text.RegularExpressions;
using Workflow.Data.DuckDb;

namespace Workflow.Data.Files;

/// <summary>
/// Finds out the types of a CSV file's columns from all of its rows. A type is taken only if every value comes back as it was
/// written: <c>007</c> and a number of twenty digits stay text, and so do dates that are not ISO, where guessing between day and
/// month would depend on the file. A column without values is text.
/// </summary>
internal static partial class CsvTypes
{
    private const int SampleRows = 1000;

    private static readonly (string Type, string Pattern)[] Candidates =
    [
        ("BIGINT", "0|-?[1-9][0-9]{0,17}"),
        ("DOUBLE", @"-?((0|[1-9][0-9]{0,14})(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?"),
        ("BOOLEAN", "true|false|True|False|TRUE|FALSE"),
        ("DATE", "[0-9]{4}-[0-9]{2}-[0-9]{2}"),
        ("TIMESTAMP", @"[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?)?"),
        (
            "TIMESTAMP WITH TIME ZONE",
            @"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)"
        ),
    ];

    /// <summary>
    /// Says what a value of a declared type must look like where DuckDB's own conversion would round, cut or guess; null where it would
    /// not.
    /// </summary>
    public static string? Strict(string type) =>
        Integer().IsMatch(type) ? "[+-]?[0-9]+" : type == "DATE" ? "[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}" : null;

    /// <summary>Whether a column may be declared with the type.</summary>
    public static bool IsKnown(string type) => Known().IsMatch(type);

    /// <param name="source">A table function call that gives the columns as text.</param>
    public static IReadOnlyList<Column> Infer(
        DuckDbSession session, string source, IReadOnlyDictionary<string, object?> values, IReadOnlyList<string> names,
        CancellationToken cancellationToken)
    {
        // A few rows rule out most types, so that the whole file is then scanned with about one pattern for each column.
        var survivors = names.Select(_ => Candidates.ToList()).ToList();
        Narrow(session, $"(SELECT * FROM {source} LIMIT {SampleRows})", values, names, survivors, firstOnly: false, cancellationToken);
        while (Narrow(session, source, values, names, survivors, firstOnly: true, cancellationToken))
        {
        }

        return [.. names.Select((name, index) => new Column(name, survivors[index].Count == 0 ? "VARCHAR" : survivors[index][0].Type))];
    }

    /// <summary>Strikes out the types that a value contradicts; says whether it struck out any.</summary>
    private static bool Narrow(
        DuckDbSession session, string source, IReadOnlyDictionary<string, object?> values, IReadOnlyList<string> names,
        List<List<(string Type, string Pattern)>> survivors, bool firstOnly, CancellationToken cancellationToken)
    {
        var tests = survivors.SelectMany(
            (types, column) => (firstOnly ? types.Take(1) : types).Select(type => (Column: column, Type: type))).ToList();
        if (tests.Count == 0)
            return false;

        // One row: for each test the values, and those of them that do not fit.
        var terms = tests.Select((test, index) =>
        {
            var name = Sql.Name(names[test.Column]);
            var fits = $"regexp_full_match({name}, {Sql.Literal(test.Type.Pattern)}) AND TRY_CAST({name} AS {test.Type.Type}) IS NOT NULL";
            return $"count({name}) AS n_{index}, count(*) FILTER ({name} IS NOT NULL AND NOT ({fits})) AS bad_{index}";
        });
        var row = session.Query($"SELECT {string.Join(", ", terms)} FROM {source}", values, cancellationToken)[0];

        var struck = false;
        foreach (var (index, test) in tests.Index())
        {
            // No values prove nothing in a sample, and leave the column text in the whole file.
            if (row.Long($"bad_{index}") > 0 || (firstOnly && row.Long($"n_{index}") == 0))
                struck |= survivors[test.Column].Remove(test.Type);
        }

        return struck;
    }

    [GeneratedRegex("^U?((TINY|SMALL|BIG|HUGE)INT|INTEGER)$")]
    private static partial Regex Integer();

    [GeneratedRegex(
        "^(VARCHAR|BOOLEAN|U?((TINY|SMALL|BIG|HUGE)INT|INTEGER)|FLOAT|DOUBLE|"
        + @"DECIMAL\(\d{1,2}, ?\d{1,2}\)|DATE|TIME|TIMESTAMP( WITH TIME ZONE)?)$")]
    private static partial Regex Known();
}
