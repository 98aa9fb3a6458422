namespace Workflow.Data;

/// <summary>What to write: the rows of one <c>SELECT</c>.</summary>
/// <param name="Sql">One DuckDB <c>SELECT</c>; it reads its inputs by their names.</param>
public sealed record DatasetQuery(string Sql)
{
    /// <summary>All rows of a file, which lineage knows as <c>input</c>.</summary>
    public static DatasetQuery All(string path) =>
        new("SELECT * FROM input") { Inputs = new Dictionary<string, IReadOnlyList<string>> { ["input"] = [path] } };

    /// <summary>
    /// The Parquet files behind each name that the SQL may read, such as <c>input</c>; several files of one schema are read one after the
    /// other.
    /// </summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Inputs { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>The values that the SQL refers to as <c>$name</c>; those that it does not name are ignored.</summary>
    public IReadOnlyDictionary<string, object?> Values { get; init; } = new Dictionary<string, object?>();

    /// <summary>
    /// The columns to sort by first; the others follow in their own order, so that the order is total. Empty for all columns in
    /// their order, as <c>ORDER BY ALL</c>. An <c>ORDER BY</c> in the SQL itself has no effect on the file.
    /// </summary>
    public IReadOnlyList<string> OrderBy { get; init; } = [];

    /// <summary>Hears how the writing of many rows gets on.</summary>
    public IProgress<string>? Log { get; init; }

    /// <summary>The columns of which the profile has no values, but counts.</summary>
    internal IReadOnlySet<string> Hidden { get; init; } = new HashSet<string>();

    /// <summary>Whether the rows are those of a file, whose order is kept, and come out the same on any number of threads.</summary>
    internal bool KeepsOrder { get; init; }
}
