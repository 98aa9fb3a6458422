using System.Collections.Concurrent;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Npgsql;
using Workflow.Postgres.Steps;
using Workflow.Runs;
using Workflow.Worker.Execution;

namespace Workflow.Worker.Dispatching;

/// <summary>
/// The worker's loop: hands in what ended and claims the next in the same step. While one step is under way, finished attempts gather, so
/// that batches grow with the load by themselves.
/// </summary>
public sealed class Dispatcher(TaskQueue queue, AttemptRunner runner, WorkerOptions options, TimeProvider time, ILogger<Dispatcher> logger)
{
    private const int BatchLimit = 200;

    private readonly ConcurrentQueue<FinishedAttempt> finished = new();
    private readonly ConcurrentDictionary<TaskKey, RunningAttempt> running = new();
    private readonly SemaphoreSlim signal = new(0);
    private bool mayHoldUnknown;

    /// <summary>The id that the worker claims under; changes when it had to register anew.</summary>
    public long WorkerId { get; set; }

    /// <summary>The attempts that run here.</summary>
    public IReadOnlyCollection<RunningAttempt> Running => [.. running.Values];

    /// <summary>Whether every slot is held by a task that ignores its cancellation: only a new process helps.</summary>
    public bool IsExhausted => runner.LostSlots >= options.Slots;

    /// <summary>Makes the loop look for work now.</summary>
    public void Wake() => signal.Release();

    /// <summary>Claims and runs until it is told to drain; then ends when everything that runs was handed in.</summary>
    /// <param name="draining">Ends the claiming.</param>
    /// <param name="aborted">Ends everything: what runs keeps its lease until it expires.</param>
    public async Task RunAsync(CancellationToken draining, CancellationToken aborted)
    {
        await using var wakeOnDrain = draining.Register(Wake).ConfigureAwait(false);
        while (!draining.IsCancellationRequested || !running.IsEmpty || !finished.IsEmpty)
        {
            var full = await StepAsync(claims: !draining.IsCancellationRequested, aborted).ConfigureAwait(false);

            // Work is left for sure when everything asked for was given; otherwise a signal or the poll brings the next look.
            if (finished.IsEmpty && !(full && FreeSlots > 0))
                await signal.WaitAsync(options.PollInterval, aborted).ConfigureAwait(false);
            while (signal.CurrentCount > 0)
                await signal.WaitAsync(aborted).ConfigureAwait(false);
        }
    }

    private int FreeSlots => Math.Max(0, options.Slots - running.Count - runner.LostSlots);

    private async Task<bool> StepAsync(bool claims, CancellationToken aborted)
    {
        var batch = TakeFinished();
        var free = claims ? FreeSlots : 0;
        try
        {
            if (mayHoldUnknown)
                await AdoptAsync(aborted).ConfigureAwait(false);
            if (batch.Count == 0 && free == 0)
                return false;
            var claim = free > 0 ? new ClaimRequest(WorkerId, options.Queues, free) : null;
            var result = await queue.StepAsync(batch, claim, aborted).ConfigureAwait(false);
            foreach (var attempt in result.Refused)
                logger.LostLease(attempt.Key.RunId, attempt.Key.TaskIndex, attempt.Attempt);
            foreach (var task in result.Claimed)
                Start(task);
            return free > 0 && result.Claimed.Count == free;
        }
        catch (PostgresException exception) when (!exception.IsTransient && exception.SqlState is not (PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.DeadlockDetected))
        {
            // The database refuses what an attempt hands in: the alias moved meanwhile, say. Alone in its step, it is known which one.
            await HandInOneByOneAsync(batch, exception, aborted).ConfigureAwait(false);
            return true;
        }
        catch (Exception exception) when (exception is NpgsqlException or SocketException or IOException or TimeoutException)
        {
            // Whether the step was committed is not known. Handing in again is safe: the fence makes it a no-op then. Tasks that it may have
            // claimed are asked for once the database answers.
            foreach (var attempt in batch)
                finished.Enqueue(attempt);
            mayHoldUnknown = true;
            logger.StepFailed(exception.Message);
            await Task.Delay(options.PollInterval, time, aborted).ConfigureAwait(false);
            return true;
        }
    }

    /// <summary>An attempt with effects goes alone, so that a refusal of them concerns no other.</summary>
    private List<FinishedAttempt> TakeFinished()
    {
        var batch = new List<FinishedAttempt>();
        while (batch.Count < BatchLimit && finished.TryPeek(out var next))
        {
            if (next.HasEffects && batch.Count > 0)
                break;
            if (finished.TryDequeue(out next))
                batch.Add(next);
            if (next is { HasEffects: true })
                break;
        }

        return batch;
    }

    private async Task HandInOneByOneAsync(IReadOnlyList<FinishedAttempt> batch, PostgresException cause, CancellationToken aborted)
    {
        foreach (var attempt in batch)
        {
            try
            {
                if (batch.Count > 1)
                {
                    await queue.StepAsync([attempt], null, aborted).ConfigureAwait(false);
                    continue;
                }
            }
            catch (PostgresException exception)
            {
                cause = exception;
            }

            logger.CompletionRefused(attempt.Key.RunId, attempt.Key.TaskIndex, attempt.Attempt, cause.MessageText);
            var refused = attempt with { Outcome = new TaskOutcome.Failed(cause.MessageText, Retryable: false) };
            await queue.StepAsync([refused], null, aborted).ConfigureAwait(false);
        }
    }

    private async Task AdoptAsync(CancellationToken aborted)
    {
        var held = await queue.HeldByAsync([WorkerId], aborted).ConfigureAwait(false);
        var handingIn = finished.Select(attempt => attempt.Key).ToHashSet();
        var unknown = held.Where(item => !running.ContainsKey(item.Task.Key) && !handingIn.Contains(item.Task.Key)).ToList();
        foreach (var (task, _) in unknown)
            Start(task);
        mayHoldUnknown = false;
        if (unknown.Count > 0)
            logger.Adopted(unknown.Count);
    }

    private void Start(ClaimedTask task)
    {
        var attempt = new RunningAttempt(task, WorkerId);
        running[task.Key] = attempt;
        _ = Task.Run(async () =>
        {
            var end = await runner.RunAsync(attempt).ConfigureAwait(false);
            running.TryRemove(new KeyValuePair<TaskKey, RunningAttempt>(task.Key, attempt));
            attempt.Dispose();
            finished.Enqueue(end);
            signal.Release();
        });
    }
}
