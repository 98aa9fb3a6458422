using Workflow.Data.DuckDb;

namespace Workflow.Data.Drift;

/// <summary>
/// Compares what the columns of two versions hold. Each column is grouped by its values on either side, one after the other: memory is
/// bounded by the different values of one column that are kept, a million numbers or 100,000 categories a side.
/// </summary>
public static class DriftEvaluator
{
    private const string ReferenceView = "reference";
    private const string CurrentView = "current_rows";

    /// <summary>Compares them.</summary>
    /// <param name="reference">The files of what counts as normal.</param>
    /// <param name="current">The files of what is compared with it.</param>
    /// <param name="rule">How.</param>
    /// <param name="options">What it may use.</param>
    /// <param name="cancellationToken">Interrupts it.</param>
    /// <exception cref="TaskFailureException">A column is missing on a side, or cannot be compared so; the message names it.</exception>
    public static DriftReport Compare(
        IReadOnlyList<string> reference, IReadOnlyList<string> current, DriftRule rule, DuckDbOptions options,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(rule);
        using var session = new DuckDbSession(options);
        Views.Create(session, ReferenceView, reference);
        Views.Create(session, CurrentView, current);
        var ours = session.Describe($"SELECT * FROM {ReferenceView}");
        var theirs = session.Describe($"SELECT * FROM {CurrentView}");
        var samples = Names(rule, ours, theirs).Select(name =>
        {
            var isNumeric = IsNumeric(Find(ours, name)) && IsNumeric(Find(theirs, name));
            ColumnSample Side(string view) => Read(session, view, name, isNumeric, cancellationToken);
            return (name, Side(ReferenceView), Side(CurrentView));
        });
        try
        {
            return DriftReport.Of(samples, rule);
        }
        catch (ArgumentException refusal)
        {
            throw new TaskFailureException(refusal.Message, retryable: false, refusal);
        }
    }

    private static IReadOnlyList<string> Names(DriftRule rule, IReadOnlyList<Column> ours, IReadOnlyList<Column> theirs)
    {
        if (rule.Columns is not { } asked)
        {
            // Instants always move on: they are compared only when they are asked for.
            return [.. ours.Where(column => IsPlain(column) && !IsTime(column.Type) && Find(theirs, column.Name) is { } other
                && IsPlain(other))
                .Select(column => column.Name)];
        }

        foreach (var name in asked)
        {
            foreach (var (side, columns) in new[] { ("reference", ours), ("current version", theirs) })
            {
                if (Find(columns, name) is not { } found)
                {
                    throw new TaskFailureException(
                        $"The {side} has no column '{name}'; it has {string.Join(", ", columns.Select(column => column.Name))}.",
                        retryable: false);
                }

                if (!IsPlain(found))
                    throw new TaskFailureException(
                        $"Column '{name}' of the {side} is {found.Type}: only plain values can be compared.", retryable: false);
            }
        }

        return [.. asked.Distinct(StringComparer.OrdinalIgnoreCase)];
    }

    private static Column? Find(IReadOnlyList<Column> columns, string name) =>
        columns.FirstOrDefault(column => string.Equals(column.Name, name, StringComparison.OrdinalIgnoreCase));

    private static bool IsNumeric(Column? column) => column is not null && (Profiler.IsNumeric(column.Type) || IsTime(column.Type));

    private static bool IsTime(string type) => type is "DATE" || type.StartsWith("TIMESTAMP", StringComparison.Ordinal);

    // What has parts of its own has no value to count.
    private static bool IsPlain(Column column) => column.Type is "BOOLEAN" or "VARCHAR" or "UUID" or "TIME"
        || column.Type.StartsWith("ENUM", StringComparison.Ordinal) || IsNumeric(column);

    private static ColumnSample Read(DuckDbSession session, string view, string name, bool isNumeric, CancellationToken cancellationToken)
    {
        var column = Sql.Name(name);
        if (!isNumeric)
            return Categories(session, view, column, cancellationToken);

        // Instants count in seconds.
        var number = session.Describe($"SELECT {column} FROM {view}")[0] is var found && IsTime(found.Type) ? $"epoch({column})" : column;
        var (values, nulls) = (new NumberGroups(NumberGroups.Most), 0L);
        var sql = $"SELECT CAST({number} AS DOUBLE) AS value, count(*)::BIGINT AS n FROM {view} GROUP BY 1 ORDER BY 1 NULLS FIRST";
        foreach (var chunk in session.Stream(sql, cancellationToken: cancellationToken))
        {
            foreach (var (value, count) in chunk.Doubles(0).Zip(chunk.Longs(1)))
            {
                // A null comes as NaN, and infinities are no values to compare either.
                if (!double.IsFinite(value))
                    nulls += count;
                else
                    values.Add(value, count);
            }
        }

        return values.ToSample(nulls);
    }

    private static ColumnSample Categories(DuckDbSession session, string view, string column, CancellationToken cancellationToken)
    {
        var (values, counts, nulls, characters) = (new List<string>(), new List<long>(), 0L, 0L);
        var sql = $"""
            SELECT CAST({column} AS VARCHAR) AS value, count(*)::BIGINT AS n FROM {view} GROUP BY 1 ORDER BY 1
            LIMIT {UncountedSample.MostCategories + 2}
            """;
        foreach (var chunk in session.Stream(sql, cancellationToken: cancellationToken))
        {
            foreach (var (value, count) in chunk.Strings(0).Zip(chunk.Longs(1)))
            {
                if (value is null)
                {
                    nulls += count;
                    continue;
                }

                values.Add(value);
                counts.Add(count);
                characters += value.Length;
            }

            if (values.Count > UncountedSample.MostCategories || characters > UncountedSample.MostCharacters)
                return Uncounted(session, view, column, cancellationToken);
        }

        return new CategorySample(values, counts, nulls);
    }

    private static UncountedSample Uncounted(DuckDbSession session, string view, string column, CancellationToken cancellationToken)
    {
        var all = session.Query(
            $"SELECT count({column}) AS total, count(*) - count({column}) AS nulls FROM {view}", cancellationToken: cancellationToken)[0];
        return new UncountedSample(all.Long("total"), all.Long("nulls"));
    }
}
