using System.Globalization;
using System.Text.Json;
using Workflow.Artifacts;
using Workflow.Data.DuckDb;
using Workflow.Data.Files;

namespace Workflow.Data;

/// <summary>
/// Makes a dataset of another row by row, by code, in its order. Each row read is written, rejected or filtered, and counted.
/// </summary>
/// <param name="store">Where the datasets go.</param>
/// <param name="options">The share of memory, and the threads that write.</param>
public sealed class RowTransform(IArtifactStore store, DuckDbOptions? options = null)
{
    private readonly DuckDbOptions options = options ?? new DuckDbOptions();

    /// <summary>Reads a Parquet file, and writes what the code makes of its rows.</summary>
    /// <param name="parquet">The local path of the dataset version.</param>
    /// <param name="transform">Makes of each row one or none.</param>
    /// <param name="hidesRejects">Whether the rows tell of people: the profile of those rejected then has nothing of them but
    /// counts.</param>
    /// <param name="log">Hears how it gets on.</param>
    /// <param name="cancellationToken">Stops between two rows.</param>
    /// <returns>The rows written, and those rejected if there are any.</returns>
    public async Task<ReadDataset> RunAsync<TIn, TOut>(
        string parquet, Action<TIn, RowWriter<TOut>> transform, bool hidesRejects, IProgress<string>? log,
        CancellationToken cancellationToken)
        where TIn : class
        where TOut : class
    {
        ArgumentNullException.ThrowIfNull(transform);
        using var rejected = new RejectedRows(
            store, "The transform", most: null, hidesRejects ? RejectedRows.RowsAndReasons : new HashSet<string>());
        using var segments = new Segments(store);
        var output = new RowType<TOut>();
        var writer = new Writer<TOut>(output, segments, rejected);
        var rowsIn = await Task.Run(() => Run(parquet, options, transform, writer, log, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
        segments.Finish();

        var dialect = new CsvDialect(new CsvOptions(), ',', [.. output.Columns.Select(column => column.Name)], CsvEncodings.Utf8Name);
        var columns = output.Columns.Select(column => new Column(column.Name, column.Type!)).ToList();
        var query = new DatasetQuery(TextRows.Csv(segments.Paths, dialect, quotedNulls: false).Typed(columns, found: false))
        {
            KeepsOrder = true,
            Log = log,
        };
        var stored = await new DatasetWriter(store, options).WriteAsync(
            query, static (session, _, _) => TextFunctions.Register(session), cancellationToken).ConfigureAwait(false);
        stored = stored with { Counts = new RowCounts(rowsIn, rejected.Count, writer.Filtered) };
        return new ReadDataset(
            stored, rejected.Count == 0 ? null : await rejected.StoreAsync(options, cancellationToken).ConfigureAwait(false));
    }

    private static long Run<TIn, TOut>(
        string parquet, DuckDbOptions options, Action<TIn, RowWriter<TOut>> transform, Writer<TOut> writer, IProgress<string>? log,
        CancellationToken cancellationToken)
        where TIn : class
        where TOut : class
    {
        var input = new RowType<TIn>();
        using var session = new DuckDbSession(options);
        Views.Create(session, "input", parquet);
        input.Require(session.Describe("SELECT * FROM input"));
        var number = 0L;
        var sql = $"SELECT {string.Join(", ", input.Columns.Select(column => column.Term))} FROM input";
        foreach (var chunk in session.Stream(sql, cancellationToken: cancellationToken))
        {
            var columns = input.Columns.Select((column, index) => column.Read(chunk, index)).ToArray();
            for (var row = 0; row < chunk.Rows; row++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var read = input.New(columns, row, ++number);
                writer.Begin(number, read);
                transform(read, writer);
                writer.End();
                log.Passed(number, $"read, {writer.Counts}");
            }
        }

        return number;
    }

    private sealed class Writer<T>(RowType<T> type, Segments segments, RejectedRows rejected) : RowWriter<T>
        where T : class
    {
        private long number;
        private object? read;
        private bool isDecided;

        public long Filtered { get; private set; }

        public string Counts => string.Create(
            CultureInfo.InvariantCulture, $"{segments.Rows:N0} written, {rejected.Count:N0} rejected, {Filtered:N0} filtered");

        public void Begin(long row, object value) => (number, read, isDecided) = (row, value, false);

        public void End() => Filtered += isDecided ? 0 : 1;

        public override void Write(T row)
        {
            ArgumentNullException.ThrowIfNull(row);
            Decide();
            var record = type.Record(row);
            if (record.Length > TextRows.MaxRecordBytes)
                throw new TaskFailureException(
                    $"What became of row {number} is longer than {TextRows.MaxRecordBytes} bytes.", retryable: false);
            segments.Add(record);
        }

        public override void Reject(string reason)
        {
            Decide();
            rejected.Add(number, reason, column: null, JsonSerializer.SerializeToUtf8Bytes(Raw()));
        }

        private Dictionary<string, string> Raw() => read!.GetType().GetProperties().ToDictionary(
            property => JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name),
            property => Convert.ToString(property.GetValue(read), CultureInfo.InvariantCulture) ?? "");

        private void Decide()
        {
            if (isDecided)
                throw new TaskFailureException(
                    $"Row {number} was written or rejected twice: a row transform makes of each row one or none.", retryable: false);
            isDecided = true;
        }
    }
}
