namespace Workflow.DagTesting;

/// <summary>Makes up dataset versions: nothing is read and nothing written, but every version is kept for the test to look at.</summary>
/// <param name="rows">How many rows each version says that it has.</param>
public sealed class FakeDatasets(long rows = 1000) : IDatasets
{
    private readonly List<DatasetVersion> versions = [];
    private readonly List<(DatasetVersion Version, Sink Sink)> exports = [];
    private readonly Dictionary<string, IReadOnlyList<ColumnEdge>> lineage = [];

    /// <summary>What was written, oldest first.</summary>
    public IReadOnlyList<DatasetVersion> Versions => versions;

    /// <summary>What was exported, oldest first.</summary>
    public IReadOnlyList<(DatasetVersion Version, Sink Sink)> Exports => exports;

    /// <summary>What was declared of the columns of each dataset.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<ColumnEdge>> Lineage => lineage;

    /// <summary>A version of a dataset, for tests to hand to tasks.</summary>
    public static DatasetVersion Version(
        string dataset, IReadOnlyDictionary<string, string>? partition = null, long rows = 1000, long versionId = 1) =>
        new(versionId, dataset, versionId.ToString("x64", System.Globalization.CultureInfo.InvariantCulture), rows,
            partition ?? new Dictionary<string, string>());

    /// <inheritdoc />
    public Task<DatasetVersion> IngestAsync(
        string file, string into, IReadOnlyDictionary<string, string>? partition = null, IReadOnlyList<Column>? columns = null) =>
        AddAsync(into, partition);

    /// <inheritdoc />
    public void DeclareLineage(string into, params IReadOnlyList<ColumnEdge> columns) => lineage[into] = columns;

    /// <inheritdoc />
    public Task<DatasetVersion> GenerateAsync(
        string sql, string into, IReadOnlyDictionary<string, string>? partition = null,
        IReadOnlyDictionary<string, object>? values = null) =>
        AddAsync(into, partition);

    /// <inheritdoc />
    /// <remarks>The newest version of each slice that the test's tasks have written; whatever is asked for by number or time.</remarks>
    public Task<DatasetSnapshot> ReadAsync(string dataset, AsOf? at = null)
    {
        var slices = versions.Where(version => version.Dataset == dataset)
            .GroupBy(version => string.Join(',', version.Partition.OrderBy(pair => pair.Key, StringComparer.Ordinal)))
            .Select(slice => slice.Last()).ToList();
        return slices.Count > 0
            ? Task.FromResult(new DatasetSnapshot(dataset, versions.Count(version => version.Dataset == dataset), slices))
            : throw new TaskFailureException($"Dataset '{dataset}' has no version.", retryable: false);
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<DatasetVersion>> OfRunAsync(string dagId, string runId) => Task.FromResult(Versions);

    /// <inheritdoc />
    public Task<DatasetVersion> SelectAsync(
        string sql, string into, IReadOnlyDictionary<string, DatasetInput> inputs, IReadOnlyDictionary<string, string>? partition = null,
        IReadOnlyDictionary<string, object>? values = null) => AddAsync(into, partition);

    /// <inheritdoc />
    public Task<DatasetVersion> IngestAsync(Source source, string into, IReadOnlyDictionary<string, string>? partition = null) =>
        AddAsync(into, partition);

    /// <inheritdoc />
    public Task<DatasetVersion> TransformAsync<TIn, TOut>(DatasetVersion input, string into, Action<TIn, RowWriter<TOut>> transform)
        where TIn : class
        where TOut : class
    {
        ArgumentNullException.ThrowIfNull(input);
        return AddAsync(into, input.Partition);
    }

    /// <inheritdoc />
    public Task ExportAsync(DatasetVersion version, Sink sink)
    {
        exports.Add((version, sink));
        return Task.CompletedTask;
    }

    private Task<DatasetVersion> AddAsync(string into, IReadOnlyDictionary<string, string>? partition)
    {
        var version = Version(into, partition, rows, versions.Count + 1);
        versions.Add(version);
        return Task.FromResult(version);
    }
}

/// <summary>Makes up predictions; no version holds any alias.</summary>
public sealed class FakeModels : IModels
{
    /// <summary>A model version, for tests to hand to tasks.</summary>
    public static ModelVersion Version(string model, DatasetVersion? testRows = null, string holdout = "is_test") =>
        new(1, model, new string('0', 64), testRows ?? FakeDatasets.Version("rows"), holdout);

    /// <inheritdoc />
    public Task<Predictions> PredictAsync(ModelVersion candidate, string into, string compareWith = "champion")
    {
        ArgumentNullException.ThrowIfNull(candidate);
        return Task.FromResult(new Predictions(candidate, FakeDatasets.Version(into, candidate.TestRows.Partition), compareWith, null));
    }
}
