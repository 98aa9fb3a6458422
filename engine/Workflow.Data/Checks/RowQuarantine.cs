using System.Globalization;
using Workflow.Data.Checks;
using Workflow.Data.DuckDb;

namespace Workflow.Data;

/// <summary>What checks found.</summary>
/// <param name="Results">A result for each check, in their order; one for each slice of a sliced check.</param>
/// <param name="Quarantine">The rows that are set aside; null when there are none.</param>
public sealed record CheckReport(IReadOnlyList<CheckResult> Results, RowQuarantine? Quarantine);

/// <summary>Parts a version into the rows that go on and those that checks of severity quarantine set aside.</summary>
public sealed class RowQuarantine
{
    /// <summary>What its queries call the version that was judged.</summary>
    public const string View = CheckScan.View;

    /// <summary>The column of the rows set aside that lists the checks which they fail.</summary>
    public const string Reasons = "quarantine_reasons";

    private readonly string columns;
    private readonly IReadOnlyList<ColumnEdge> lineage;
    private readonly string parquet;
    private readonly IReadOnlyList<DataCheck> checks;
    private readonly IReadOnlyDictionary<string, IReadOnlyList<string>> others;
    private readonly IReadOnlyList<string> made;
    private readonly IReadOnlyDictionary<string, object?> values;
    private readonly string failing;
    private readonly string reasons;

    internal RowQuarantine(
        IReadOnlyList<Column> schema, string parquet, IReadOnlyList<DataCheck> checks,
        IReadOnlyDictionary<string, IReadOnlyList<string>> others,
        IReadOnlyList<string> made, IReadOnlyDictionary<string, object?> values, IReadOnlyList<(string Name, string Failing)> conditions)
    {
        columns = Sql.Names(schema.Select(column => column.Name));
        lineage = [.. schema.Select(column => new ColumnEdge(column.Name, View, column.Name))];
        this.parquet = parquet;
        this.checks = checks;
        this.others = others;
        this.made = made;

        // Names of checks are values too: a column may be called anything.
        this.values = conditions.Index().Aggregate(
            new Dictionary<string, object?>(values), (all, each) => new(all) { [Parameter(each.Index)] = each.Item.Name });
        failing = Conditions.Any(conditions.Select(each => $"coalesce({each.Failing}, false)"));
        var named = conditions.Index().Select(each => $"CASE WHEN {each.Item.Failing} THEN ${Parameter(each.Index)} END");
        reasons = $"list_distinct([{string.Join(", ", named)}])";
    }

    /// <summary>A quarantine of a file without rows.</summary>
    public static DatasetQuery None(string parquet) => new($"SELECT *, []::VARCHAR[] AS {Reasons} FROM {View} WHERE false")
    {
        Inputs = new Dictionary<string, IReadOnlyList<string>> { [View] = [parquet] },
    };

    /// <summary>Writes both parts: the rows that pass, and those that fail with their reasons.</summary>
    public async Task<(StoredDataset Accepted, StoredDataset Quarantined)> WriteAsync(
        DatasetWriter writer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(writer);
        var accepted = await PartAsync(writer, $"SELECT {columns} FROM {CheckScan.View} WHERE NOT ({failing})", cancellationToken)
            .ConfigureAwait(false);
        var quarantined = await PartAsync(
            writer, $"SELECT {columns}, list_sort({reasons}) AS {Reasons} FROM {CheckScan.View} WHERE {failing}", cancellationToken)
            .ConfigureAwait(false);
        return (accepted, quarantined);
    }

    private static string Parameter(int index) => string.Create(CultureInfo.InvariantCulture, $"reason{index}");

    // The reasons name checks, whatever columns those are about.
    private async Task<StoredDataset> PartAsync(DatasetWriter writer, string sql, CancellationToken cancellationToken) =>
        await writer.WriteAsync(new DatasetQuery(sql) { Values = values }, Prepare, cancellationToken).ConfigureAwait(false) with
        {
            Lineage = lineage,
        };

    private void Prepare(DuckDbSession session, DatasetQuery query, CancellationToken cancellationToken)
    {
        CheckViews.Create(session, parquet, checks, others);
        foreach (var statement in made)
            session.Execute(statement, values, cancellationToken);
    }
}
