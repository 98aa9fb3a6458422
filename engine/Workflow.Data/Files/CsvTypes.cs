using System.Globalization;
using System.Text.RegularExpressions;
using Workflow.Data.DuckDb;

namespace Workflow.Data.Files;

/// <summary>
/// Turns the text of a file's columns into their types. A type that is found out is taken only if every value comes back as it was
/// written: <c>007</c> and a number of twenty digits stay text, and so do dates that are not ISO, where guessing between day and
/// month would depend on the file. A column without values is text.
/// </summary>
internal static partial class CsvTypes
{
    private const string Date = "[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}";
    private const string Time = @"[0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2}(\.[0-9]{1,6}0*)?)?";

    // Up to 17 digits that count, which is what programs write of a double: of more some would be lost. Up to 15 of them before the point,
    // where each is part of a whole number.
    private const int MostDigits = 17;
    private const int MostWholeDigits = 15;

    private static readonly string Whole = string.Join('|', Enumerable.Range(1, MostWholeDigits).Select(digits => string.Create(
        CultureInfo.InvariantCulture, $@"[1-9][0-9]{{{digits - 1}}}(\.[0-9]{{0,{MostDigits - digits}}}0*)?")));

    private static readonly string Fraction =
        string.Create(CultureInfo.InvariantCulture, $@"0|0?\.0*([1-9][0-9]{{0,{MostDigits - 1}}}0*)?");

    private static readonly (string Type, string Pattern)[] Candidates =
    [
        ("BIGINT", "0|-?[1-9][0-9]{0,17}"),
        ("DOUBLE", $"-?({Whole}|{Fraction})([eE][+-]?[0-9]{{1,3}})?"),
        ("BOOLEAN", "true|false|True|False|TRUE|FALSE"),
        ("DATE", "[0-9]{4}-[0-9]{2}-[0-9]{2}"),
        ("TIMESTAMP", @"[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?)?"),
        (
            "TIMESTAMP WITH TIME ZONE",
            @"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)"
        ),
    ];

    /// <summary>Whether a column may be declared with the type.</summary>
    public static bool IsKnown(string type) => Known().IsMatch(type);

    /// <summary>
    /// A SELECT that adds to the text <c>c_0, c_1 ...</c> of a relation the values <c>v_0, v_1 ...</c>, null where the text is none of the
    /// column's type.
    /// </summary>
    public static string Values(string relation, IReadOnlyList<Column> columns, CsvOptions options)
    {
        var values = columns.Index().Where(pair => pair.Item.Type is not ("VARCHAR" or Undecided)).Select(pair =>
            $", {Usual($"c_{pair.Index}", pair.Item.Type, options) ?? Value($"c_{pair.Index}", pair.Item.Type, options)} AS v_{pair.Index}");
        return $"SELECT *{string.Concat(values)} FROM {relation}";
    }

    /// <summary>
    /// A column's value out of what <see cref="Values"/> gives; what does not fit is the value of <paramref name="otherwise"/>.
    /// </summary>
    /// <param name="found">Whether the types were found out rather than declared: then they hold to how values are written.</param>
    public static string Fitting(int index, Column column, bool found, CsvOptions options, string otherwise)
    {
        if (column.Type == "VARCHAR")
            return $"c_{index}";
        var (text, value) = (Text($"c_{index}", column.Type, options), $"v_{index}");
        if (IsFormatted(column.Type, options))
        {
            // A date that would drop a time of day is none.
            var typed = $"CAST({value} AS {column.Type})";
            return $"CASE WHEN {typed} = {value} THEN {typed} WHEN c_{index} IS NULL THEN NULL ELSE {otherwise} END";
        }

        var pattern = Pattern(column.Type, found);
        if (Usual(text, column.Type, options) is not null)
        {
            var unusual = Value($"c_{index}", column.Type, options);
            return $"CASE WHEN {value} IS NOT NULL THEN {value} WHEN c_{index} IS NULL THEN NULL WHEN {Sure(text, unusual, pattern)} THEN {unusual} ELSE {otherwise} END";
        }

        // Most values come back letter by letter: comparing them costs a third of what matching a pattern would.
        var quick = pattern is null ? "" : $"WHEN {Quick(column.Type, found, text, value)} THEN {value} ";
        return $"CASE {quick}WHEN {Sure(text, value, pattern)} THEN {value} WHEN c_{index} IS NULL THEN NULL ELSE {otherwise} END";
    }

    /// <summary>Which types may still be those of the columns.</summary>
    /// <param name="relation">The text of the columns, <c>c_0, c_1 ...</c>.</param>
    public static IReadOnlyList<Column> Infer(
        DuckDbSession session, string relation, IReadOnlyList<Column> candidates, CsvOptions options, CancellationToken cancellationToken)
    {
        var current = candidates.ToList();
        var open = Enumerable.Range(0, current.Count).Where(index => current[index].Type != "VARCHAR").ToList();
        while (open.Count > 0)
        {
            // One row: for each column how many values there are, and how many of them are none of its type.
            var terms = open.Select(index =>
                $"count(c_{index}) AS n_{index}, count(*) FILTER (c_{index} IS NOT NULL AND "
                + $"{Fitting(index, current[index], found: true, options, "NULL")} IS NULL) AS bad_{index}");
            var row = session.Query(
                $"SELECT {string.Join(", ", terms)} FROM ({Values(relation, current, options)})", null, cancellationToken)[0];
            var struck = open.Where(index => row.Long($"bad_{index}") > 0 || row.Long($"n_{index}") == 0).ToList();
            foreach (var index in struck)
                current[index] = row.Long($"n_{index}") == 0 ? Nothing(current[index].Name) : After(current[index]);
            open = [.. struck.Where(index => current[index].Type is not ("VARCHAR" or Undecided))];
        }

        return current;
    }

