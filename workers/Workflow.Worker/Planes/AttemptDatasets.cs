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
        var contract = await ContractGuard.RequireAsync(planes, context, stored, into).ConfigureAwait(false);

        // The artifact is durable by now; a kill before the row is staged leaves a file that nothing refers to.
        var staged = new StagedDataset(
            into, stored.Sha256, stored.Bytes, stored.Rows, partition, stored.Schema, stored.Profile, stored.WriterVersion,
            [.. parents.Select(parent => parent.VersionId)])
        {
            ContractHash = contract?.Hash,
        };
        var id = await planes.Effects.StageAsync(context.Source, staged, context.Cancellation).ConfigureAwait(false);
        context.HasEffects = true;
        context.Log($"Wrote {stored.Rows:N0} rows of {stored.Schema.Count} columns to {into} ({stored.Sha256[..8]})");
        return new DatasetVersion(id, into, stored.Sha256, stored.Rows, partition);
    }
}
