using System.Text.Json;
using System.Text.Json.Nodes;
using Workflow.Graphs;
using Workflow.Runs;

namespace Workflow.DagTesting;

/// <summary>One run of a test: the machine says what may run, the earliest runs next, and the clock jumps there.</summary>
internal sealed class TestRun
{
    /// <summary>A task that is looked at more often waits for what never comes.</summary>
    private const int MostAttempts = 1_000;

    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(30);

    private readonly DagTest test;
    private readonly CancellationToken cancellation;
    private readonly FakeTimeProvider clock;
    private readonly RunInfo info;
    private readonly DagGraph graph;
    private readonly RunModel model;
    private readonly Dictionary<TaskInstance, Track> tracks = [];

    public TestRun(DagTest test, CancellationToken cancellation)
    {
        this.test = test;
        this.cancellation = cancellation;
        clock = new FakeTimeProvider(test.Start);
        graph = test.Definition.Graph;
        info = new RunInfo(test.Definition.Id, "test", test.Date, test.Start, (JsonObject)test.Conf.DeepClone());
        model = RunModel.Start(graph, Lengths);
    }

    public async Task<DagTestResult> RunAsync()
    {
        Follow();
        while (tracks.Values.Where(track => track.Instance.State.IsClaimable()).MinBy(track => track.ReadyAt) is { } next)
        {
            cancellation.ThrowIfCancellationRequested();
            if (next.ReadyAt > clock.GetUtcNow())
                clock.SetUtcNow(next.ReadyAt);
            await AttemptAsync(next).ConfigureAwait(false);
            Follow();
        }

        return new DagTestResult(
            model.State!.Value, clock.GetUtcNow(),
            [.. model.Instances.Where(instance => graph.Tasks[instance.Task].Kind != TaskDefinition.ExpandKind).Select(Result)]);
    }

    public async Task<TaskResult> RunTaskAsync(TaskDefinition task, IReadOnlyList<string> inputs)
    {
        var track = new Track(new TaskInstance(task.Index, task.IsMapped ? 0 : TaskKey.Whole), clock.GetUtcNow());
        var outcome = await ExecuteAsync(track, 1, inputs).ConfigureAwait(false);
        var end = RunMachine.End(graph, task.Index, new AttemptCount(1, 0, 0), outcome, "test");
        return new TaskResult(
            task.Id, track.Instance.MapIndex, end.State, end.Message, 1, track.Log, (outcome as TaskOutcome.Succeeded)?.OutputJson,
            track.Exception, clock.GetUtcNow())
        { Json = test.Json };
    }

    private void Follow()
    {
        foreach (var moved in model.TakeMoved())
        {
            var track = TrackOf(moved);
            if (moved.State == TaskState.Queued)
                track.ReadyAt = clock.GetUtcNow();
            else if (moved.State.IsTerminal())
                track.EndedAt ??= clock.GetUtcNow();
        }
    }

    private async Task AttemptAsync(Track track)
    {
        var task = graph.Tasks[track.Instance.Task];
        model.Claim(track.Instance);
        var outcome = await ExecuteAsync(track, track.Instance.Attempt, inputs: null).ConfigureAwait(false);
        if (outcome is TaskOutcome.Deferred deferred)
        {
            track.DeferredSince ??= clock.GetUtcNow();
            if (track.Instance.Attempt >= MostAttempts)
            {
                throw new WorkflowException(
                    $"Task '{task.Id}' still waits at {clock.GetUtcNow():u}, after {MostAttempts:N0} looks: {deferred.Reason} "
                    + "Give the test what it waits for, with WithEvent, WithDataset, WithRun or a fake.");
            }
        }

        track.Output = (outcome as TaskOutcome.Succeeded)?.OutputJson;
        var end = model.End(track.Instance, outcome, $"{task.Id}[{track.Instance.MapIndex}]");
        if (end.Wait is { } wait)
            track.ReadyAt = Wake(end.WakeKey, clock.GetUtcNow() + wait);
    }

    /// <summary>When a task that waits is looked at again: an arrival that wakes it comes first.</summary>
    private DateTimeOffset Wake(string? key, DateTimeOffset at) => test.Arrivals
        .Where(arrival => arrival.Key == key).Select(arrival => test.Start + arrival.After)
        .Where(arrival => arrival > clock.GetUtcNow() && arrival < at).Append(at).Min();

