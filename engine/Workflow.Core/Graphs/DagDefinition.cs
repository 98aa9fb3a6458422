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

    private readonly HashSet<int> taken;

    private DagDefinition(
        string id, string description, string owner, IReadOnlyList<string> tags, ScheduleSettings schedule,
        IReadOnlyList<ParamDefinition> parameters,
        IReadOnlyDictionary<string, Func<RunInfo, object>> values, DagSettings settings, RunCode runCode, DagGraph graph,
        IReadOnlyList<TaskCode> code)
    {
        Id = id;
        Description = description;
        Owner = owner;
        Tags = tags;
        ScheduleSettings = schedule;
        Parameters = parameters;
        Values = values;
        Settings = settings;
        RunCode = runCode;
        Graph = graph;
        Code = code;
        taken = [.. code.SelectMany(one => one.Inputs).Select(input => input.Upstream)];
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

    /// <summary>What concerns runs as a whole.</summary>
    public DagSettings Settings { get; }

    /// <summary>What is called for runs as a whole.</summary>
    public RunCode RunCode { get; }

    /// <summary>The graph.</summary>
    public DagGraph Graph { get; }

    /// <summary>What runs, by task index.</summary>
    public IReadOnlyList<TaskCode> Code { get; }

    /// <summary>Whether another task takes what a task gives.</summary>
    /// <param name="task">The index of the one that gives.</param>
    public bool IsTaken(int task) => taken.Contains(task);

    /// <summary>
    /// 64 hex digits over everything that the definition says. Two loads of the same code must agree; where they do not, the definition
    /// reads something that changes.
    /// </summary>
    public string Hash { get; }

    /// <summary>Runs a DAG's <see cref="IDag.Define"/> and checks the result.</summary>
    /// <exception cref="DagDefinitionException">The definition is wrong.</exception>
    public static DagDefinition From(IDag source) => DagBuilder.Build(source);

    internal static DagDefinition Of(
        string id, string description, string owner, IReadOnlyList<string> tags, ScheduleSettings schedule,
        IReadOnlyList<ParamDefinition> parameters,
        IReadOnlyDictionary<string, Func<RunInfo, object>> values, DagSettings settings, RunCode runCode, IReadOnlyList<TaskDraft> drafts)
    {
        var (graph, code) = new GraphAssembly(id, drafts).Build();
        return new DagDefinition(id, description, owner, [.. tags], schedule, [.. parameters], values, settings, runCode, graph, code);
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
                Runs = Settings.ToJson(),
                // Where a task stands in its file says nothing of what it does: a comment above it makes no other definition. That it uses
                // data follows from its types, and definitions from before that was said hash the same: runs are pinned to the hash.
                Graph = new DagGraph([.. Graph.Tasks.Select(task => task with { Line = 0, UsesData = null })]).ToJson(),
                Settings = Code.Select(code => code.Spec.Settings),
                // The graph knows upstreams as a set: which of them is whose first input, only the code does.
                Inputs = Code.Select(code => code.Inputs.Select(input => new { input.Upstream, input.Kind, input.Place })),
                RetryRules = Code.Select(code => code.RetryRules.Select(rule => new { rule.Exception.FullName, rule.Retry, rule.After })),
            },
            Canonical);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)));
    }
}

/// <summary>What a node runs.</summary>
/// <param name="Spec">The kind with its settings.</param>
/// <param name="Inputs">The upstreams whose outputs it takes, in order.</param>
/// <param name="RetryRules">What becomes of it after particular exceptions.</param>
/// <param name="Callbacks">What is called after its ends.</param>
public sealed record TaskCode(
    TaskSpec Spec, IReadOnlyList<TaskInput> Inputs, IReadOnlyList<RetryRule> RetryRules,
    IReadOnlyDictionary<CallbackKind, Func<CallbackContext, Task>> Callbacks);

/// <summary>What is called for a run as a whole.</summary>
/// <param name="Deadlines">For each deadline what is called when it is missed.</param>
/// <param name="Callbacks">What is called after its ends.</param>
public sealed record RunCode(
    IReadOnlyList<Func<CallbackContext, Task>> Deadlines, IReadOnlyDictionary<CallbackKind, Func<CallbackContext, Task>> Callbacks);

/// <summary>An output that a task takes.</summary>
/// <param name="Upstream">The index of the task that gives it; for an item, of the task that gives the list.</param>
/// <param name="Type">The type that the body takes.</param>
/// <param name="Kind">What part of the output it takes.</param>
/// <param name="Place">For an item: of which of the lists that are mapped over.</param>
public sealed record TaskInput(int Upstream, Type Type, InputKind Kind, int Place);

/// <summary>What part of an upstream's output a task takes.</summary>
public enum InputKind
{
    /// <summary>All of it; within a mapped group, that of the element of the same index.</summary>
    Value,

    /// <summary>The item of a list that belongs to the element.</summary>
    Item,

    /// <summary>The list of what the elements of a mapped task gave.</summary>
    Gathered,
}
