using System.Text.Json;
using Microsoft.Extensions.Logging;
using Workflow.Graphs;
using Workflow.Postgres;
using Workflow.Postgres.Steps;
using Workflow.Runs;
using Workflow.Worker.Handlers;
using Workflow.Worker.Logs;
using Workflow.Worker.Planes;

namespace Workflow.Worker.Execution;

/// <summary>Executes one attempt: loads its code, gathers its inputs, runs it under its timeout, and says how it ended.</summary>
public sealed class AttemptRunner(
    DagCodeCache codes, InputLoader inputs, LogWriter logs, DataPlanes planes, IEnumerable<ITaskHandler> handlers, WorkerOptions options,
    TimeProvider time, ILogger<AttemptRunner> logger)
{
    private readonly Dictionary<Type, ITaskHandler> handlers = handlers.ToDictionary(handler => handler.Spec);
    private int lostSlots;

    /// <summary>How many slots are held by tasks that ignored their cancellation.</summary>
    public int LostSlots => Volatile.Read(ref lostSlots);

    /// <summary>Runs an attempt to its end. Never throws: whatever happens is an outcome.</summary>
    public async Task<FinishedAttempt> RunAsync(RunningAttempt running)
    {
        var task = running.Task;
        var log = new TaskLog(task.Key, task.Attempt.Number, logs, time);
        var hasEffects = false;
        TaskOutcome outcome;
        try
        {
            var dag = await PatientlyAsync(() => codes.GetAsync(task.DagVersionId), running).ConfigureAwait(false);
            var context = new AttemptContext(task, dag.Definition, log, planes, running.Cancellation);
            running.IsTeardown = context.Definition.Role == TaskRole.Teardown;
            outcome = await ExecuteAsync(running, dag, context, log).ConfigureAwait(false);
            hasEffects = context.HasEffects;
        }
        catch (Exception exception)
        {
            outcome = Describe(exception, running, timeout: null, [], log);
        }

        // The log is complete before the task is seen to have ended.
        if (log.Lines > 0)
            await logs.FlushAsync().ConfigureAwait(false);
        return new FinishedAttempt(task, running.WorkerId, outcome, hasEffects);
    }

    private async Task<TaskOutcome> ExecuteAsync(RunningAttempt running, LoadedDag dag, AttemptContext context, TaskLog log)
    {
        var definition = context.Definition;
        var code = dag.Definition.Code[definition.Index];
        using var timeout = definition.Timeout is { } limit
            ? time.CreateTimer(state => ((RunningAttempt)state!).Stop(StopReason.Timeout), running, limit, Timeout.InfiniteTimeSpan)
            : null;
        try
        {
            var taken = await InputsAsync(running, dag, code).ConfigureAwait(false);
            var body = Task.Run(
                () =>
                {
                    ConsoleCapture.Begin(log);
                    return handlers[code.Spec.GetType()].RunAsync(context, code.Spec, taken);
                },
                CancellationToken.None);
            await UntilEndOrGraceAsync(body, running).ConfigureAwait(false);
            if (!body.IsCompleted)
            {
                var left = options.Slots - Interlocked.Increment(ref lostSlots);
                logger.SlotLost(left);
                log.Write(TaskLogLevel.Error, "The task did not heed its cancellation; its worker gives up the slot.");
                throw new OperationCanceledException();
            }

            var output = await body.ConfigureAwait(false);
            return output as TaskOutcome ?? new TaskOutcome.Succeeded(output is not null
                ? JsonSerializer.Serialize(output, output.GetType(), dag.Assembly.Json)
                : IsTaken(dag.Definition, definition.Index) ? "null" : null);
        }
        catch (Exception exception)
        {
            return Describe(exception, running, definition.Timeout, code.RetryRules, log);
        }
    }

    /// <summary>Waits for the body; once it was told to stop, only for the grace.</summary>
    private async Task UntilEndOrGraceAsync(Task body, RunningAttempt running)
    {
        if (await Task.WhenAny(body, running.Stopped).ConfigureAwait(false) != body)
            await Task.WhenAny(body, Task.Delay(options.CancelGrace, time)).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<object?>> InputsAsync(RunningAttempt running, LoadedDag dag, TaskCode code)
    {
        var loaded = await PatientlyAsync(() => inputs.LoadAsync(running.Task, dag.Definition, running.Cancellation), running).ConfigureAwait(false);
        return [.. code.Inputs.Zip(loaded, (input, json) => JsonSerializer.Deserialize(json, input.Type, dag.Assembly.Json))];
    }

    /// <summary>Whether another task takes the output: then null is a value too.</summary>
    private static bool IsTaken(DagDefinition dag, int index) => dag.Code.Any(code => code.Inputs.Any(input => input.Upstream == index));

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

    private static TaskOutcome Describe(
        Exception exception, RunningAttempt running, TimeSpan? timeout, IReadOnlyList<RetryRule> rules, TaskLog log)
    {
        switch (running.Reason)
        {
            case StopReason.Timeout:
                return new TaskOutcome.TimedOut(timeout!.Value);
            case StopReason.RunCancelled:
                return new TaskOutcome.Cancelled();
            case StopReason.WorkerStops:
                return new TaskOutcome.Lost("Its worker stopped before it ended.");
        }

        if (exception is TaskSkippedException skipped)
            return new TaskOutcome.Skipped(skipped.Message);
        if (exception is TaskDeferredException deferred)
            return new TaskOutcome.Deferred(deferred.Message, deferred.Wait, deferred.WakeKey is { } key ? $"event:{key}" : null);

        var failure = exception as TaskFailureException;
        var message = failure?.Message ?? $"{exception.GetType().Name}: {exception.Message}";
        log.Write(TaskLogLevel.Error, failure?.Message ?? exception.ToString());
        return RetryRule.For(rules, exception) is { } rule
            ? new TaskOutcome.Failed(message, rule.Retry, rule.After)
            : new TaskOutcome.Failed(message, failure?.Retryable ?? true, failure?.RetryAfter);
    }
}