    /// <summary>The type of a column of which no value was seen yet.</summary>
    public const string Undecided = "";

    /// <summary>The first candidate for a column.</summary>
    public static Column First(string name) => new(name, Candidates[0].Type);

    private static Column Nothing(string name) => new(name, Undecided);

    private static Column After(Column column) =>
        column with { Type = Candidates.SkipWhile(candidate => candidate.Type != column.Type).Skip(1).FirstOrDefault().Type ?? "VARCHAR" };

    private static string Value(string text, string type, CsvOptions options)
    {
        if (IsFormatted(type, options))
            return $"try_strptime({text}, {Sql.Literal(options.DateFormat!)})";
        var written = Text(text, type, options);
        if (written != text)
            written = $"CASE WHEN {string.Join(" AND ", Signs(text, options))} THEN {written} END";
        return $"TRY_CAST({written} AS {type})";
    }

    /// <summary>What holds of the signs of a number, so that none is taken for another.</summary>
    private static IEnumerable<string> Signs(string text, CsvOptions options)
    {
        if (options.Thousands is { } thousands)
        {
            // An address or a date has points too: those of a number stand between three digits and three.
            var letter = string.Create(CultureInfo.InvariantCulture, $@"\x{'{'}{(int)thousands:x}{'}'}");
            var groups = $@"\s*[+-]?[0-9]{{1,3}}({letter}[0-9]{{3}})+([^0-9{letter}][^{letter}]*)?";
            yield return $"(NOT contains({text}, {Sql.Literal(thousands.ToString())}) OR regexp_full_match({text}, {Sql.Literal(groups)}))";
        }

        // Beside decimals of another letter a point is no decimal: 1.234 may be a thousand times that.
        if (options.Decimal != '.' && options.Thousands != '.')
            yield return $"NOT contains({text}, '.')";
    }

    /// <summary>
    /// Reads values that are written as usual; null where no function does. All of them fit, however the type came about.
    /// </summary>
    private static string? Usual(string text, string type, CsvOptions options) =>
        IsFormatted(type, options) || (Number().IsMatch(type) && (options.Thousands is not null || options.Decimal != '.'))
            ? null
            : TextFunctions.Read(text, type);

    private static string Sure(string text, string value, string? pattern) =>
        pattern is null ? $"{value} IS NOT NULL" : $"{value} IS NOT NULL AND regexp_full_match({text}, {Sql.Literal(pattern)})";

    /// <summary>A number's text as DuckDB writes it.</summary>
    private static string Text(string text, string type, CsvOptions options)
    {
        if (!Number().IsMatch(type))
            return text;
        if (options.Thousands is { } thousands)
            text = $"replace({text}, {Sql.Literal(thousands.ToString())}, '')";
        return options.Decimal == '.' ? text : $"replace({text}, {Sql.Literal(options.Decimal.ToString())}, '.')";
    }

    private static bool IsFormatted(string type, CsvOptions options) => options.DateFormat is not null && (type is "DATE" or "TIMESTAMP");

    /// <summary>
    /// What a value must look like, so that it is not rounded, cut or guessed; null where DuckDB's own conversion does none of that. A type
    /// that was found out must give back what was written.
    /// </summary>
    private static string? Pattern(string type, bool found) => type switch
    {
        _ when found => Candidates.First(candidate => candidate.Type == type).Pattern,
        _ when Integer().IsMatch(type) => "[+-]?[0-9]+",
        "FLOAT" or "DOUBLE" => "[^_]*",
        "DATE" => Date,
        "TIME" => $@"\s*{Time}\s*",
        "TIMESTAMP" => $@"\s*{Date}([ T]{Time})?(Z|[+-]00(:?00)?)?\s*",
        "TIMESTAMP WITH TIME ZONE" => @"[^.]*(\.[0-9]{1,6}0*([^0-9].*)?)?",
        _ when Scale().Match(type) is { Success: true } match =>
            $@"\s*[+-]?([0-9]*(\.[0-9]{{0,{match.Groups[1].Value}}}0*)?|[0-9]+[eE]\+?[0-9]+)\s*",
        _ => null,
    };

    /// <summary>A cheap test that only values which match the pattern pass.</summary>
    private static string Quick(string type, bool found, string text, string value) => type switch
    {
        "FLOAT" or "DOUBLE" when !found => $"{value} IS NOT NULL AND NOT contains({text}, '_')",
        "BOOLEAN" => $"{text} IN ('true', 'false')",
        _ => $"CAST({value} AS VARCHAR) = {text}",
    };

    [GeneratedRegex("^U?((TINY|SMALL|BIG|HUGE)INT|INTEGER)$")]
    private static partial Regex Integer();

    [GeneratedRegex(@"^(U?((TINY|SMALL|BIG|HUGE)INT|INTEGER)|FLOAT|DOUBLE|DECIMAL\(.*\))$")]
    private static partial Regex Number();

    [GeneratedRegex(@"^DECIMAL\(\d+, ?(\d+)\)$")]
    private static partial Regex Scale();

    [GeneratedRegex(
        "^(VARCHAR|BOOLEAN|U?((TINY|SMALL|BIG|HUGE)INT|INTEGER)|FLOAT|DOUBLE|"
        + @"DECIMAL\(\d{1,2}, ?\d{1,2}\)|DATE|TIME|TIMESTAMP( WITH TIME ZONE)?)$")]
    private static partial Regex Known();
}
