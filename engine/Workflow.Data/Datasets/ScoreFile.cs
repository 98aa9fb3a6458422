using System.Globalization;

namespace Workflow.Data;

/// <summary>
/// Brings scores from code into a dataset: rows are written to a file, which a query then reads. Doubles go through text in their shortest
/// form that reads back to the same bits.
/// </summary>
public sealed class ScoreFile : IAsyncDisposable
{
    private readonly string path;
    private readonly StreamWriter writer;
    private long rows;

    /// <summary>Starts a file.</summary>
    /// <param name="path">Where; the file goes when this is disposed.</param>
    public ScoreFile(string path)
    {
        this.path = path;
        writer = new StreamWriter(path);
    }

    /// <summary>Adds a row; its number counts from 1.</summary>
    public Task AddAsync(double label, double score) => writer.WriteLineAsync($"{++rows},{Text(label)},{Text(score)}");

    /// <summary>Ends the file.</summary>
    /// <returns>The rows: <c>row_number</c>, <c>label</c> and <c>score</c>.</returns>
    public async Task<DatasetQuery> ReadAsync()
    {
        await writer.FlushAsync().ConfigureAwait(false);
        return new DatasetQuery(
            "SELECT * FROM read_csv($scores, header = false, columns = {'row_number': 'BIGINT', 'label': 'DOUBLE', 'score': 'DOUBLE'})")
        {
            Values = new Dictionary<string, object?> { ["scores"] = path },
        };
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await writer.DisposeAsync().ConfigureAwait(false);
        File.Delete(path);
    }

    private static string Text(double value) => double.IsNaN(value) ? "" : value.ToString("R", CultureInfo.InvariantCulture);
}
