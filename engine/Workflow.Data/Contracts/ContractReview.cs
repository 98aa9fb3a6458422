using System.Globalization;
using Workflow.Data.Checks;
using Workflow.Data.DuckDb;

namespace Workflow.Data;

/// <summary>What of a relation does not meet its contract.</summary>
/// <param name="Field">The column; null for the key.</param>
/// <param name="Problem">What is wrong, in words that name the column.</param>
/// <param name="Rows">How many rows are concerned; null where it concerns the columns themselves.</param>
/// <param name="SampleRows">Up to three of them as JSON objects of the column and the key, personal data masked.</param>
public sealed record ContractViolation(string? Field, string Problem, long? Rows, IReadOnlyList<string> SampleRows)
{
    /// <inheritdoc />
    public override string ToString() => SampleRows.Count == 0 ? Problem : $"{Problem}, such as {string.Join(", ", SampleRows)}";
}

/// <summary>
/// Holds a stored relation against a contract. Columns and types are compared first; what the profile answers (nulls, least and greatest)
/// costs nothing more; the rest is counted in one scan of the file, except for the key, whose rows have to be grouped.
/// </summary>
public sealed class ContractReview
{
    private const string View = "contracted";
    private const int SampleRows = 3;

    private readonly DataContract contract;
    private readonly List<Rule> rules = [];

    private ContractReview(DataContract contract) => this.contract = contract;

    /// <summary>What is wrong with the columns themselves.</summary>
    public IReadOnlyList<ContractViolation> Violations { get; private init; } = [];

    /// <summary>Whether the file has to be read to say more. Where columns are wrong already, it has not.</summary>
    public bool NeedsScan => Violations.Count == 0 && (rules.Count > 0 || contract.Key.Count > 0);

    /// <summary>Compares the columns, and leaves for the scan what the profile does not answer.</summary>
    public static ContractReview Of(DataContract contract, IReadOnlyList<Column> schema, IReadOnlyList<ColumnProfile> profile)
    {
        ArgumentNullException.ThrowIfNull(contract);
        var review = new ContractReview(contract) { Violations = [.. OfSchema(contract, schema)] };
        foreach (var column in contract.Columns)
            review.rules.AddRange(Rules(column, profile.FirstOrDefault(one => one.Column == column.Name)));
        return review;
    }

    /// <summary>Reads the file for what is left.</summary>
    /// <param name="parquet">The local path of the relation's file.</param>
    /// <param name="options">The share of the machine; counting may use several threads.</param>
    /// <param name="cancellationToken">Interrupts the query.</param>
    public IReadOnlyList<ContractViolation> Scan(
        string parquet, DuckDbOptions? options = null, CancellationToken cancellationToken = default)
    {
        using var session = new DuckDbSession(options);
        Views.Create(session, View, parquet);
        return [.. OfRows(session, cancellationToken), .. OfKey(session, cancellationToken)];
    }

    private static IEnumerable<ContractViolation> OfSchema(DataContract contract, IReadOnlyList<Column> schema)
    {
        var known = string.Join(", ", schema.Select(column => column.Name));
        foreach (var column in contract.Columns)
        {
            var found = schema.FirstOrDefault(one => one.Name == column.Name);
            if (found is null)
                yield return new(column.Name, $"column '{column.Name}' is missing; there are {known}", null, []);
            else if (found.Type != column.Type)
                yield return new(column.Name, $"column '{column.Name}' has the type {found.Type} and not {column.Type}: cast it", null, []);
        }

        if (contract.ExtraColumns)
            yield break;
        foreach (var extra in schema.Where(column => contract.Columns.All(one => one.Name != column.Name)))
            yield return new(extra.Name, $"column '{extra.Name}' is not in the contract, which allows no extra columns", null, []);
    }

    private static IEnumerable<Rule> Rules(ContractColumn column, ColumnProfile? profile)
    {
        var name = Sql.Name(column.Name);
        if (column.Required && profile is not { Nulls: 0 })
            yield return new Rule(column, _ => $"{name} IS NULL", "are null", []);
        if (profile is { Count: 0 })
            yield break;
        if (column is not { Minimum: null, Maximum: null } && !IsWithin(column, profile))
        {
            // What is no finite number lies in no range.
            var number = $"CAST({name} AS DOUBLE)";
            yield return new Rule(
                column, prefix => $"NOT (isfinite({number}) AND {number} >= ${prefix}low AND {number} <= ${prefix}high)",
                $"lie outside of {Range(column)}",
                [("low", column.Minimum ?? double.NegativeInfinity), ("high", column.Maximum ?? double.PositiveInfinity)]);
        }

        if (column.Values is { } allowed)
        {
            // As values of the type and not as text: 1 and 1.0 are one number.
            var places = allowed.Select((_, at) => string.Create(CultureInfo.InvariantCulture, $"value{at}")).ToList();
            yield return new Rule(
                column,
                prefix => $"{name} NOT IN ({string.Join(", ", places.Select(place => $"CAST(${prefix}{place} AS {column.Type})"))})",
                $"are none of {string.Join(", ", allowed)}", [.. places.Zip(allowed, (place, value) => (place, (object?)value))]);
        }
    }

