using Workflow.Data;
using Workflow.Postgres.Effects;
using Workflow.Worker.Execution;

namespace Workflow.Worker.Planes;

/// <summary>The datasets as one attempt sees them: what it writes is staged under its name.</summary>
public sealed class AttemptDatasets(DataPlanes planes, AttemptContext context) : IDatasets
{
    private static readonly IReadOnlyDictionary<string, string> Unpartitioned = new Dictionary<string, string>();

    /// <inheritdoc />
    public async Task<DatasetVersion> IngestAsync(
        string file, string into, IReadOnlyDictionary<string, string>? partition = null, IReadOnlyList<Column>? columns = null)
    {
        context.Log($"Reading {file}");
        var stored = await planes.Files.IngestAsync(file, columns, new LogProgress(context), context.Cancellation).ConfigureAwait(false);
        return await StageAsync(stored, into, partition ?? Unpartitioned, []).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public Task<DatasetVersion> GenerateAsync(
        string sql, string into, IReadOnlyDictionary<string, string>? partition = null, IReadOnlyDictionary<string, object>? values = null) =>
        WriteAsync(
            new DatasetQuery(sql) { Values = (values ?? new Dictionary<string, object>()).ToDictionary(pair => pair.Key, pair => (object?)pair.Value) },
            into, partition ?? Unpartitioned, []);

    /// <inheritdoc />
    public async Task<DatasetSnapshot> ReadAsync(string dataset, AsOf? at = null)
    {
        at ??= AsOf.Newest;
        var snapshot = await planes.Effects.SnapshotAsync(dataset, at, context.Cancellation).ConfigureAwait(false)
            ?? throw new TaskFailureException(
                $"There is no dataset '{dataset}' {at}. See its versions with: workflow datasets versions {dataset}", retryable: false);
        await RecordAsync(snapshot.Slices).ConfigureAwait(false);
        context.Log($"Reading {dataset} version {snapshot.Version}: {snapshot.Slices.Count} slices of {snapshot.Rows:N0} rows ({snapshot.Sha256[..8]})");
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
        return await WriteAsync(query, into, partition ?? Unpartitioned, [.. inputs.Values.SelectMany(input => input.Slices)]).ConfigureAwait(false);
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
    internal Task RecordAsync(IReadOnlyList<DatasetVersion> versions) =>
        planes.Effects.RecordInputsAsync(context.Source, [.. versions.Select(version => version.VersionId)], context.Cancellation);

    /// <summary>Writes the result of a query into a new version and stages it.</summary>
    internal async Task<DatasetVersion> WriteAsync(
        DatasetQuery query, string into, IReadOnlyDictionary<string, string> partition, IReadOnlyList<DatasetVersion> parents)
    {
        var stored = await planes.Writer.WriteAsync(query, context.Cancellation).ConfigureAwait(false);
        return await StageAsync(stored, into, partition, parents).ConfigureAwait(false);
    }

    private async Task<DatasetVersion> StageAsync(
        StoredDataset stored, string into, IReadOnlyDictionary<string, string> partition, IReadOnlyList<DatasetVersion> parents)
    {
        // The artifact is durable by now; a kill before the row is staged leaves a file that nothing refers to.
        var staged = new StagedDataset(
            into, stored.Sha256, stored.Bytes, stored.Rows, partition, stored.Schema, stored.Profile, stored.WriterVersion,
            [.. parents.Select(parent => parent.VersionId)])
        {
            Sketch = stored.Sketch,
        };
        var id = await planes.Effects.StageAsync(context.Source, staged, context.Cancellation).ConfigureAwait(false);
        context.HasEffects = true;
        context.Log($"Wrote {stored.Rows:N0} rows of {stored.Schema.Count} columns to {into} ({stored.Sha256[..8]})");
        return new DatasetVersion(id, into, stored.Sha256, stored.Rows, partition);
    }
}
