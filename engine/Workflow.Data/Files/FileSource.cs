using System.Globalization;
using System.Security.Cryptography;
using Workflow.Artifacts;
using Workflow.Data.DuckDb;
using Workflow.Data.Files;

namespace Workflow.Data;

/// <summary>What was read from a source.</summary>
/// <param name="Rows">The rows that fit.</param>
/// <param name="Rejects">The rows that do not; null when the first of them fails the reading.</param>
public sealed record ReadDataset(StoredDataset Rows, StoredDataset? Rejects);

/// <summary>
/// Reads a CSV file, a file of JSON lines (both also gzip) or a Parquet file, local or at an <c>http(s)</c> address, into the artifact
/// store, in the order of its rows. Nothing is stored of a file that fails: the message names file, line and cause.
/// </summary>
/// <param name="store">Where the dataset goes, and a download until it is read.</param>
/// <param name="http">Downloads addresses.</param>
/// <param name="options">The share of memory, and the threads that read.</param>
public sealed class FileSource(IArtifactStore store, HttpClient http, DuckDbOptions? options = null)
{
    private const string FileParameter = "workflow_source";

    private readonly DuckDbOptions options = options ?? new DuckDbOptions();

    /// <summary>What messages call a file: an address without its user and query, which may hold secrets.</summary>
    public static string Name(string file) => FileFetcher.Name(file);

    /// <summary>Reads a CSV or Parquet file, whichever its content is, into a dataset.</summary>
    /// <param name="file">A path, or an <c>http(s)</c> address.</param>
    /// <param name="columns">The columns that the file must have, in order, with their DuckDB types; null to take the types that
    /// all of its rows fit.</param>
    /// <param name="log">Hears how a download and the reading of many rows get on.</param>
    /// <param name="cancellationToken">Stops the download or the query.</param>
    /// <exception cref="TaskFailureException">No such file, other columns, or a row that does not fit.</exception>
    public async Task<StoredDataset> IngestAsync(
        string file, IReadOnlyList<Column>? columns, IProgress<string>? log, CancellationToken cancellationToken)
    {
        var source = new CsvSource(file, new CsvOptions()) { Columns = columns };
        return (await IngestAsync(source, log, cancellationToken).ConfigureAwait(false)).Rows;
    }

    /// <summary>Reads a file into a dataset, and what does not fit into another if its author asks for that.</summary>
    /// <param name="source">The file.</param>
    /// <param name="log">Hears how a download and the reading of many rows get on.</param>
    /// <param name="cancellationToken">Stops the download or the query.</param>
    /// <exception cref="TaskFailureException">No such file, another checksum, other columns, a row that does not fit, or too many of
    /// them.</exception>
    public Task<ReadDataset> IngestAsync(FileToRead source, IProgress<string>? log, CancellationToken cancellationToken) =>
        IngestAsync(source, new HashSet<string>(), log, cancellationToken);

