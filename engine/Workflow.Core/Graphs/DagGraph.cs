using System.Text.Json;
using System.Text.Json.Serialization;

namespace Workflow.Graphs;

/// <summary>The immutable graph of a DAG version: what is stored with it, and all that the run state machine needs to know.</summary>
public sealed class DagGraph
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    private readonly int[][] downstreams;

    /// <summary>Makes a graph of tasks that are in topological order, with <see cref="TaskDefinition.Index"/> counting from 0.</summary>
    public DagGraph(IReadOnlyList<TaskDefinition> tasks)
    {
        Tasks = tasks;
        var lists = tasks.Select(_ => new List<int>()).ToArray();
        foreach (var task in tasks)
        {
            foreach (var upstream in task.Upstreams)
                lists[upstream].Add(task.Index);
        }

        downstreams = [.. lists.Select(list => list.ToArray())];
    }

    /// <summary>The tasks, every one after its upstreams.</summary>
    public IReadOnlyList<TaskDefinition> Tasks { get; }

    /// <summary>The direct downstreams of a task.</summary>
    public IReadOnlyList<int> Downstreams(int index) => downstreams[index];

    /// <summary>Whether nothing depends on a task: the leaves alone decide how a run ends.</summary>
    public bool IsLeaf(int index) => downstreams[index].Length == 0;

    /// <summary>Reads the stored form.</summary>
    public static DagGraph FromJson(string json) => new(JsonSerializer.Deserialize<TaskDefinition[]>(json, Json)!);

    /// <summary>The stored form.</summary>
    public string ToJson() => JsonSerializer.Serialize(Tasks, Json);
}
