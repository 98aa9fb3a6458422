using System.Text.Json;
using System.Text.Json.Serialization;
using Workflow.Runs;

namespace Workflow.Graphs;

/// <summary>The immutable graph of a DAG version: what is stored with it, and all that the run state machine needs to know.</summary>
public sealed class DagGraph
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        IgnoreReadOnlyProperties = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    private readonly GraphEdge[][] edges;
    private readonly GraphEdge[][] innerEdges;
    private readonly int[][] downstreams;
    private readonly int[][] mapped;
    private readonly bool[] leaves;

    /// <summary>Makes a graph of tasks that are in topological order, with <see cref="TaskDefinition.Index"/> counting from 0.</summary>
    public DagGraph(IReadOnlyList<TaskDefinition> tasks)
    {
        Tasks = tasks;
        var kinds = new Dictionary<(int From, int To), EdgeKind>();
        foreach (var task in tasks)
        {
            Join(task.Upstreams, EdgeKind.Upstream);
            Join(task.Setups, EdgeKind.Setup);
            Join(task.Deciders, EdgeKind.Decider);

            void Join(IReadOnlyList<int> from, EdgeKind kind)
            {
                foreach (var other in from)
                    kinds[(other, task.Index)] = kinds.GetValueOrDefault((other, task.Index)) | kind;
            }
        }

        var outgoing = kinds.ToLookup(pair => pair.Key.From, pair => new GraphEdge(pair.Key.To, pair.Value));
        edges = [.. tasks.Select(task => outgoing[task.Index].OrderBy(edge => edge.To).ToArray())];
        innerEdges = [.. tasks.Select(task => edges[task.Index].Where(edge => AreInOneMap(task, tasks[edge.To])).ToArray())];
        downstreams = [.. edges.Select(list => list.Where(edge => edge.Kind.HasFlag(EdgeKind.Upstream)).Select(edge => edge.To).ToArray())];
        var byRoot = tasks.Where(task => task.IsMapped).ToLookup(task => task.MapRoot!.Value, task => task.Index);
        mapped = [.. tasks.Select(task => byRoot[task.Index].ToArray())];

        // A teardown hides nothing: what comes before it decides how the run ends, as if it were not there.
        leaves = [.. tasks.Select(task => task.Role == TaskRole.Teardown
            ? task.FailsRun
            : downstreams[task.Index].All(other => tasks[other].Role == TaskRole.Teardown))];
    }

    /// <summary>The tasks, every one after those that it waits for.</summary>
    public IReadOnlyList<TaskDefinition> Tasks { get; }

    /// <summary>The direct downstreams of a task.</summary>
    public IReadOnlyList<int> Downstreams(int index) => downstreams[index];

    /// <summary>Every edge out of a task: its downstreams, what lies in its scope, what it may decide against.</summary>
    public IReadOnlyList<GraphEdge> Edges(int index) => edges[index];

    /// <summary>The edges out of one element of a mapped task to elements of the same index.</summary>
    public IReadOnlyList<GraphEdge> InnerEdges(int index) => innerEdges[index];

    /// <summary>The tasks that get their elements from a node.</summary>
    public IReadOnlyList<int> Mapped(int root) => mapped[root];

    /// <summary>Whether a task decides how a run ends: nothing but teardowns depends on it, or it is a teardown that says so.</summary>
    public bool IsLeaf(int index) => leaves[index];

    /// <summary>
    /// Whether two tasks get the same elements, so that an element of one belongs to that of the same index of the other.
    /// </summary>
    public bool AreInOneMap(int one, int other) => AreInOneMap(Tasks[one], Tasks[other]);

    /// <summary>How many tasks an instance waits for, by what they are to it.</summary>
    /// <param name="index">The task.</param>
    /// <param name="isElement">Whether it is an element: it waits for elements of the same index only.</param>
    public (int Upstreams, int Setups, int Deciders) Awaited(int index, bool isElement)
    {
        var task = Tasks[index];
        return isElement
            ? (Inner(task.Upstreams), Inner(task.Setups), Inner(task.Deciders))
            : (task.Upstreams.Count, task.Setups.Count, task.Deciders.Count);

        int Inner(IReadOnlyList<int> all) => all.Count(other => AreInOneMap(Tasks[other], task));
    }

    /// <summary>A task's downstreams, theirs, and so on.</summary>
    public IReadOnlySet<int> Descendants(int index)
    {
        var found = new HashSet<int>();
        var open = new Stack<int>([index]);
        while (open.TryPop(out var next))
        {
            foreach (var downstream in downstreams[next].Where(found.Add))
                open.Push(downstream);
        }

        return found;
    }

    /// <summary>Reads the stored form.</summary>
    public static DagGraph FromJson(string json) => new(JsonSerializer.Deserialize<TaskDefinition[]>(json, Json)!);

    /// <summary>The stored form.</summary>
    public string ToJson() => JsonSerializer.Serialize(Tasks, Json);

    private static bool AreInOneMap(TaskDefinition one, TaskDefinition other) =>
        one.IsMapped && other.IsMapped && one.MapRoot == other.MapRoot;
}

/// <summary>An edge to another task.</summary>
/// <param name="To">The task that waits.</param>
/// <param name="Kind">What the edge's origin is to it.</param>
public readonly record struct GraphEdge(int To, EdgeKind Kind);