    private IEnumerable<ContractViolation> OfRows(DuckDbSession session, CancellationToken cancellationToken)
    {
        if (rules.Count == 0)
            yield break;

        // Each rule's values under names of their own, so that all of them go into one scan.
        var terms = rules.Select((rule, at) => $"count(*) FILTER ({rule.Condition(at)}) AS {Term(at)}");
        var values = rules.SelectMany((rule, at) => rule.ValuesOf(at)).ToDictionary(pair => pair.Key, pair => pair.Value);
        var counts = session.Query($"SELECT count(*) AS rows, {string.Join(", ", terms)} FROM {View}", values, cancellationToken)[0];
        foreach (var (at, rule) in rules.Index())
        {
            var failing = counts.Long(Term(at));
            if (failing == 0)
                continue;
            var shown = Shown(contract.Key.Append(rule.Column.Name));
            var own = rule.ValuesOf(at).ToDictionary(pair => pair.Key, pair => pair.Value);
            var samples = session.Query($"{Select(shown)} WHERE {rule.Condition(at)} LIMIT {SampleRows}", own, cancellationToken);
            var share = string.Create(CultureInfo.InvariantCulture, $"{failing} of {counts.Long("rows")} rows");
            yield return new(rule.Column.Name, $"{share} of '{rule.Column.Name}' {rule.Complaint}", failing, Write(samples, shown));
        }
    }

    private IEnumerable<ContractViolation> OfKey(DuckDbSession session, CancellationToken cancellationToken)
    {
        if (contract.Key.Count == 0)
            yield break;
        var names = Sql.Names(contract.Key);
        var repeated = $"FROM {View} GROUP BY {names} HAVING count(*) > 1";
        var count = $"SELECT coalesce(sum(n), 0)::BIGINT AS failing FROM (SELECT count(*) AS n {repeated})";
        var failing = session.Query(count, cancellationToken: cancellationToken)[0].Long("failing");
        if (failing == 0)
            yield break;
        var shown = Shown(contract.Key);
        var samples = session.Query(
            $"{Select(shown, $"(SELECT {names} {repeated} ORDER BY {names} LIMIT {SampleRows})")}", cancellationToken: cancellationToken);
        var key = string.Join(", ", contract.Key);
        yield return new(
            null, string.Create(CultureInfo.InvariantCulture, $"{failing} rows share their key ({key}) with another"), failing,
            Write(samples, shown));
    }

    private static string Term(int at) => string.Create(CultureInfo.InvariantCulture, $"failing_{at}");

    private List<ContractColumn> Shown(IEnumerable<string> names) =>
        [.. names.Distinct(StringComparer.Ordinal).Select(name => contract.Columns.First(column => column.Name == name))];

    private static string Select(IReadOnlyList<ContractColumn> shown, string from = View) =>
        $"SELECT {JsonRows.Select(Schema(shown))} FROM {from}";

    private IReadOnlyList<string> Write(IReadOnlyList<DuckDbRow> rows, IReadOnlyList<ContractColumn> shown) =>
        [.. rows.Select(row => JsonRows.Write(row, Schema(shown), contract.Masked))];

    private static IReadOnlyList<Column> Schema(IReadOnlyList<ContractColumn> shown) =>
        [.. shown.Select(column => new Column(column.Name, column.Type))];

    /// <remarks>The least and the greatest are of the finite numbers: of what else there is, only the scan can tell.</remarks>
    private static bool IsWithin(ContractColumn column, ColumnProfile? profile) =>
        profile is { Nans: 0, Infinities: 0 } && Number(profile.Min) is { } least && Number(profile.Max) is { } greatest
        && !(least < column.Minimum) && !(greatest > column.Maximum);

    private static double? Number(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    private static string Range(ContractColumn column)
    {
        string Bound(double? bound, string open) => bound?.ToString("R", CultureInfo.InvariantCulture) ?? open;
        return $"[{Bound(column.Minimum, "-∞")}, {Bound(column.Maximum, "∞")}]";
    }

    /// <summary>Something that no row may be.</summary>
    /// <param name="Column">Whose rule it is.</param>
    /// <param name="Failing">
    /// Gives what is true for rows that break it, false or null for others, from the prefix of its values' names.
    /// </param>
    /// <param name="Complaint">What is wrong with those, in words that follow "3 of 10 rows of 'x'".</param>
    /// <param name="Values">What its SQL refers to.</param>
    private sealed record Rule(
        ContractColumn Column, Func<string, string> Failing, string Complaint, IReadOnlyList<(string Name, object? Value)> Values)
    {
        public string Condition(int at) => Failing(Prefix(at));

        public IEnumerable<KeyValuePair<string, object?>> ValuesOf(int at) =>
            Values.Select(value => KeyValuePair.Create($"{Prefix(at)}{value.Name}", value.Value));

        private static string Prefix(int at) => string.Create(CultureInfo.InvariantCulture, $"rule{at}_");
    }
}