    /// <summary>Reads a file with columns that tell of people.</summary>
    /// <param name="source">The file.</param>
    /// <param name="masked">The columns of which no values are shown, neither in messages nor in the profile of what does not fit.</param>
    /// <param name="log">Hears how a download and the reading of many rows get on.</param>
    /// <param name="cancellationToken">Stops the download or the query.</param>
    /// <exception cref="TaskFailureException">No such file, another checksum, other columns, a row that does not fit, or too many of
    /// them.</exception>
    public async Task<ReadDataset> IngestAsync(
        FileToRead source, IReadOnlySet<string> masked, IProgress<string>? log, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(masked);
        var expected = source.Columns is null ? null : ExpectedColumns.Normalise(source.Columns);
        var staged = store.Stage();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            var path = await new FileFetcher(http).FetchAsync(source.File, staged, log, cancellationToken).ConfigureAwait(false);
            if (source.Sha256 is { } wanted)
                await FileChecksum.RequireAsync(FileFetcher.Name(source.File), path, wanted, cancellationToken).ConfigureAwait(false);
            var file = DataFile.Open(source, path) with { Masked = masked };

            // Beside the reading, which takes far longer.
            var hash = Task.Run(() => HashAsync(path, stop.Token), stop.Token);
            using var rejected = source.Rejects is null ? null : new RejectedRows(
                store, $"The file {file.Name}", source.Rejects.MaxRows, masked.Count > 0 ? RejectedRows.Rows : new HashSet<string>());
            var rows = await ReadAsync(source, file, expected, rejected, log, cancellationToken).ConfigureAwait(false);
            rows.Counts?.Check(file.Name, rows.Rows);
            var (sha256, bytes) = await hash.ConfigureAwait(false);
            rows = rows with { Source = SourceFile.Of(file.Name, sha256, bytes, rows.ReadAs) };
            if (rejected is null)
                return new ReadDataset(rows, null);
            Limit(file, source.Rejects!.MaxShare ?? 1, rows.Counts!);
            return new ReadDataset(rows, await rejected.StoreAsync(options, cancellationToken).ConfigureAwait(false));
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            File.Delete(staged);
        }
    }

    private static async Task<(string Sha256, long Bytes)> HashAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20, useAsync: false);
        return (Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken).ConfigureAwait(false)), file.Length);
    }

    private Task<StoredDataset> ReadAsync(
        FileToRead source, DataFile file, IReadOnlyList<Column>? expected, RejectedRows? rejected, IProgress<string>? log,
        CancellationToken cancellationToken)
    {
        if (file.Format == FileFormat.Parquet)
        {
            return source is JsonLinesSource
                ? throw file.Failure("is Parquet, not JSON lines.")
                : ReadParquetAsync(file, expected, log, cancellationToken);
        }

        return source switch
        {
            CsvSource csv => new CsvReader(store, options, log).ReadAsync(file, csv.Options, expected, rejected, cancellationToken),
            JsonLinesSource => new JsonLinesReader(store, options, log).ReadAsync(file, expected, rejected, cancellationToken),
            _ => throw file.Failure("is no Parquet file."),
        };
    }

    private static void Limit(DataFile file, double maxShare, RowCounts counts)
    {
        var share = counts.RowsIn == 0 ? 0 : (double)counts.Rejected / counts.RowsIn;
        if (share > maxShare)
        {
            throw file.Failure(string.Create(
                CultureInfo.InvariantCulture,
                $"has {counts.Rejected} rows of {counts.RowsIn} that do not fit; at most a share of {maxShare} may be rejected."));
        }
    }

    private async Task<StoredDataset> ReadParquetAsync(
        DataFile file, IReadOnlyList<Column>? expected, IProgress<string>? log, CancellationToken cancellationToken)
    {
        // A Parquet file keeps its order too, on one thread: its row groups have sizes of their own.
        var query = new DatasetQuery($"SELECT * FROM read_parquet(${FileParameter}, hive_partitioning = false)")
        {
            Values = new Dictionary<string, object?> { [FileParameter] = file.Path },
            KeepsOrder = true,
            Log = log,
        };
        try
        {
            var rows = 0L;
            var stored = await new DatasetWriter(store, options with { ReadThreads = 1 }).WriteAsync(
                query,
                (session, query, token) =>
                {
                    var found = session.Describe(query.Sql, query.Values, token);
                    if (expected is not null)
                        ExpectedColumns.RequireTypes(file, expected, found);
                    rows = session.Query($"SELECT sum(num_rows)::BIGINT AS n FROM parquet_file_metadata(${FileParameter})", query.Values,
                        token)[0].Long("n");
                },
                cancellationToken).ConfigureAwait(false);
            return stored with { Counts = new RowCounts(rows), ReadAs = "parquet" };
        }
        catch (TaskFailureException error) when (error.Message.StartsWith("DuckDB: ", StringComparison.Ordinal))
        {
            throw file.Failure($"cannot be read as Parquet: {error.Message}", error);
        }
    }
}
