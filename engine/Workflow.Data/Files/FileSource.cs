using System.Security.Cryptography;
using Workflow.Artifacts;
using Workflow.Data.DuckDb;
using Workflow.Data.Files;

namespace Workflow.Data;

/// <summary>
/// Reads a CSV file (also gzip) or a Parquet file, local or at an <c>http(s)</c> address, into the artifact store. The file's
/// content decides what it is, not its name. Rows that do not fit stop the reading: the message names file, line and cause, and
/// nothing is stored.
/// </summary>
/// <param name="store">Where the dataset goes, and a download until it is read.</param>
/// <param name="http">Downloads addresses.</param>
/// <param name="options">The share of memory; reading takes one thread.</param>
public sealed class FileSource(IArtifactStore store, HttpClient http, DuckDbOptions? options = null)
{
    private const string FileParameter = "workflow_source";

    private readonly DuckDbOptions options = (options ?? new DuckDbOptions()) with { Threads = 1 };

    /// <summary>Reads a file into a dataset, sorted by all of its columns.</summary>
    /// <param name="file">A path, or an <c>http(s)</c> address.</param>
    /// <param name="columns">The columns that the file must have, in order, with their DuckDB types; null to take the types that
    /// all of its rows fit.</param>
    /// <param name="log">Hears how a download gets on.</param>
    /// <param name="cancellationToken">Stops the download or the query.</param>
    /// <exception cref="TaskFailureException">No such file, other columns, or a row that does not fit.</exception>
    public async Task<StoredDataset> IngestAsync(
        string file, IReadOnlyList<Column>? columns, IProgress<string>? log, CancellationToken cancellationToken)
    {
        var expected = columns is null ? null : ExpectedColumns.Normalise(columns);
        var staged = store.Stage();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            var path = await new FileFetcher(http).FetchAsync(file, staged, log, cancellationToken).ConfigureAwait(false);
            var data = DataFile.Open(FileFetcher.Name(file), path);

            // Beside the reading, which takes one thread and far longer.
            var hash = Task.Run(() => HashAsync(data.Path, stop.Token), stop.Token);
            var stored = data.Format == FileFormat.Parquet
                ? await ReadParquetAsync(data, expected, cancellationToken).ConfigureAwait(false)
                : await ReadAnyCsvAsync(data, expected, cancellationToken).ConfigureAwait(false);
            var (sha256, bytes) = await hash.ConfigureAwait(false);
            return stored with { Source = new SourceFile(data.Name, sha256, bytes, DialectOf(data)) };
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

    private static Dictionary<string, string> DialectOf(DataFile file) => file.Format switch
    {
        FileFormat.Parquet => new() { ["format"] = "parquet" },
        FileFormat.GzipCsv => new() { ["format"] = "csv", ["compression"] = "gzip", ["delimiter"] = CsvSource.Delimiter(file).ToString() },
        _ => new() { ["format"] = "csv", ["delimiter"] = CsvSource.Delimiter(file).ToString() },
    };

    private async Task<StoredDataset> ReadAnyCsvAsync(DataFile file, IReadOnlyList<Column>? expected, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadCsvAsync(file, expected, cancellationToken).ConfigureAwait(false);
        }
        catch (TaskFailureException error) when (CsvErrors.MayBeMixedLineEnds(error))
        {
            var copy = store.Stage();
            try
            {
                var unified = LineEnds.Unify(file, copy, cancellationToken);
                return await ReadCsvAsync(unified, expected, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                File.Delete(copy);
            }
        }
    }

    private async Task<StoredDataset> ReadParquetAsync(DataFile file, IReadOnlyList<Column>? expected, CancellationToken cancellationToken)
    {
        var query = new DatasetQuery($"SELECT * FROM read_parquet(${FileParameter}, hive_partitioning = false)")
        {
            Values = new Dictionary<string, object?> { [FileParameter] = file.Path },
        };
        try
        {
            return await new DatasetWriter(store, options).WriteAsync(
                query,
                (session, query, token) =>
                {
                    var found = session.Describe(query.Sql, query.Values, token);
                    if (expected is not null)
                        ExpectedColumns.RequireTypes(file, expected, found);
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (TaskFailureException error) when (error.Message.StartsWith("DuckDB: ", StringComparison.Ordinal))
        {
            throw file.Failure($"cannot be read as Parquet: {error.Message}", error);
        }
    }

    private async Task<StoredDataset> ReadCsvAsync(DataFile file, IReadOnlyList<Column>? expected, CancellationToken cancellationToken)
    {
        CsvQuery csv;
        using (var session = new DuckDbSession(options))
            csv = await Task.Run(() => CsvSource.Open(session, file, expected, cancellationToken), cancellationToken).ConfigureAwait(false);
        try
        {
            var query = new DatasetQuery(csv.Sql) { Values = csv.Values };
            return await new DatasetWriter(store, options).WriteAsync(
                query, static (_, _, _) => { }, cancellationToken).ConfigureAwait(false);
        }
        catch (TaskFailureException error)
        {
            throw CsvErrors.Explain(file, csv.Columns, csv.Delimiter, error);
        }
    }
}
