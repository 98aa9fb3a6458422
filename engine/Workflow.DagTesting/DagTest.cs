using System.Text.Json;
using System.Text.Json.Nodes;
using Workflow.Graphs;
using Workflow.Runs;

namespace Workflow.DagTesting;

/// <summary>
/// A run of a DAG in memory, for the tests of its author: the engine's own state machine moves it, tasks run their real bodies one after
/// another, outputs go through JSON as they do between workers, and the clock jumps over waits and backoffs.
/// </summary>
/// <remarks>
/// What needs the engine (SQL, gates, training, promotion) must be faked: see <see cref="Fake(string, object?)"/> and <see cref="Pass"/>.
/// Limits and timeouts have no say: nothing runs at the same time, and bodies take no time of this clock.
/// </remarks>
public sealed class DagTest
{
    private readonly Dictionary<string, Func<TaskContext, IReadOnlyList<object?>, Task<object?>>> fakes = [];
    private readonly Dictionary<string, (Exception Exception, int Times)> failures = [];

    private DagTest(DagDefinition definition) => Definition = definition;

    /// <summary>The DAG as its code defines it.</summary>
    public DagDefinition Definition { get; }

    /// <summary>The datasets that the bodies see; makes up versions unless replaced.</summary>
    public IDatasets Datasets { get; private set; } = new FakeDatasets();

    /// <summary>The models that the bodies see; makes up predictions unless replaced.</summary>
    public IModels Models { get; private set; } = new FakeModels();

    internal JsonObject Conf { get; } = [];

    internal DateTimeOffset? Date { get; private set; }

