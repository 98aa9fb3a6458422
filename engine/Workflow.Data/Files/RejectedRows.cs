using System.Globalization;
using System.Text;
using Workflow.Artifacts;
using Workflow.Data.DuckDb;

namespace Workflow.Data.Files;

/// <summary>The rows of a file that do not fit, on their way into a dataset of their own.</summary>
/// <param name="store">Where the dataset goes.</param>
/// <param name="source">What messages call that which has the rows.</param>
/// <param name="most">How many there may be; null for any number.</param>
/// <param name="hidden">The columns of which the profile has nothing but counts.</param>
internal sealed class RejectedRows(IArtifactStore store, string source, long? most, IReadOnlySet<string> hidden) : IDisposable
{
    /// <summary>The rows themselves: nobody knows where in them the fields of people begin.</summary>
    public static readonly IReadOnlySet<string> Rows = new HashSet<string> { "raw" };

    /// <summary>The rows and what an author's code says of them.</summary>
    public static readonly IReadOnlySet<string> RowsAndReasons = new HashSet<string> { "raw", "reason" };

    private readonly string path = store.Stage();
    private StreamWriter? writer;

    public long Count { get; private set; }

    /// <exception cref="TaskFailureException">There are too many: the rest of the file is not read.</exception>
    public void Add(long line, string reason, string? column, ReadOnlySpan<byte> raw)
    {
        if (Count == most)
        {
            throw new TaskFailureException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{source} has more than {most} rows that do not fit, which is the most that may be rejected; line {line}: {reason}"),
                retryable: false);
        }

        writer ??= new StreamWriter(path, append: false, new UTF8Encoding(false));
        string?[] fields =
            [line.ToString(CultureInfo.InvariantCulture), reason, column,
                Encoding.UTF8.GetString(raw[..Math.Min(raw.Length, CsvScanner.MaxRecordBytes)])];
        writer.Write(
            string.Join(',', fields.Select(field => field is null ? "" : $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"")));
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
                {Sql.Literal(path)}, auto_detect = false, header = false, delim = ',', quote = '"', escape = '"', new_line = '\n', hive_partitioning = false,
                columns = {'{'}'line_number': 'BIGINT', 'reason': 'VARCHAR', 'column_name': 'VARCHAR', 'raw': 'VARCHAR'{'}'},
                max_line_size = {TextRows.MaxRecordBytes})
            """)
        {
            Hidden = hidden,
        };
        return new DatasetWriter(store, options).WriteAsync(query, static (_, _, _) => { }, cancellationToken);
    }

    public void Dispose()
    {
        writer?.Dispose();
        File.Delete(path);
    }
}
