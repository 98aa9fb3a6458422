using Microsoft.Extensions.DependencyInjection;
using Workflow.Artifacts;
using Workflow.Data;
using Workflow.Postgres.Effects;

namespace Workflow.Dashboard.Tests;

/// <summary>What tests share that read the content of datasets: an artifact store which the server knows.</summary>
/// <param name="dataset">The dataset, with one slice for each month.</param>
/// <param name="dagId">The DAG.</param>
/// <param name="taskId">Its one task.</param>
public abstract class StoredDataTest(string dataset, string dagId, string taskId) : DataTest(dagId, taskId)
{
    private readonly string folder = Directory.CreateTempSubdirectory("workflow-dashboard-").FullName;

    protected FolderArtifactStore Artifacts => field ??= new FolderArtifactStore(folder);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    protected override void Add(IServiceCollection services) => services.AddSingleton<IArtifactStore>(Artifacts);

    /// <summary>Publishes the rows of a query as a month's slice.</summary>
    /// <returns>The version's key, the attempt that made it, and its file.</returns>
    protected async Task<(long VersionId, AttemptSource Source, string Path)> PublishAsync(
        string runKey, string month, string sql, string? contractHash = null)
    {
        var source = await StartAsync(runKey);
        var stored = await new DatasetWriter(Artifacts).WriteAsync(new DatasetQuery(sql), default);
        var staged = new StagedDataset(
            dataset, stored.Sha256, stored.Bytes, stored.Rows, new Dictionary<string, string> { ["month"] = month }, stored.Schema,
            stored.Profile, "test", [])
        {
            Sketch = stored.Sketch,
            ContractHash = contractHash,
        };
        var id = await Effects.StageAsync(source, staged, default);
        await FinishAsync(source);
        return (id, source, await Artifacts.PathAsync(stored.Sha256, default));
    }
}