    internal DateTimeOffset Start { get; private set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    internal List<Arrival> Arrivals { get; } = [];

    internal JsonSerializerOptions Json { get; } = Loading.DagAssembly.CreateJson();

    /// <summary>A test of a DAG.</summary>
    /// <exception cref="DagDefinitionException">The definition is wrong.</exception>
    public static DagTest Of<TDag>()
        where TDag : IDag, new() => Of(new TDag());

    /// <inheritdoc cref="Of{TDag}()"/>
    public static DagTest Of(IDag dag) => new(DagDefinition.From(dag));

    /// <summary>Gives the run a parameter.</summary>
    public DagTest WithParam(string name, object? value)
    {
        var node = JsonSerializer.SerializeToNode(value, Json);
        if (Definition.Parameters.FirstOrDefault(parameter => parameter.Name == name) is not { } known)
        {
            throw new WorkflowException(
                $"DAG '{Definition.Id}' has no parameter '{name}': it has {Names(Definition.Parameters.Select(each => each.Name))}.");
        }

        if (known.Complaint(node) is { } complaint)
            throw new WorkflowException($"Parameter '{name}' {complaint}.");
        Conf[name] = node;
        return this;
    }

    /// <summary>Gives the run its logical date, at which it also starts unless <see cref="StartingAt"/> says otherwise.</summary>
    public DagTest WithLogicalDate(DateTimeOffset date)
    {
        Date = date;
        return StartingAt(date);
    }

    /// <summary>Where the clock stands when the run starts; 1 January 2026 unless given.</summary>
    public DagTest StartingAt(DateTimeOffset instant)
    {
        Start = instant.ToUniversalTime();
        return this;
    }

    /// <summary>Replaces the datasets that bodies see.</summary>
    public DagTest With(IDatasets datasets)
    {
        Datasets = datasets;
        return this;
    }

    /// <summary>Replaces the models that bodies see.</summary>
    public DagTest With(IModels models)
    {
        Models = models;
        return this;
    }

    /// <summary>
    /// A task hands on a value without running its body; for a branch the ids that it chooses, for a short circuit a boolean.
    /// </summary>
    public DagTest Fake(string taskId, object? output) => FakeBody(taskId, (_, _) => Task.FromResult(output));

    /// <summary>A task runs another body, which gets the context and the task's inputs.</summary>
    public DagTest FakeBody(string taskId, Func<TaskContext, IReadOnlyList<object?>, Task<object?>> body)
    {
        fakes[Find(taskId).Id] = body;
        return this;
    }

    /// <summary>A gate passes: it hands on its subject.</summary>
    public DagTest Pass(string gateId) => FakeBody(gateId, (_, inputs) => Task.FromResult(inputs[0]));

    /// <summary>The first attempts of a task throw; later ones go on as they would.</summary>
    /// <param name="taskId">The task.</param>
    /// <param name="exception">What they throw.</param>
    /// <param name="times">How many do; all unless given.</param>
    public DagTest Fail(string taskId, Exception exception, int times = int.MaxValue)
    {
        failures[Find(taskId).Id] = (exception, times);
        return this;
    }

    /// <summary>Something outside posts an event.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="payload">What comes with it.</param>
    /// <param name="after">How long after the run's start.</param>
    public DagTest WithEvent(string key, object? payload = null, TimeSpan after = default) =>
        Arrives(Outcomes.EventKey(key), JsonSerializer.SerializeToNode(payload, Json), after);

    /// <summary>A version of a dataset is published that a task may wait for.</summary>
    public DagTest WithDataset(DatasetVersion version, TimeSpan after = default) =>
        Arrives(DatasetKey(version.Dataset), version, after);

    /// <summary>A run of another DAG ends that a task may wait for.</summary>
    public DagTest WithRun(string dagId, DateTimeOffset logicalDate, RunState state = RunState.Success, TimeSpan after = default) =>
        Arrives(RunKey(dagId, logicalDate), state, after);

    /// <summary>Runs the DAG to its end.</summary>
    /// <exception cref="WorkflowException">A task needs a fake, or waits for what never comes.</exception>
    public Task<DagTestResult> RunAsync(CancellationToken cancellationToken = default)
    {
        if (Definition.Parameters.FirstOrDefault(parameter => parameter.Required && !Conf.ContainsKey(parameter.Name)) is { } missing)
            throw new WorkflowException($"Parameter '{missing.Name}' is required: give it with WithParam(\"{missing.Name}\", ...).");
        return new TestRun(this, cancellationToken).RunAsync();
    }

    /// <summary>Runs one attempt of one task.</summary>
    /// <param name="taskId">The task.</param>
    /// <param name="inputs">What it takes from others, in order; for a mapped task the item.</param>
    public Task<TaskResult> RunTaskAsync(string taskId, params object?[] inputs)
    {
        var task = Find(taskId);
        var wanted = Definition.Code[task.Index].Inputs;
        return inputs.Length == wanted.Count
            ? new TestRun(this, CancellationToken.None).RunTaskAsync(
                task, [.. inputs.Select(input => JsonSerializer.Serialize(input, Json))])
            : throw new WorkflowException(
                $"Task '{taskId}' takes {wanted.Count} inputs ({Names(wanted.Select(input => input.Type.Name))}), got {inputs.Length}.");
    }

    internal static string DatasetKey(string dataset) => $"dataset:{dataset}";

    internal static string RunKey(string dagId, DateTimeOffset logicalDate) => $"run:{dagId}@{logicalDate.UtcTicks}";

    internal Func<TaskContext, IReadOnlyList<object?>, Task<object?>>? FakeOf(string taskId) => fakes.GetValueOrDefault(taskId);

    internal Exception? FailureOf(string taskId, int attempt) =>
        failures.TryGetValue(taskId, out var failure) && attempt <= failure.Times ? failure.Exception : null;

    internal TaskDefinition Find(string taskId) =>
        Definition.Graph.Tasks.FirstOrDefault(task => task.Id == taskId && task.Kind != TaskDefinition.ExpandKind)
        ?? throw new WorkflowException(
            $"DAG '{Definition.Id}' has no task '{taskId}': it has {Names(Definition.Graph.Tasks.Select(task => task.Id))}.");

    private static string Names(IEnumerable<string> names) => string.Join(", ", names) is { Length: > 0 } text ? text : "none";

    private DagTest Arrives(string key, object? value, TimeSpan after)
    {
        Arrivals.Add(new Arrival(key, value, after));
        return this;
    }

    /// <summary>Something that tasks may wait for.</summary>
    internal sealed record Arrival(string Key, object? Value, TimeSpan After);
}
