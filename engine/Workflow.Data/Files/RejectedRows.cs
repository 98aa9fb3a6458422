using System.Globalization;
using System.Text;
using Workflow.Artifacts;
using Workflow.Data.DuckDb;

namespace Workflow.Data.Files;

/// <summary>The rows of a file that do not fit, on their way into a dataset of their own.</summary>
/// <param name="store">Where they are written meanwhile.</param>
/// <param name="mostRows">How many there may be; null for any number.</param>
internal sealed class RejectedRows(IArtifactStore store, long? mostRows) : IDisposable
{
    private readonly string path = store.Stage();
    private StreamWriter? writer;

    public long Count { get; private set; }

    /// <summary>How many more there may be.</summary>
    public long Left => mostRows is { } most ? Math.Max(0, most - Count) : long.MaxValue;

    public void Add(long line, string reason, string? column, ReadOnlySpan<byte> raw)
    {
        writer ??= new StreamWriter(path, append: false, new UTF8Encoding(false));
        string?[] fields = [line.ToString(CultureInfo.InvariantCulture), reason, column, Encoding.UTF8.GetString(raw)];
        writer.Write(string.Join(',', fields.Select(field => field is null ? "" : $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"")));
        writer.Write('\n');
        Count++;
    }

    /// <summary>Forgets all rows: the file is read anew.</summary>
    public void Clear()
    {
        writer?.Dispose();
        writer = null;
        Count = 0;
    }

    /// <summary>Stores them, in the order of their lines.</summary>
    public Task<StoredDataset> StoreAsync(DuckDbOptions options, CancellationToken cancellationToken)
    {
        if (writer is null)
            File.WriteAllBytes(path, []);
        writer?.Dispose();
        var query = new DatasetQuery(
            $"""
            SELECT * FROM read_csv(
                {Sql.Literal(path)}, auto_detect = false, header = false, delim = ',', quote = '"', escape = '"', hive_partitioning = false,
                columns = {'{'}'line_number': 'BIGINT', 'reason': 'VARCHAR', 'column_name': 'VARCHAR', 'raw': 'VARCHAR'{'}'},
                max_line_size = {CsvScanner.MaxRecordBytes * 4})
            """);
        return new DatasetWriter(store, options).WriteAsync(query, static (_, _, _) => { }, cancellationToken);
    }

    public void Dispose()
    {
        writer?.Dispose();
        File.Delete(path);
    }
}
