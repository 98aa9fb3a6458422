namespace Workflow.Ml.Tests;

/// <summary>Rows in memory, in chunks, which count how often they are read.</summary>
internal sealed class Rows(int chunkRows = 7) : ITrainingRows
{
    private readonly List<(double[] Numeric, string?[] Categorical, double Label)> rows = [];

    public int Passes { get; private set; }

    public int Count => rows.Count;

    public Rows Add(double label, double[] numeric, params string?[] categorical)
    {
        rows.Add((numeric, categorical, label));
        return this;
    }

    public IEnumerable<RowChunk> Read(CancellationToken cancellationToken)
    {
        Passes++;
        return rows.Chunk(chunkRows).Select(Columns);
    }

    public RowChunk All() => Columns([.. rows]);

    private static RowChunk Columns((double[] Numeric, string?[] Categorical, double Label)[] part) => new(
        [.. Enumerable.Range(0, part[0].Numeric.Length).Select(column => part.Select(row => row.Numeric[column]).ToArray())],
        [.. Enumerable.Range(0, part[0].Categorical.Length).Select(column => part.Select(row => row.Categorical[column]).ToArray())],
        [.. part.Select(row => row.Label)]);
}

internal sealed class Lines : List<string>, IProgress<string>
{
    public void Report(string value) => Add(value);
}
