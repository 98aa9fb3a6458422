using Workflow.Graphs;
using Workflow.Postgres.Dags;
using Workflow.Runs;
using Workflow.Worker.Execution;
using Workflow.Worker.Logs;

namespace Workflow.Worker.Isolation;

/// <summary>One attempt in a process of its own, seen from its worker: starts it, talks with it, and ends it, whatever it does.</summary>
/// <remarks>
/// Several things may end the attempt, and the first one decides: the process says how it ended; the process dies; it was told to stop and
/// the grace has passed; its hard timeout passes; it takes too much memory. In each case nothing of the process is left when
/// <see cref="RunAsync"/> returns, so the slot is free again. All limits are measured here: a process in any state of distress is held to
/// them.
/// </remarks>
internal sealed class AttemptChild(
    ChildProcesses processes, RunningAttempt running, TaskDefinition definition, EngineCalls calls, TaskLog log, WorkerOptions options,
    TimeProvider time)
{
    private static readonly TimeSpan BeginLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan LastWordsLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MemoryInterval = TimeSpan.FromMilliseconds(100);

    private readonly TaskCompletionSource<TaskOutcome> decision = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<Task> answers = [];
    private long mostMemory;

    /// <inheritdoc cref="AttemptContext.HasEffects"/>
    public bool HasEffects { get; private set; }

    /// <summary>Runs the attempt to its end.</summary>
    /// <exception cref="TaskFailureException">The process does not start.</exception>
    public async Task<TaskOutcome> RunAsync(DagCode code)
    {
        var process = processes.Take(definition.MemoryLimit, line => log.Write(TaskLogLevel.Output, line));
        await using var disposal = process.ConfigureAwait(false);
        using var ended = new CancellationTokenSource();
        var sending = process.SendAsync(new ToChild.Begin(code, running.Task, options.ArtifactFolder));
        var talk = TalkAsync(process, ended.Token);
        Task[] watches =
        [
            WatchTimeAsync(ended.Token), WatchMemoryAsync(process, ended.Token), WatchExitAsync(process, talk),
            StopAsync(process, ended.Token),
        ];
        try
        {
            return await decision.Task.ConfigureAwait(false);
        }
        finally
        {
            await process.EndAsync().ConfigureAwait(false);

            // What it said before its end is still in the pipe.
            await Task.WhenAny(talk, Task.Delay(LastWordsLimit, time)).ConfigureAwait(false);
            await ended.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll([sending, talk, .. watches]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Task.WhenAll(answers).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Hears what the process says, to its end.</summary>
    private async Task TalkAsync(ChildProcess process, CancellationToken ended)
    {
        try
        {
            while (await process.ReceiveAsync(ended).ConfigureAwait(false) is { } message)
            {
                switch (message)
                {
                    case FromChild.Logged line:
                        log.Take(line.Level, line.Line, line.At);
                        break;
                    case FromChild.Call call:
                        answers.RemoveAll(answer => answer.IsCompleted);
                        answers.Add(AnswerAsync(process, call, ended));
                        break;
                    case FromChild.Started:
                        started.TrySetResult();
                        break;
                    case FromChild.Touched:
                        HasEffects = true;
                        break;
                    case FromChild.Ended end:
                        decision.TrySetResult(end.Outcome);
                        break;
                }
            }
        }
        catch (InvalidDataException exception)
        {
            decision.TrySetResult(new TaskOutcome.Failed(
                $"The task's process disturbed what it says to its worker. {exception.Message}", Retryable: true));
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            // It has ended.
        }
    }

    private async Task AnswerAsync(ChildProcess process, FromChild.Call call, CancellationToken ended)
    {
        var answer = await calls.AnswerAsync(call, ended).ConfigureAwait(false);
        try
        {
            await process.SendAsync(answer).ConfigureAwait(false);
        }
        catch (WorkflowException tooLong)
        {
            // The process waits for its answer: it gets one.
            var refusal = new Refusal(tooLong.Message, Retryable: false);
            await process.SendAsync(new ToChild.Answer(call.Number, Value: null, refusal)).ConfigureAwait(false);
        }
    }

    /// <summary>Passes on that the task shall stop; ends the process when it does not.</summary>
    private async Task StopAsync(ChildProcess process, CancellationToken ended)
    {
        await running.Stopped.WaitAsync(ended).ConfigureAwait(false);

        // Not waited for: a process that does not read may not delay its end.
        var telling = process.SendAsync(new ToChild.Stop(running.Reason));
        await Task.Delay(options.CancelGrace, time, ended).ConfigureAwait(false);
        if (decision.TrySetResult(AttemptEnds.Of(running.Reason, definition, TimeoutEnd.Killed)!))
            log.Write(TaskLogLevel.Error, "The task did not heed its cancellation; its process was ended.");
        await telling.ConfigureAwait(false);
    }

    private async Task WatchMemoryAsync(ChildProcess process, CancellationToken ended)
    {
        if (definition.MemoryLimit is not { } limit)
            return;
        using var timer = new PeriodicTimer(MemoryInterval, time);
        while (await timer.WaitForNextTickAsync(ended).ConfigureAwait(false))
        {
            var used = process.ResidentBytes;
            mostMemory = Math.Max(mostMemory, used);
            if (used > limit)
            {
                decision.TrySetResult(new TaskOutcome.Failed(
                    $"The task's process used {used:N0} bytes of memory, more than its limit of {limit:N0}, and was ended.",
                    Retryable: true));
            }
        }
    }

    /// <summary>Decides when the process dies without having said how it ended, once all that it said was heard.</summary>
    private async Task WatchExitAsync(ChildProcess process, Task talk)
    {
        await process.Exited.ConfigureAwait(false);
        await Task.WhenAny(talk, Task.Delay(LastWordsLimit, time)).ConfigureAwait(false);
        var memory = definition.MemoryLimit is { } limit
            ? $" Its memory limit is {limit:N0} bytes; at most {mostMemory:N0} were seen in use."
            : "";
        decision.TrySetResult(new TaskOutcome.Failed(
            $"The task's process ended by itself, with {ExitText.Of(process.ExitCode)}.{memory}", Retryable: true));
    }

    private async Task WatchTimeAsync(CancellationToken ended)
    {
        if (await Task.WhenAny(started.Task, Task.Delay(BeginLimit, time, ended)).ConfigureAwait(false) != started.Task)
            decision.TrySetResult(
                new TaskOutcome.Failed($"The task's process had not loaded its code after {BeginLimit}.", Retryable: true));
        await Task.WhenAll(SoftLimitAsync(ended), HardLimitAsync(ended)).ConfigureAwait(false);
    }

    private async Task SoftLimitAsync(CancellationToken ended)
    {
        if (definition.Timeout is not { } limit)
            return;
        await Task.Delay(limit, time, ended).ConfigureAwait(false);
        running.Stop(StopReason.Timeout);
    }

    private async Task HardLimitAsync(CancellationToken ended)
    {
        if (definition.HardTimeout is not { } limit)
            return;
        await Task.Delay(limit, time, ended).ConfigureAwait(false);
        decision.TrySetResult(new TaskOutcome.TimedOut(limit, TimeoutEnd.HardLimit));
    }
}