    private async Task<TaskOutcome> ExecuteAsync(Track track, int attempt, IReadOnlyList<string>? inputs)
    {
        var task = graph.Tasks[track.Instance.Task];
        var code = test.Definition.Code[task.Index];
        var context = new TestContext(test, info, task.Id, track.Instance.MapIndex, attempt, track.Log, cancellation);
        track.Exception = null;
        if (test.FakeOf(task.Id) is null && test.FailureOf(task.Id, attempt) is null && NeedsEngine(code.Spec))
        {
            throw new WorkflowException(
                $"Task '{task.Id}' is of kind '{task.Kind}', which needs the engine. Say what it hands on: .Fake(\"{task.Id}\", ...)"
                + (task.Kind == "gate" ? $", or .Pass(\"{task.Id}\")." : "."));
        }

        try
        {
            if (test.FailureOf(task.Id, attempt) is { } failure)
                throw failure;
            var taken = code.Inputs.Select((input, at) =>
                JsonSerializer.Deserialize(inputs?[at] ?? Input(task, track.Instance, input), input.Type, test.Json));
            var output = await RunAsync(track, task, code.Spec, context, [.. taken]).ConfigureAwait(false);
            return Outcomes.Returned(test.Definition, task.Index, output, test.Json);
        }
        catch (Exception exception) when (!cancellation.IsCancellationRequested)
        {
            track.Exception = exception;
            return Outcomes.Thrown(exception, code.RetryRules);
        }
    }

    private static bool NeedsEngine(TaskSpec spec) => spec is not (PlainSpec or BranchSpec or ShortCircuitSpec or WaitSpec);

    private async Task<object?> RunAsync(
        Track track, TaskDefinition task, TaskSpec spec, TestContext context, IReadOnlyList<object?> inputs)
    {
        var fake = test.FakeOf(task.Id);
        switch (spec)
        {
            case BranchSpec branch:
                var chosen = fake is null
                    ? await branch.Choose(context, inputs).ConfigureAwait(false)
                    : Faked<IEnumerable<string>>(task, await fake(context, inputs).ConfigureAwait(false));
                return Outcomes.Chose(graph, task, [.. chosen]);
            case ShortCircuitSpec circuit:
                return Outcomes.WentOn(graph, task, fake is null
                    ? await circuit.GoOn(context, inputs).ConfigureAwait(false)
                    : Faked<bool>(task, await fake(context, inputs).ConfigureAwait(false)));
            case var _ when fake is not null:
                return await fake(context, inputs).ConfigureAwait(false);
            case WaitSpec wait:
                var (waits, output) = await LookAsync(wait, context).ConfigureAwait(false);
                return waits is null
                    ? output
                    : Outcomes.Waits(waits, task.WaitTimeout, track.DeferredSince is { } since ? clock.GetUtcNow() - since : TimeSpan.Zero);
            default:
                return await ((PlainSpec)spec).Body(context, inputs).ConfigureAwait(false);
        }
    }

    private static T Faked<T>(TaskDefinition task, object? value) => value is T right
        ? right
        : throw new TaskFailureException(
            $"The fake of '{task.Id}', a {task.Kind}, must give {(typeof(T) == typeof(bool) ? "true or false" : "the ids of the tasks that go on")}.",
            retryable: false);

