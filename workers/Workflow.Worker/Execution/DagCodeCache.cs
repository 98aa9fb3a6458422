using System.Collections.Concurrent;
using Workflow.Graphs;
using Workflow.Loading;
using Workflow.Postgres.Dags;

namespace Workflow.Worker.Execution;

/// <summary>The code of a DAG version as it runs here.</summary>
/// <param name="Definition">The definition, rebuilt from the stored assembly.</param>
/// <param name="Assembly">The assembly, with its JSON settings.</param>
public sealed record LoadedDag(DagDefinition Definition, DagAssembly Assembly)
{
    /// <summary>
    /// Loads stored code. The definition is rebuilt by calling <c>Define</c> and must hash to what was stored: a definition that reads the
    /// clock or the environment fails here, clearly, instead of drifting.
    /// </summary>
    /// <exception cref="TaskFailureException">It does not define what it did.</exception>
    public static LoadedDag Load(DagCode code)
    {
        var assembly = DagAssembly.Load(code.Assembly, code.Packages);
        var definition = assembly.Find(code.DagId);
        if (definition.Hash != code.DefinitionHash)
        {
            throw new TaskFailureException(
                $"DAG '{code.DagId}' defines something else here than when it was stored: Define must not read the clock, chance or the environment.",
                retryable: false);
        }

        return new LoadedDag(definition, assembly);
    }
}

/// <summary>The DAG versions that this worker runs, each in a load context of its own with the packages that it was stored with.</summary>
public sealed class DagCodeCache(DagStore store)
{
    private const int Capacity = 200;

    private readonly ConcurrentDictionary<long, Lazy<Task<LoadedDag>>> loaded = new();

    /// <summary>The code of a version.</summary>
    /// <exception cref="TaskFailureException">It cannot be loaded, or does not define what it did.</exception>
    public Task<LoadedDag> GetAsync(long dagVersionId)
    {
        // Dropped entries are unloaded by the collector once no attempt uses them.
        if (loaded.Count >= Capacity)
            loaded.Clear();
        if (loaded.TryGetValue(dagVersionId, out var known) && known is { IsValueCreated: true, Value.IsFaulted: true })
            loaded.TryRemove(new KeyValuePair<long, Lazy<Task<LoadedDag>>>(dagVersionId, known));
        return loaded.GetOrAdd(dagVersionId, id => new Lazy<Task<LoadedDag>>(() => LoadAsync(id))).Value;
    }

    private async Task<LoadedDag> LoadAsync(long dagVersionId) =>
        LoadedDag.Load(await store.LoadCodeAsync(dagVersionId, CancellationToken.None).ConfigureAwait(false));
}
