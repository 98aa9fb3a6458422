using System.Text.Json;
using System.Text.RegularExpressions;
using Workflow.Graphs;

namespace Workflow;

/// <summary>Collects what <see cref="IDag.Define"/> says of a DAG.</summary>
public sealed partial class DagBuilder
{
    private readonly List<TaskDraft> tasks = [];
    private readonly HashSet<string> taskIds = [];
    private readonly HashSet<string> groupPaths = [];
    private readonly List<ParamDefinition> parameters = [];
    private readonly Dictionary<string, Func<RunInfo, object>> values = [];
    private readonly List<string> tags = [];
    private string? id;
    private string? description;
    private string? owner;
    private GroupDraft? group;

    internal DagBuilder()
    {
    }

    /// <summary>The DAG's id; required, and unique among all files.</summary>
    public DagBuilder Id(string dagId)
    {
        Identifier.Require(dagId, "DAG id");
        id = dagId;
        return this;
    }

    /// <summary>What the DAG is for, in a sentence.</summary>
    public DagBuilder Description(string text)
    {
        description = text;
        return this;
    }

    /// <summary>Who answers for the DAG.</summary>
    public DagBuilder Owner(string name)
    {
        owner = name;
        return this;
    }

    /// <summary>Words to find the DAG by.</summary>
    public DagBuilder Tags(params string[] words)
    {
        tags.AddRange(words);
        return this;
    }

    /// <summary>A parameter whose value a run may give.</summary>
    /// <param name="name">Its name in the run's <c>conf</c>.</param>
    /// <param name="defaultValue">The value when a run gives none.</param>
    /// <param name="help">What it means, in a sentence.</param>
    /// <param name="pattern">A regular expression that the whole text must match.</param>
    /// <param name="allowed">The only texts allowed.</param>
    /// <param name="minimum">The least number allowed.</param>
    /// <param name="maximum">The greatest number allowed.</param>
    public Param<T> Param<T>(
        string name, T defaultValue, string help = "", string? pattern = null, string[]? allowed = null, double? minimum = null,
        double? maximum = null)
        where T : notnull
    {
        if (defaultValue is double number && !double.IsFinite(number))
            throw new DagDefinitionException($"Parameter '{name}': the default must be a finite number, got {number}.");
        RequirePattern(name, pattern);
        var definition = new ParamDefinition(
            name, ParamType<T>(name), JsonSerializer.SerializeToNode(defaultValue), Required: false, help, pattern, allowed, minimum,
            maximum)
        {
            Format = ParamFormat<T>(),
        };
        if (definition.Complaint(definition.Default) is { } complaint)
            throw new DagDefinitionException($"Parameter '{name}': the default {complaint}.");
        return Add(new Param<T>(definition, derive: null));
    }

    /// <summary>A parameter that is worked out from the run when the run gives none, such as a month from its logical date.</summary>
    public Param<T> DerivedParam<T>(string name, Func<RunInfo, T> derive, string help = "", string? pattern = null)
        where T : notnull =>
        Add(new Param<T>(
            new ParamDefinition(name, ParamType<T>(name), Default: null, Required: false, help, pattern) { Format = ParamFormat<T>() },
            derive));

    /// <summary>A parameter that every run must give.</summary>
    public Param<T> RequiredParam<T>(string name, string help = "", string? pattern = null, string[]? allowed = null)
        where T : notnull =>
        Add(new Param<T>(
            new ParamDefinition(name, ParamType<T>(name), Default: null, Required: true, help, pattern, allowed)
            {
                Format = ParamFormat<T>(),
            },
            derive: null));

    internal void Connect(TaskHandle upstream, TaskHandle downstream)
    {
        if (upstream.Dag != this || downstream.Dag != this)
            throw new DagDefinitionException($"Tasks '{upstream.Id}' and '{downstream.Id}' belong to different DAGs.");
        downstream.Draft.Upstreams.Add(upstream.Draft);
    }