    private async Task<(TaskOutcome.Deferred? Waits, object? Output)> LookAsync(WaitSpec spec, TestContext context)
    {
        switch (spec)
        {
            case WaitUntilSpec until:
                var left = until.Time(info) - clock.GetUtcNow();
                return (left > TimeSpan.Zero ? new TaskOutcome.Deferred($"Waits until {until.Time(info):u}.", left, null) : null, null);
            case WaitForSpec condition:
                var holds = await condition.Condition(context).ConfigureAwait(false);
                var reason = $"Waits for its condition, which is looked at every {condition.Every}.";
                return (holds ? null : new TaskOutcome.Deferred(reason, condition.Every, null), null);
            case WaitForDatasetSpec dataset:
                return Arrived(DagTest.DatasetKey(dataset.Dataset), $"Waits for a new version of dataset {dataset.Dataset}.");
            case WaitForEventSpec external:
                return Arrived(Outcomes.EventKey(external.Key(info)), $"Waits for the event {external.Key(info)}.");
            case WaitForRunSpec run:
                var what = $"run of {run.DagId} at {run.LogicalDate(info).UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC";
                var (waits, state) = Arrived(DagTest.RunKey(run.DagId, run.LogicalDate(info)), $"Waits for the {what}.");
                if (state is RunState.Failed or RunState.Cancelled)
                    throw new TaskFailureException($"The {what} ended as {((RunState)state).Name()}.", retryable: false);
                return (waits, null);
            default:
                throw new WorkflowException($"The test kit does not know the wait {spec.GetType().Name}.");
        }
    }

    private (TaskOutcome.Deferred? Waits, object? Output) Arrived(string key, string reason) =>
        test.Arrivals.Where(arrival => arrival.Key == key && test.Start + arrival.After <= clock.GetUtcNow())
            .MaxBy(arrival => arrival.After) is { } found
            ? (null, found.Value)
            : (new TaskOutcome.Deferred(reason, Poll, key), null);

    private string Input(TaskDefinition task, TaskInstance instance, TaskInput input)
    {
        var upstream = graph.Tasks[input.Upstream];
        switch (input.Kind)
        {
            case InputKind.Item:
                var root = graph.Tasks[task.MapRoot!.Value];
                var lists = root.MapSources.Select(source => List(graph.Tasks[source])!).ToList();
                return lists[input.Place][Outcomes.PlaceOf(
                    root, [.. lists.Select(list => list.Count)], input.Place, instance.MapIndex)!.Value];
            case InputKind.Gathered:
                return $"[{string.Join(',', List(upstream)!)}]";
            default:
                return TrackOf(model[input.Upstream, upstream.IsMapped ? instance.MapIndex : TaskKey.Whole]).Output
                    ?? throw new TaskFailureException(
                        $"Task '{upstream.Id}' gave no output: it did not succeed. Use After(...) to wait without taking it.",
                        retryable: false);
        }
    }

    private IReadOnlyList<int?> Lengths(TaskDefinition root) => [.. root.MapSources.Select(source => List(graph.Tasks[source])?.Count)];

    /// <summary>What a task gave as a list: an array, or what its elements gave; null for no list.</summary>
    private List<string>? List(TaskDefinition source)
    {
        if (source.IsMapped)
        {
            return [.. model.Elements(source.Index).Where(element => element.State == TaskState.Success)
                .Select(element => TrackOf(element).Output)
                .OfType<string>()];
        }

        if (TrackOf(model[source.Index]).Output is not { } json)
            return null;
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        return root.ValueKind == JsonValueKind.Array ? [.. root.EnumerateArray().Select(item => item.GetRawText())] : null;
    }

    private Track TrackOf(TaskInstance instance)
    {
        if (!tracks.TryGetValue(instance, out var track))
            tracks[instance] = track = new Track(instance, clock.GetUtcNow());
        return track;
    }

    private TaskResult Result(TaskInstance instance)
    {
        var (track, task) = (TrackOf(instance), graph.Tasks[instance.Task]);
        var isSummary = task.IsMapped && instance.MapIndex == TaskKey.Whole;
        var output = isSummary && instance.State == TaskState.Success ? $"[{string.Join(',', List(task)!)}]" : track.Output;
        return new TaskResult(
            task.Id, instance.MapIndex, instance.State, instance.Message, instance.Attempt, track.Log, output, track.Exception,
            track.EndedAt)
        { Json = test.Json };
    }

    private sealed class Track(TaskInstance instance, DateTimeOffset readyAt)
    {
        public TaskInstance Instance => instance;

        public DateTimeOffset ReadyAt { get; set; } = readyAt;

        public DateTimeOffset? DeferredSince { get; set; }

        public DateTimeOffset? EndedAt { get; set; }

        public string? Output { get; set; }

        public Exception? Exception { get; set; }

        public List<LogLine> Log { get; } = [];
    }
}
