using Workflow.Data;
using Workflow.Graphs;
using Workflow.Postgres.Effects;
using Workflow.Postgres.Tables;
using Workflow.Worker.Execution;

namespace Workflow.Worker.Planes;

/// <summary>The datasets as one attempt sees them: what it writes is staged under its name.</summary>
public sealed class AttemptDatasets(DataPlanes planes, AttemptContext context) : IDatasets
{
    private static readonly IReadOnlyDictionary<string, string> Unpartitioned = new Dictionary<string, string>();
    private static readonly IReadOnlyDictionary<string, DatasetInput> NoInputs = new Dictionary<string, DatasetInput>();

    private readonly Dictionary<string, IReadOnlyList<ColumnEdge>> declared = [];

    /// <inheritdoc />
    public Task<DatasetVersion> IngestAsync(
        string file, string into, IReadOnlyDictionary<string, string>? partition = null, IReadOnlyList<Column>? columns = null) =>
        IngestAsync(new CsvSource(file, new CsvOptions()) { Columns = columns }, into, partition);

    /// <inheritdoc />
    public async Task<DatasetVersion> IngestAsync(Source source, string into, IReadOnlyDictionary<string, string>? partition = null)
    {
        // Said before it reads: one that fails in it is told of, too.
        context.Touch();
        if (source is PostgresSource query)
            return await IngestAsync(query, into, partition ?? Unpartitioned).ConfigureAwait(false);
        if (source is not FileToRead file)
            throw new ArgumentOutOfRangeException(nameof(source), source, "There is no such source.");
        context.Log($"Reading {FileSource.Name(file.File)}");
        var masked = await ContractGuard.MaskedAsync(planes, context, into).ConfigureAwait(false);
        var read = await planes.Files.IngestAsync(file, masked, new LogProgress(context), context.Cancellation).ConfigureAwait(false);
        return await StageAsync(read, into, file.Rejects?.Into, partition ?? Unpartitioned, [], origin: null).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public async Task<DatasetVersion> TransformAsync<TIn, TOut>(DatasetVersion input, string into, Action<TIn, RowWriter<TOut>> transform)
        where TIn : class
        where TOut : class
    {
        ArgumentNullException.ThrowIfNull(input);
        var path = await OpenAsync(input).ConfigureAwait(false);
        var masked = await ContractGuard.MaskedAsync(planes, context, input.Dataset).ConfigureAwait(false);
        var made = await planes.Rows.RunAsync(path, transform, masked.Count > 0, new LogProgress(context), context.Cancellation)
            .ConfigureAwait(false);
        var origin = new Origin(null, new Dictionary<string, DatasetInput> { [SqlSpec.SoleInput] = input }, []);
        return await StageAsync(made, into, rejectsInto: null, input.Partition, [input], origin).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public async Task ExportAsync(DatasetVersion version, Sink sink)
    {
        ArgumentNullException.ThrowIfNull(version);
        var path = await OpenAsync(version).ConfigureAwait(false);
        if (sink is PostgresSink table)
            await ExportAsync(path, version.Rows, table).ConfigureAwait(false);
        else
            await DatasetExport.WriteAsync(path, sink, planes.Share, context.Cancellation).ConfigureAwait(false);
        context.Log($"Exported {version.Rows:N0} rows of {version.Dataset}");
    }

    private async Task<DatasetVersion> IngestAsync(PostgresSource source, string into, IReadOnlyDictionary<string, string> partition)
    {
        context.Log($"Reading a query of {source.Connection}");
        var file = planes.Store.Stage();
        try
        {
            var columns = await TableCopy.Open(source.Connection).ReadAsync(source, file, context.Cancellation).ConfigureAwait(false);
            var stored = await planes.Copied.StoreAsync(file, columns, $"postgres:{source.Connection}", context.Cancellation)
                .ConfigureAwait(false);
            return await StageAsync(stored, into, partition, [], new Origin(source.Query, NoInputs, [])).ConfigureAwait(false);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private async Task ExportAsync(string path, long rows, PostgresSink sink)
    {
        var file = planes.Store.Stage();
        try
        {
            var columns = await Task.Run(() => DatasetExport.WriteCsv(path, file, planes.Share, context.Cancellation), context.Cancellation)
                .ConfigureAwait(false);
            await TableCopy.Open(sink.Connection).WriteAsync(sink, columns, file, rows, context.Cancellation).ConfigureAwait(false);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <inheritdoc />
    public void DeclareLineage(string into, params IReadOnlyList<ColumnEdge> columns) => declared[into] = columns;

    /// <inheritdoc />
    public Task<DatasetVersion> GenerateAsync(
        string sql, string into, IReadOnlyDictionary<string, string>? partition = null,
        IReadOnlyDictionary<string, object>? values = null) =>
        WriteAsync(
            new DatasetQuery(sql)
            {
                Values = (values ?? new Dictionary<string, object>()).ToDictionary(pair => pair.Key, pair => (object?)pair.Value),
            },
            into, partition ?? Unpartitioned, [], new Origin(sql, NoInputs, []));

    /// <inheritdoc />
    public async Task<DatasetSnapshot> ReadAsync(string dataset, AsOf? at = null)
    {
        at ??= AsOf.Newest;
        var snapshot = await planes.Effects.SnapshotAsync(dataset, at, context.Cancellation).ConfigureAwait(false)
            ?? throw new TaskFailureException(
                $"There is no dataset '{dataset}' {at}. See its versions with: workflow datasets versions {dataset}", retryable: false);
        await RecordAsync(snapshot.Slices).ConfigureAwait(false);
        context.Log(
            $"Reading {dataset} version {snapshot.Version}: {snapshot.Slices.Count} slices of {snapshot.Rows:N0} rows ({snapshot.Sha256[..8]})");
        return snapshot;
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<DatasetVersion>> OfRunAsync(string dagId, string runId) =>
        planes.Effects.OfRunAsync(dagId, runId, context.Cancellation);

    /// <inheritdoc />
    public async Task<DatasetVersion> SelectAsync(
        string sql, string into, IReadOnlyDictionary<string, DatasetInput> inputs, IReadOnlyDictionary<string, string>? partition = null,
        IReadOnlyDictionary<string, object>? values = null)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var query = new DatasetQuery(sql)
        {
            Inputs = await OpenAsync(inputs).ConfigureAwait(false),
            Values = (values ?? new Dictionary<string, object>()).ToDictionary(pair => pair.Key, pair => (object?)pair.Value),
        };
        return await WriteAsync(
            query, into, partition ?? Unpartitioned, [.. inputs.Values.SelectMany(input => input.Slices)], new Origin(sql, inputs, []))
            .ConfigureAwait(false);
    }

    /// <summary>The local path of the files of each input. They count as read from here on.</summary>
    internal async Task<IReadOnlyDictionary<string, IReadOnlyList<string>>> OpenAsync(IReadOnlyDictionary<string, DatasetInput> inputs)
    {
        await RecordAsync([.. inputs.Values.SelectMany(input => input.Slices)]).ConfigureAwait(false);
        var paths = new Dictionary<string, IReadOnlyList<string>>();
        foreach (var (name, input) in inputs)
        {
            var files = new List<string>();
            foreach (var slice in input.Slices)
                files.Add(await planes.PathAsync(slice, context.Cancellation).ConfigureAwait(false));
            paths[name] = files;
        }

        return paths;
    }

    /// <summary>The local path of a version's file. It counts as read from here on.</summary>
    internal async Task<string> OpenAsync(DatasetVersion version)
    {
        await RecordAsync([version]).ConfigureAwait(false);
        return await planes.PathAsync(version, context.Cancellation).ConfigureAwait(false);
    }

    /// <summary>Records what the attempt is about to read: a kill after this leaves a record that nothing came of.</summary>
    internal Task RecordAsync(IReadOnlyList<DatasetVersion> versions)
    {
        if (versions.Count > 0)
            context.Touch();
        return planes.Effects.RecordInputsAsync(context.Source, [.. versions.Select(version => version.VersionId)], context.Cancellation);
    }

    /// <summary>Writes the result of a query into a new version and stages it.</summary>
    /// <param name="rowsIn">How many rows the query read of which it writes each or none; null when its rows are others.</param>
    internal async Task<DatasetVersion> WriteAsync(
        DatasetQuery query, string into, IReadOnlyDictionary<string, string> partition, IReadOnlyList<DatasetVersion> parents,
        Origin origin,
        long? rowsIn = null)
    {
        context.Touch();
        var stored = await planes.Writer.WriteAsync(query with { Log = new LogProgress(context) }, context.Cancellation)
            .ConfigureAwait(false);
        var counts = rowsIn is { } read ? new RowCounts(read, Filtered: read - stored.Rows) : null;
        return await StageAsync(stored with { Counts = counts }, into, partition, parents, origin).ConfigureAwait(false);
    }

    private async Task<DatasetVersion> StageAsync(
        ReadDataset read, string into, string? rejectsInto, IReadOnlyDictionary<string, string> partition,
        IReadOnlyList<DatasetVersion> parents, Origin? origin)
    {
        if (read.Rejects is { } rejects)
            await StageAsync(rejects with { Source = read.Rows.Source }, rejectsInto ?? $"{into}.rejects", partition, parents, origin)
                .ConfigureAwait(false);
        return await StageAsync(read.Rows, into, partition, parents, origin).ConfigureAwait(false);
    }

    /// <summary>What was declared counts; otherwise what the query says, with each of its inputs as the datasets that they are.</summary>
    private IReadOnlyList<ColumnEdge> Lineage(StoredDataset stored, string into, Origin? origin) =>
        declared.TryGetValue(into, out var columns)
            ? columns
            : [.. stored.Lineage.SelectMany(edge => origin?.Inputs.GetValueOrDefault(edge.Input)?.Slices
                .Select(slice => slice.Dataset).Distinct().Select(dataset => edge with { Input = dataset }) ?? [])];

    /// <summary>Stages what was written.</summary>
    internal async Task<DatasetVersion> StageAsync(
        StoredDataset stored, string into, IReadOnlyDictionary<string, string> partition, IReadOnlyList<DatasetVersion> parents,
        Origin? origin)
    {
        stored.Counts?.Check(into, stored.Rows);
        var contract = await ContractGuard.RequireAsync(planes, context, stored, into).ConfigureAwait(false);

        // The artifact is durable by now; a kill before the row is staged leaves a file that nothing refers to.
        var staged = new StagedDataset(
            into, stored.Sha256, stored.Bytes, stored.Rows, partition, stored.Schema, stored.Profile, stored.WriterVersion,
            [.. parents.Select(parent => parent.VersionId)])
        {
            Sketch = stored.Sketch,
            Counts = stored.Counts,
            ContractHash = contract?.Hash,
            Source = stored.Source is { } file ? new StagedSource(file.Location, file.Sha256, file.Bytes, file.Dialect) : null,
            Query = origin?.Query,
            Lineage = Lineage(stored, into, origin),
            Models = origin?.Models ?? [],
        };
        var id = await planes.Effects.StageAsync(context.Source, staged, context.Cancellation).ConfigureAwait(false);
        var rest = stored.Counts is { } counts ? $": {counts.RowsIn:N0} read, {counts.Rejected:N0} rejected, {counts.Filtered:N0} filtered"
            : "";
        var source = stored.ReadAs is { } found ? $" from {found}" : "";
        context.Log($"Wrote {stored.Rows:N0} rows of {stored.Schema.Count} columns{source} to {into} ({stored.Sha256[..8]}){rest}");
        return new DatasetVersion(id, into, stored.Sha256, stored.Rows, partition);
    }

    /// <summary>What made a version.</summary>
    /// <param name="Query">The SQL; null when it only carries rows from a file into the store.</param>
    /// <param name="Inputs">What the SQL calls its inputs.</param>
    /// <param name="Models">The models that scored the rows.</param>
    internal sealed record Origin(string? Query, IReadOnlyDictionary<string, DatasetInput> Inputs, IReadOnlyList<AppliedModel> Models);
}
