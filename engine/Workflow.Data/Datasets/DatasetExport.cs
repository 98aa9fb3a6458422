using Workflow.Data.DuckDb;

namespace Workflow.Data;

/// <summary>
/// Writes datasets to files outside of the store: to a name of their own beside the target, made durable, and then renamed. Whoever reads
/// the target sees the file before or the file after, and of two exports to one path that of the later one. A kill leaves the former, and
/// one beside it that ends in <c>.partial</c>, which is nobody's.
/// </summary>
public static class DatasetExport
{
    /// <summary>Writes a file.</summary>
    /// <param name="parquet">The local path of the dataset version.</param>
    /// <param name="sink">The file to write.</param>
    /// <param name="options">The share of memory; one thread keeps the order of the rows.</param>
    /// <param name="cancellationToken">Stops the writing; the target stays as it was.</param>
    /// <exception cref="TaskFailureException">The file cannot be written; the message names it.</exception>
    public static async Task WriteAsync(string parquet, Sink sink, DuckDbOptions options, CancellationToken cancellationToken)
    {
        var path = Path.GetFullPath(sink switch
        {
            CsvSink csv => csv.Path,
            ParquetSink file => file.Path,
            _ => throw new ArgumentOutOfRangeException(nameof(sink), sink, "There is no such file."),
        });

        // A name of its own: what another export to the same path writes is not this one's to replace, publish or remove.
        var partial = $"{path}.{Guid.CreateVersion7():N}.partial";
        try
        {
            if (sink is CsvSink)
                await Task.Run(() => WriteCsv(parquet, partial, options, cancellationToken), cancellationToken).ConfigureAwait(false);
            else
                File.Copy(parquet, partial, overwrite: true);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(partial,
                    UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
            Durable.File(partial);
            File.Move(partial, path, overwrite: true);
            Durable.Folder(Path.GetDirectoryName(path)!);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new TaskFailureException($"Cannot write the file {path}: {error.Message}", retryable: true, error);
        }
        finally
        {
            if (File.Exists(partial))
                File.Delete(partial);
        }
    }

    /// <summary>Writes a CSV file with a header, in which an empty text is quoted and a null is not.</summary>
    /// <returns>Its columns.</returns>
    public static IReadOnlyList<Column> WriteCsv(string parquet, string target, DuckDbOptions options, CancellationToken cancellationToken)
    {
        using var session = new DuckDbSession(options with { Threads = 1 });
        Views.Create(session, "input", parquet);

        // So that the file gives both back. One column is quoted throughout: \. alone on a line would be the end of the file to PostgreSQL.
        var columns = session.Describe("SELECT * FROM input");
        var quotes = columns.Count == 1 ? ", FORCE_QUOTE *" : "";
        session.Execute(
            $"COPY (SELECT * FROM input) TO $target (FORMAT csv, HEADER, DELIMITER ',', QUOTE '\"', NULLSTR ''{quotes})",
            new Dictionary<string, object?> { ["target"] = target }, cancellationToken);
        return columns;
    }
}
