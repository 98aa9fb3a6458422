using Workflow.Data.DuckDb;

namespace Workflow.Data;

/// <summary>The columns that a model reads.</summary>
/// <param name="Numeric">Read as doubles; a null is NaN.</param>
/// <param name="Categorical">Read as text.</param>
/// <param name="Label">Read as a double.</param>
public sealed record FeatureColumns(IReadOnlyList<string> Numeric, IReadOnlyList<string> Categorical, string Label);

/// <summary>Some rows of features, by column.</summary>
/// <param name="Numeric">One array for each numeric column.</param>
/// <param name="Categorical">One array for each categorical column.</param>
/// <param name="Label">The label.</param>
public sealed record FeatureChunk(IReadOnlyList<double[]> Numeric, IReadOnlyList<string?[]> Categorical, double[] Label);

/// <summary>Which rows of a dataset version with a holdout column are read.</summary>
public enum FeatureFilter
{
    /// <summary>All.</summary>
    All,

    /// <summary>Those that are trained on.</summary>
    NotHeldOut,

    /// <summary>Those that are kept for testing.</summary>
    HeldOut,
}

/// <summary>
/// Reads features out of Parquet files, in the order of the files' rows: always the same, since a model's bits depend on it.
/// </summary>
public static class FeatureRows
{
    private const string View = "features";

    /// <summary>Reads the rows of a file in chunks.</summary>
    /// <param name="parquet">The local path of the dataset version.</param>
    /// <param name="columns">What to read.</param>
    /// <param name="holdout">The boolean column that marks rows kept for testing; a null counts as false.</param>
    /// <param name="filter">Which rows.</param>
    /// <param name="options">The share of memory; one thread keeps the order of the rows.</param>
    /// <param name="cancellationToken">Interrupts the query.</param>
    /// <exception cref="TaskFailureException">A column is missing, or holds what cannot be read as asked.</exception>
    public static IEnumerable<FeatureChunk> Read(
        string parquet, FeatureColumns columns, string holdout, FeatureFilter filter, DuckDbOptions options,
        CancellationToken cancellationToken)
    {
        using var session = new DuckDbSession(options with { Threads = 1 });
        Views.Create(session, View, parquet);
        Require(session, columns, filter == FeatureFilter.All ? [] : [holdout]);
        var terms = columns.Numeric.Append(columns.Label).Select(name => $"{Sql.Name(name)}::DOUBLE")
            .Concat(columns.Categorical.Select(name => $"{Sql.Name(name)}::VARCHAR"));
        var held = $"coalesce({Sql.Name(holdout)}, false)";
        var where = filter switch
        {
            FeatureFilter.HeldOut => $" WHERE {held}",
            FeatureFilter.NotHeldOut => $" WHERE NOT {held}",
            _ => "",
        };
        var numbers = columns.Numeric.Count;
        foreach (var chunk in session.Stream($"SELECT {string.Join(", ", terms)} FROM {View}{where}", cancellationToken: cancellationToken))
        {
            yield return new FeatureChunk(
                [.. Enumerable.Range(0, numbers).Select(chunk.Doubles)],
                [.. Enumerable.Range(numbers + 1, columns.Categorical.Count).Select(chunk.Strings)],
                chunk.Doubles(numbers));
        }
    }

    private static void Require(DuckDbSession session, FeatureColumns columns, IReadOnlyList<string> more)
    {
        var there = session.Describe($"SELECT * FROM {View}").Select(column => column.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var missing = columns.Numeric.Concat(columns.Categorical).Append(columns.Label).Concat(more).Where(name => !there.Contains(name))
            .ToList();
        if (missing.Count > 0)
        {
            throw new TaskFailureException(
                $"The dataset has no column {string.Join(", ", missing.Select(name => $"'{name}'"))}; it has {string.Join(", ", there)}.",
                retryable: false);
        }
    }
}
