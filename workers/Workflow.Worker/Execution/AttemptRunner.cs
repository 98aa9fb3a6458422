using Microsoft.Extensions.Logging;
using Workflow.Graphs;
using Workflow.Postgres;
using Workflow.Postgres.Dags;
using Workflow.Postgres.Effects;
using Workflow.Postgres.Reads;
using Workflow.Postgres.Steps;
using Workflow.Runs;
using Workflow.Worker.Handlers;
using Workflow.Worker.Isolation;
using Workflow.Worker.Logs;
using Workflow.Worker.Planes;

namespace Workflow.Worker.Execution;

/// <summary>Executes one attempt, in this process or in one of its own, under its timeout, and says how it ended.</summary>
public sealed class AttemptRunner(
    DagCodeCache codes, DagStore store, GraphCache graphs, InputLoader inputs, LogWriter logs, DataPlanes planes, WaitReads waits,
    ChildProcesses processes, WorkerOptions options, TimeProvider time, ILogger<AttemptRunner> logger)
{
    private readonly IReadOnlyDictionary<Type, ITaskHandler> handlers = TaskHandlers.All(planes, waits.NowAsync, waits);
    private int lostSlots;

    /// <summary>How many slots are held by tasks that ignored their cancellation.</summary>
    public int LostSlots => Volatile.Read(ref lostSlots);

    /// <summary>Runs an attempt to its end. Never throws: whatever happens is an outcome.</summary>
    public async Task<FinishedAttempt> RunAsync(RunningAttempt running)
    {
        var task = running.Task;
        var log = new TaskLog(task.Key, task.Attempt.Number, logs.Enqueue, time);
        TaskOutcome outcome;
        var hasEffects = false;
        try
        {
            if (AttemptEnds.Of(running.Reason, definition: null) is { } stopped)
                return new FinishedAttempt(task, running.WorkerId, stopped);
            if (!await PatientlyAsync(() => graphs.CanRunAsync(task.DagVersionId, running.Cancellation).AsTask(), running)
                .ConfigureAwait(false))
                return new FinishedAttempt(task, running.WorkerId,
                    new TaskOutcome.Returned("Its DAG was stored by a newer engine than its worker's."));
            var graph = await PatientlyAsync(() => graphs.GetAsync(task.DagVersionId, running.Cancellation).AsTask(), running)
                .ConfigureAwait(false);
            var definition = graph.Tasks[task.Key.TaskIndex];
            running.IsTeardown = definition.Role == TaskRole.Teardown;
            (outcome, hasEffects) =
                await (HasOwnProcess(definition) ? RunIsolatedAsync(running, definition, log) : RunHereAsync(running, log))
                .ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            outcome = AttemptEnds.Describe(exception, running, definition: null, [], log);
        }

        // The log is complete before the task is seen to have ended.
        if (log.Lines > 0)
            await logs.FlushAsync().ConfigureAwait(false);
        return new FinishedAttempt(task, running.WorkerId, outcome, hasEffects);
    }

    private bool HasOwnProcess(TaskDefinition task) =>
        task.Isolated && (!options.InProcess || task.HardTimeout is not null || task.MemoryLimit is not null);

    /// <remarks>The author's code is not even loaded here.</remarks>
    private async Task<(TaskOutcome Outcome, bool HasEffects)> RunIsolatedAsync(
        RunningAttempt running, TaskDefinition definition, TaskLog log)
    {
        var code = await PatientlyAsync(() => store.LoadCodeAsync(running.Task.DagVersionId, running.Cancellation), running)
            .ConfigureAwait(false);
        var calls = new EngineCalls(
            new AttemptSource(running.Task, definition.Id), planes.Effects, planes.Store, InputsAsync, waits.NowAsync, running);
        var child = new AttemptChild(processes, running, definition, calls, log, options, time);
        var outcome = await child.RunAsync(code).ConfigureAwait(false);
        return (outcome, child.HasEffects);
    }

    private async Task<(TaskOutcome Outcome, bool HasEffects)> RunHereAsync(RunningAttempt running, TaskLog log)
    {
        var dag = await PatientlyAsync(() => codes.GetAsync(running.Task.DagVersionId), running).ConfigureAwait(false);
        var context = new AttemptContext(running.Task, dag.Definition, log, planes, running.Cancellation);
        using var timeout = context.Definition.Timeout is { } limit
            ? time.CreateTimer(state => ((RunningAttempt)state!).Stop(StopReason.Timeout), running, limit, Timeout.InfiniteTimeSpan)
            : null;
        var body = new AttemptPipeline(handlers, InputsAsync).RunAsync(running, dag, context, log);

        // Once it was told to stop, it is waited for only for the grace.
        if (await Task.WhenAny(body, running.Stopped).ConfigureAwait(false) != body)
            await Task.WhenAny(body, Task.Delay(options.CancelGrace, time)).ConfigureAwait(false);
        if (body.IsCompleted)
            return (await body.ConfigureAwait(false), context.HasEffects);

        var left = options.Slots - Interlocked.Increment(ref lostSlots);
        logger.SlotLost(left);
        log.Write(TaskLogLevel.Error, "The task did not heed its cancellation; its worker gives up the slot.");
        return (AttemptEnds.Of(running.Reason, context.Definition)!, context.HasEffects);
    }

    private Task<IReadOnlyList<string>> InputsAsync(RunningAttempt running, IReadOnlyList<InputPart> parts) =>
        PatientlyAsync(() => inputs.LoadAsync(running.Task, parts, running.Cancellation), running);

    /// <summary>Waits for a database that is away: what the engine needs before the task can begin is no failure of the task.</summary>
    private async Task<T> PatientlyAsync<T>(Func<Task<T>> load, RunningAttempt running)
    {
        while (true)
        {
            try
            {
                return await load().ConfigureAwait(false);
            }
            catch (Exception exception) when (exception.IsPassing() && running.Reason == StopReason.None)
            {
                logger.PreparationWaits(exception.Message);
                await Task.Delay(options.PollInterval, time, running.Cancellation).ConfigureAwait(false);
            }
        }
    }
}
