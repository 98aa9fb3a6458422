using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Workflow.Graphs;

/// <summary>A DAG as its code defines it: the graph, and what each node runs.</summary>
public sealed class DagDefinition
{
    private static readonly JsonSerializerOptions Canonical = new()
    {
        Converters = { new JsonStringEnumConverter() },
        // A bound of a check may be infinite.
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    private DagDefinition(
        string id, string description, string owner, IReadOnlyList<string> tags, ScheduleSettings schedule, IReadOnlyList<ParamDefinition> parameters,
        IReadOnlyDictionary<string, Func<RunInfo, object>> values, DagGraph graph, IReadOnlyList<TaskCode> code)
    {
        Id = id;
        Description = description;
        Owner = owner;
        Tags = tags;
        ScheduleSettings = schedule;
        Parameters = parameters;
        Values = values;
        Graph = graph;
        Code = code;
        Hash = ComputeHash();
    }

    /// <summary>The DAG's id.</summary>
    public string Id { get; }

    /// <summary>What it is for.</summary>
    public string Description { get; }

    /// <summary>Who answers for it.</summary>
    public string Owner { get; }

    /// <summary>Words to find it by.</summary>
    public IReadOnlyList<string> Tags { get; }

    /// <summary>When runs are created.</summary>
    public ScheduleSettings ScheduleSettings { get; }

    /// <summary>The author's own timetable, where the schedule is <see cref="Custom"/>; null otherwise.</summary>
    public ITimetable? Timetable { get; internal set; }

    /// <summary>Its parameters, in the order of definition.</summary>
    public IReadOnlyList<ParamDefinition> Parameters { get; }

    /// <summary>How to read each parameter's value from a run, by name.</summary>
    public IReadOnlyDictionary<string, Func<RunInfo, object>> Values { get; }

    /// <summary>The graph.</summary>
    public DagGraph Graph { get; }

    /// <summary>What runs, by task index.</summary>
    public IReadOnlyList<TaskCode> Code { get; }

    /// <summary>
    /// 64 hex digits over everything that the definition says. Two loads of the same code must agree; where they do not, the definition reads
    /// something that changes.
    /// </summary>
    public string Hash { get; }

    /// <summary>Runs a DAG's <see cref="IDag.Define"/> and checks the result.</summary>
    /// <exception cref="DagDefinitionException">The definition is wrong.</exception>
    public static DagDefinition From(IDag source) => DagBuilder.Build(source);

    internal static DagDefinition Of(
        string id, string description, string owner, IReadOnlyList<string> tags, ScheduleSettings schedule, IReadOnlyList<ParamDefinition> parameters,
        IReadOnlyDictionary<string, Func<RunInfo, object>> values, IReadOnlyList<TaskDraft> drafts)
    {
        var ordered = TopologicalOrder(id, drafts);
        var index = ordered.Select((draft, place) => (draft, place)).ToDictionary(pair => pair.draft, pair => pair.place);
        var tasks = ordered.Select(draft => new TaskDefinition(
            index[draft], draft.Id, draft.Spec.Kind, draft.Queue, draft.Retries, draft.Backoff, draft.Timeout, draft.TriggerRule,
            [.. draft.Upstreams.Select(upstream => index[upstream]).Distinct().Order()], draft.Spec.Outlets));
        var code = ordered.Select(draft => new TaskCode(
            draft.Spec, [.. draft.Inputs.Select(input => new TaskInput(index[input], input.Output!))]));
        return new DagDefinition(id, description, owner, [.. tags], schedule, [.. parameters], values, new DagGraph([.. tasks]), [.. code]);
    }

    /// <summary>Upstreams first; among those that are free, the order of definition, so that equal code gives equal indexes.</summary>
    private static List<TaskDraft> TopologicalOrder(string dagId, IReadOnlyList<TaskDraft> drafts)
    {
        var waiting = drafts.ToDictionary(draft => draft, draft => draft.Upstreams.Distinct().Count());
        var downstreams = drafts.SelectMany(draft => draft.Upstreams.Distinct().Select(upstream => (upstream, draft))).ToLookup(edge => edge.upstream, edge => edge.draft);
        var place = drafts.Select((draft, at) => (draft, at)).ToDictionary(pair => pair.draft, pair => pair.at);
        var free = new PriorityQueue<TaskDraft, int>(drafts.Where(draft => waiting[draft] == 0).Select(draft => (draft, place[draft])));
        var ordered = new List<TaskDraft>(drafts.Count);
        while (free.TryDequeue(out var draft, out _))
        {
            ordered.Add(draft);
            foreach (var downstream in downstreams[draft])
            {
                if (--waiting[downstream] == 0)
                    free.Enqueue(downstream, place[downstream]);
            }
        }

        if (ordered.Count < drafts.Count)
        {
            var stuck = drafts.Where(draft => waiting[draft] > 0).Select(draft => draft.Id);
            throw new DagDefinitionException($"DAG '{dagId}' has a cycle among the tasks {string.Join(", ", stuck)}: a DAG cannot wait for itself.");
        }

        return ordered;
    }

    private string ComputeHash()
    {
        var canonical = JsonSerializer.Serialize(
            new
            {
                Id,
                Description,
                Owner,
                Tags,
                Schedule = ScheduleSettings.Schedule?.ToJson(),
                ScheduleSettings.StartDate,
                ScheduleSettings.EndDate,
                ScheduleSettings.Catchup,
                Parameters,
                Graph = Graph.ToJson(),
                Settings = Code.Select(code => code.Spec.Settings),
                // The graph knows upstreams as a set: which of them is whose first input, only the code does.
                Inputs = Code.Select(code => code.Inputs.Select(input => input.Upstream)),
            },
            Canonical);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)));
    }
}

/// <summary>What a node runs.</summary>
/// <param name="Spec">The kind with its settings.</param>
/// <param name="Inputs">The upstreams whose outputs it takes, in order.</param>
public sealed record TaskCode(TaskSpec Spec, IReadOnlyList<TaskInput> Inputs);

/// <summary>An output that a task takes.</summary>
/// <param name="Upstream">The index of the task that gives it.</param>
/// <param name="Type">Its type.</param>
public sealed record TaskInput(int Upstream, Type Type);
