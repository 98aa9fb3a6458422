using System.Collections.Concurrent;
using System.Text.Json;
using Workflow.Graphs;
using Workflow.Postgres.Steps;
using Workflow.Runs;

namespace Workflow.Worker.Execution;

/// <summary>
/// Gathers what an attempt takes from others, as JSON. The lists that mapped tasks run over are kept here: ten thousand elements of one
/// read it once, and after that ask only whether it is still the same; those that begin together share the question.
/// </summary>
public sealed class InputLoader(TaskQueue queue, GraphCache graphs)
{
    private const int MostLists = 50;

    /// <summary>Three lists of the longest kind; what else is asked for then is read anew.</summary>
    private const int MostItems = 3 * RunMachine.MapLimit;

    private readonly ConcurrentDictionary<(long RunId, int Task), SharedRead<IReadOnlyList<string>>> lists = new();
    private int items;

    /// <summary>The inputs of an attempt, in order.</summary>
    /// <exception cref="TaskFailureException">An upstream gave no output.</exception>
    public async Task<IReadOnlyList<string>> LoadAsync(
        ClaimedTask task, IReadOnlyList<InputPart> parts, CancellationToken cancellationToken)
    {
        var graph = await graphs.GetAsync(task.DagVersionId, cancellationToken).ConfigureAwait(false);
        var loaded = new List<string>(parts.Count);
        foreach (var part in parts)
            loaded.Add(await LoadAsync(task, graph, part, cancellationToken).ConfigureAwait(false));
        return loaded;
    }

    private async Task<string> LoadAsync(
        ClaimedTask task, DagGraph graph, InputPart input, CancellationToken cancellationToken) => input.Kind switch
        {
            InputKind.Item => await ItemAsync(task, graph, input, cancellationToken).ConfigureAwait(false),
            InputKind.Gathered =>
                $"[{string.Join(',', await ListAsync(task.Key.RunId, graph.Tasks[input.Upstream], cancellationToken).ConfigureAwait(false))}]",
            _ => await ValueAsync(task, graph, input.Upstream, cancellationToken).ConfigureAwait(false),
        };

    private async Task<string> ValueAsync(ClaimedTask task, DagGraph graph, int upstream, CancellationToken cancellationToken)
    {
        // Within a mapped group an element takes from the others what has its own index.
        var mapIndex = graph.Tasks[upstream].IsMapped ? task.Key.MapIndex : TaskKey.Whole;
        var found = await queue.LoadInputsAsync(task.Key.RunId, [(upstream, mapIndex, 0)], cancellationToken).ConfigureAwait(false);
        return found.TryGetValue(upstream, out var output) ? output.Json! : throw NoOutput(graph.Tasks[upstream]);
    }

    private async Task<string> ItemAsync(ClaimedTask task, DagGraph graph, InputPart input, CancellationToken cancellationToken)
    {
        var root = graph.Tasks[graph.Tasks[task.Key.TaskIndex].MapRoot!.Value];
        var sources = new List<IReadOnlyList<string>>();
        foreach (var source in root.MapSources)
            sources.Add(await ListAsync(task.Key.RunId, graph.Tasks[source], cancellationToken).ConfigureAwait(false));

        return Outcomes.PlaceOf(root, [.. sources.Select(list => list.Count)], input.Place, task.Key.MapIndex) is { } place
            ? sources[input.Place][place]
            : throw new TaskFailureException(
                $"The list of '{graph.Tasks[input.Upstream].Id}' is shorter than when the task was expanded: clear the task as a whole.",
                retryable: false);
    }

    private async Task<IReadOnlyList<string>> ListAsync(long runId, TaskDefinition source, CancellationToken cancellationToken)
    {
        if (lists.Count >= MostLists || Volatile.Read(ref items) > MostItems)
        {
            lists.Clear();
            Volatile.Write(ref items, 0);
        }

        var shared = lists.GetOrAdd((runId, source.Index), _ =>
        {
            var known = new KeptList(-1, []);
            return new SharedRead<IReadOnlyList<string>>(async () =>
            {
                var read = await ReadAsync(runId, source, known).ConfigureAwait(false);
                Interlocked.Add(ref items, read.Items.Count - known.Items.Count);
                known = read;
                return read.Items;
            });
        });
        return await shared.AskAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<KeptList> ReadAsync(long runId, TaskDefinition source, KeptList known)
    {
        if (source.IsMapped)
        {
            var (version, gathered) = await queue.LoadGatheredAsync(runId, source.Index, known.Version, CancellationToken.None)
                .ConfigureAwait(false);
            return gathered is null ? known : new KeptList(version, gathered);
        }

        var found = await queue.LoadInputsAsync(runId, [(source.Index, TaskKey.Whole, known.Version)], CancellationToken.None)
            .ConfigureAwait(false);
        var output = found.GetValueOrDefault(source.Index) ?? throw NoOutput(source);
        return output.Json is null ? known : new KeptList(output.Attempt, Split(output.Json));
    }

    private static List<string> Split(string json)
    {
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 1000 });
        return [.. document.RootElement.EnumerateArray().Select(item => item.GetRawText())];
    }

    private static TaskFailureException NoOutput(TaskDefinition upstream) => new(
        $"Task '{upstream.Id}' gave no output: it did not succeed. Use After(...) to wait without taking it.", retryable: false);

    private sealed record KeptList(int Version, IReadOnlyList<string> Items);
}