    /// <summary>Runs a definition and checks it as a whole.</summary>
    /// <exception cref="DagDefinitionException">No id, no tasks, or a cycle.</exception>
    internal static DagDefinition Build(IDag source)
    {
        var dag = new DagBuilder();
        source.Define(dag);
        if (dag.id is null)
            throw new DagDefinitionException($"{source.GetType().Name}.Define must name the DAG: dag.Id(\"...\").");
        if (dag.tasks.Count == 0)
            throw new DagDefinitionException($"DAG '{dag.id}' has no tasks.");
        var definition = DagDefinition.Of(
            dag.id, dag.description ?? "", dag.owner ?? "", dag.tags, dag.schedule, dag.parameters, dag.values, dag.settings,
            new RunCode([.. dag.deadlines.Select(deadline => deadline.Callback)], dag.runCallbacks), dag.tasks);
        definition.Timetable = dag.timetable;
        return definition;
    }

    private TaskDraft Draft(string taskId, IReadOnlyList<TaskHandle> inputs, TaskSpec spec, int line, Type? output = null) =>
        Draft(taskId, [.. inputs.Select(input => input.Input())], inputs, spec, line, output);

    private TaskDraft Draft(
        string taskId, IReadOnlyList<InputDraft> inputs, IReadOnlyList<TaskHandle> upstreams, TaskSpec spec, int line, Type? output,
        IReadOnlyList<TaskDraft>? mapSources = null, bool isZipped = false)
    {
        Identifier.Require(taskId, "task id");
        var id = group is null ? taskId : $"{group.Path}.{taskId}";
        if (!taskIds.Add(id))
            throw new DagDefinitionException($"Two tasks are called '{id}': give one of them another id.");
        if (upstreams.FirstOrDefault(upstream => upstream.Dag != this) is { } stranger)
            throw new DagDefinitionException($"Task '{id}' takes '{stranger.Id}', which belongs to another DAG.");
        var draft = new TaskDraft(id, spec, inputs, output)
        {
            Line = line,
            Group = group,
            MapSources = mapSources ?? [],
            IsZipped = isZipped,
        };
        draft.Upstreams.AddRange(upstreams.Select(upstream => upstream.Draft));
        tasks.Add(draft);
        return draft;
    }

    private Param<T> Add<T>(Param<T> param)
        where T : notnull
    {
        Identifier.Require(param.Definition.Name, "parameter name");
        RequirePattern(param.Definition.Name, param.Definition.Pattern);
        if (parameters.Any(other => other.Name == param.Definition.Name))
            throw new DagDefinitionException($"Two parameters are called '{param.Definition.Name}'.");
        parameters.Add(param.Definition);
        values[param.Definition.Name] = run => param.Read(run);
        return param;
    }

    /// <remarks>
    /// An enum is refused by hand, since its type code is that of its number: no type of an author may get into the serializer's caches.
    /// </remarks>
    private static string ParamType<T>(string name) => typeof(T).IsEnum ? throw BadType<T>(name) : Type.GetTypeCode(typeof(T)) switch
    {
        TypeCode.String => "string",
        TypeCode.Boolean => "boolean",
        TypeCode.Int32 or TypeCode.Int64 => "integer",
        TypeCode.Double => "number",
        _ when ParamFormat<T>() is not null => "string",
        _ when typeof(T) == typeof(string[]) => "array",
        _ => throw BadType<T>(name),
    };

    private static string? ParamFormat<T>() =>
        typeof(T) == typeof(DateOnly) ? ParamDefinition.DateFormat : typeof(T) == typeof(DateTimeOffset) ? ParamDefinition.DateTimeFormat
            : null;

    private static DagDefinitionException BadType<T>(string name) =>
        new($"Parameter '{name}' has type {typeof(T).Name}; use string, bool, int, long, double, DateOnly, DateTimeOffset or string[].");

    private static void RequirePattern(string name, string? pattern)
    {
        try
        {
            _ = pattern is null ? null : new Regex(pattern);
        }
        catch (ArgumentException exception)
        {
            throw new DagDefinitionException($"Parameter '{name}': the pattern '{pattern}' is no regular expression: {exception.Message}");
        }
    }
}
