using System.Text.RegularExpressions;
using Workflow.Data.DuckDb;
using Workflow.Data.Profiles;

namespace Workflow.Data;

/// <summary>
/// Looks at every value of a Parquet file, and says what each column holds. The columns are shared out among as many threads as the session
/// has, each with its own scan of its columns; what comes out does not depend on them.
/// </summary>
internal static partial class Profiler
{
    // Opening another database costs as much as sketching these.
    private const long ValuesWorthAThread = 2_000_000;
    private const int ChunkRows = 2048;

    /// <param name="hidden">The columns of which values are counted and not looked at.</param>
    public static DatasetSketch Profile(
        DuckDbSession session, string file, IReadOnlyList<Column> schema, IReadOnlySet<string> hidden, CancellationToken cancellationToken)
    {
        var values = new Dictionary<string, object?> { ["file"] = file };
        var rows = session.Query("SELECT num_rows FROM parquet_file_metadata($file)", values, cancellationToken)[0].Long("num_rows");
        var sketches = schema.Select(column => new ColumnSketch(
            column.Name, hidden.Contains(column.Name) ? SketchType.Opaque(column.Type) : SketchType.Of(column.Type))).ToList();
        var threads = (int)Math.Clamp(rows * schema.Count / ValuesWorthAThread, 1, Math.Min(session.Options.Threads, schema.Count));
        if (threads == 1)
        {
            Scan(session, file, sketches, cancellationToken);
            return new DatasetSketch(rows, sketches);
        }

        var share = session.Options with { Threads = 1, MemoryBytes = session.Options.MemoryBytes / threads };
        var scans = Enumerable.Range(0, threads).Select(thread => Task.Run(
            () =>
            {
                using var own = new DuckDbSession(share);
                Scan(own, file, [.. sketches.Where((_, index) => index % threads == thread)], cancellationToken);
            },
            CancellationToken.None));

        // All of them are waited for: the file may go as soon as this returns.
        Task.WhenAll(scans).GetAwaiter().GetResult();
        return new DatasetSketch(rows, sketches);
    }

    internal static bool IsNumeric(string type) => Numeric().IsMatch(type);

    private static void Scan(DuckDbSession session, string file, IReadOnlyList<ColumnSketch> sketches, CancellationToken cancellationToken)
    {
        var terms = sketches.Select(sketch => sketch.Type.Term(sketch.Name));
        var sql = $"SELECT {string.Join(", ", terms)} FROM read_parquet($file, hive_partitioning = false)";
        var cells = new long[ChunkRows];
        foreach (var chunk in session.Stream(sql, new Dictionary<string, object?> { ["file"] = file }, cancellationToken))
        {
            for (var column = 0; column < sketches.Count; column++)
                sketches[column].Add(chunk, column, cells);
        }
    }

    [GeneratedRegex(@"^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL\(.*\))$")]
    private static partial Regex Numeric();
}
