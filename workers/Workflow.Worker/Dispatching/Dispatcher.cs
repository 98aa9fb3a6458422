using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Npgsql;
using Workflow.Postgres;
using Workflow.Postgres.Steps;
using Workflow.Runs;
using Workflow.Worker.Execution;

namespace Workflow.Worker.Dispatching;

/// <summary>
/// The worker's loop: hands in what ended and claims the next in the same step. While one step is under way, finished attempts gather, so
/// that batches grow with the load by themselves.
/// </summary>
/// <remarks>
/// Tasks that take hardly longer than a step would leave the slots empty while it is under way, so it claims ahead of the slots as
/// <see cref="ReadAhead"/> says. What waits too long behind longer tasks is given back, for a worker that has a slot.
/// </remarks>
public sealed class Dispatcher(
    TaskQueue queue, AttemptRunner runner, WorkerOptions options, TimeProvider time, ILogger<Dispatcher> logger, ITaskSource? source = null)
{
    private const int BatchLimit = 200;
    private const int ForeignLimit = 1_000;

    private readonly ConcurrentQueue<FinishedAttempt> finished = new();
    private readonly ConcurrentDictionary<(TaskKey Key, int Attempt), RunningAttempt> running = new();
    private readonly ConcurrentDictionary<long, byte> foreign = new();
    private readonly SlotQueue slots = new(time);
    private readonly ReadAhead ahead = new(options.Slots);
    private readonly SemaphoreSlim signal = new(0);
    private bool mayHoldUnknown;
    private bool expectsIdle;
    private int lastLane;

    /// <summary>The id that the worker claims under; changes when it had to register anew.</summary>
    public long WorkerId { get; set; }

    /// <summary>The attempts that run here or wait for a slot.</summary>
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
            GiveBack(draining.IsCancellationRequested);
            var full = await StepAsync(claims: !draining.IsCancellationRequested, aborted).ConfigureAwait(false);

            // Work is left for sure when everything asked for was given; otherwise a signal or the poll brings the next look.
            if (finished.IsEmpty && !(full && FreeSlots > 0))
                await signal.WaitAsync(options.PollInterval, aborted).ConfigureAwait(false);
            while (signal.CurrentCount > 0)
                await signal.WaitAsync(aborted).ConfigureAwait(false);
        }
    }

    private int FreeSlots => Math.Max(0, options.Slots + ahead.Tasks - running.Count - runner.LostSlots);

    private async Task<bool> StepAsync(bool claims, CancellationToken aborted)
    {
        var batch = TakeFinished();
        var free = claims ? FreeSlots : 0;
        try
        {
            if (mayHoldUnknown)
                await AdoptAsync(batch, aborted).ConfigureAwait(false);
            var claim = free > 0 ? NextClaim(free) : null;
            if (batch.Count == 0 && claim is null)
                return false;
            var result = await queue.StepAsync(batch, claim, aborted).ConfigureAwait(false);
            foreach (var attempt in result.Refused)
                logger.LostLease(attempt.Task.Key.RunId, attempt.Task.Key.TaskIndex, attempt.Task.Attempt.Number);
            foreach (var task in result.Claimed)
                Start(task);
            if (claim?.Only is { } asked)
                source!.Answered(asked);
            var full = claim is not null && (result.HasMore || MayHaveLeft(result.Claimed, free));
            expectsIdle = !full;
            return full;
        }
        catch (PostgresException exception) when (!exception.IsPassing() && batch.Count > 0)
        {
            // The database refuses what an attempt hands in: the alias moved meanwhile, say. Alone in its step, it is known which one.
            await HandInOneByOneAsync(batch, exception, aborted).ConfigureAwait(false);
            return true;
        }
        catch (Exception exception) when (exception.IsPassing() || exception is NpgsqlException)
        {
            // Whether the step was committed is not known. Handing in again is safe: the fence makes it a no-op then. Tasks that it may
            // have claimed are asked for once the database answers.
            await TryAgainAsync(batch, exception, aborted).ConfigureAwait(false);
            return true;
        }
    }

    /// <summary>Anything of the worker's queues, or exactly what the source names.</summary>
    private ClaimRequest? NextClaim(int free)
    {
        if (source is null)
            return new ClaimRequest(WorkerId, options.Queues, free, lastLane, expectsIdle) { Except = [.. foreign.Keys] };

        // What this build cannot run is not to be had here; the source offers it again, to this worker or another.
        var offered = source.Next(free).ToLookup(task => foreign.ContainsKey(task.RunId));
        source.Answered([.. offered[true]]);
        var only = offered[false].ToList();
        return only.Count > 0 ? new ClaimRequest(WorkerId, options.Queues, only.Count) { Only = only } : null;
    }

    /// <summary>
    /// Whether another claim may find more. One that began after a lane goes round to the first lanes next, and one that shared out among
    /// several, or among lanes with runs that it leaves to others, may have found less in some than their share.
    /// </summary>
    private bool MayHaveLeft(IReadOnlyList<ClaimedTask> claimed, int free)
    {
        var began = lastLane;
        lastLane = claimed.Count == free ? claimed.Max(task => task.Lane) : 0;
        return claimed.Count == free || began > 0 || (claimed.Count > 0 && !foreign.IsEmpty)
            || (claimed.Count > 0 && claimed.Any(task => task.Lane != claimed[0].Lane));
    }

    private async Task TryAgainAsync(IEnumerable<FinishedAttempt> batch, Exception cause, CancellationToken aborted)
    {
        foreach (var attempt in batch)
            finished.Enqueue(attempt);
        mayHoldUnknown = true;
        logger.StepFailed(cause.Message);
        await Task.Delay(options.PollInterval, time, aborted).ConfigureAwait(false);
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
        for (var at = 0; at < batch.Count; at++)
        {
            try
            {
                await HandInAsync(batch[at], batch.Count > 1 ? null : cause, aborted).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception.IsPassing() || exception is NpgsqlException)
            {
                await TryAgainAsync(batch.Skip(at), exception, aborted).ConfigureAwait(false);
                return;
            }
        }
    }

    private async Task HandInAsync(FinishedAttempt attempt, PostgresException? cause, CancellationToken aborted)
    {
        try
        {
            if (cause is null)
            {
                await queue.StepAsync([attempt], null, aborted).ConfigureAwait(false);
                return;
            }
        }
        catch (PostgresException exception) when (!exception.IsPassing())
        {
            cause = exception;
        }

        logger.CompletionRefused(attempt.Task.Key.RunId, attempt.Task.Key.TaskIndex, attempt.Task.Attempt.Number, cause!.MessageText);
        var refused = attempt with { Outcome = new TaskOutcome.Failed(cause.MessageText, Retryable: false) };
        await queue.StepAsync([refused], null, aborted).ConfigureAwait(false);
    }

    /// <summary>Takes up what this worker holds without knowing: neither running here, nor ended and about to be handed in.</summary>
    private async Task AdoptAsync(IReadOnlyList<FinishedAttempt> batch, CancellationToken aborted)
    {
        var held = await queue.HeldByAsync([WorkerId], aborted).ConfigureAwait(false);
        var handingIn = finished.Concat(batch).Select(attempt => (attempt.Task.Key, attempt.Task.Attempt.Number)).ToHashSet();
        var unknown = held.Select(item => item.Task)
            .Where(task => !running.ContainsKey((task.Key, task.Attempt.Number)) && !handingIn.Contains((task.Key, task.Attempt.Number)))
            .ToList();
        foreach (var task in unknown)
            Start(task);
        mayHoldUnknown = false;
        if (unknown.Count > 0)
            logger.Adopted(unknown.Count);
    }

    private void Start(ClaimedTask task)
    {
        var attempt = new RunningAttempt(task, WorkerId);
        running[(task.Key, task.Attempt.Number)] = attempt;
        source?.Started(task.Key);
        if (slots.TakeOrWait(attempt, options.Slots - runner.LostSlots))
            _ = RunAsync(attempt);
    }

    /// <summary>Runs an attempt, and what waits for its slot after it.</summary>
    private async Task RunAsync(RunningAttempt first)
    {
        for (var attempt = first; attempt is not null; attempt = slots.Next(options.Slots - runner.LostSlots))
        {
            var start = time.GetTimestamp();
            var end = await runner.RunAsync(attempt).ConfigureAwait(false);
            if (end.Outcome is TaskOutcome.Returned)
                LeaveToOthers(attempt.Task);
            ahead.Took(time.GetElapsedTime(start));
            End(attempt, end);
        }
    }

    /// <summary>Claims no more of a run whose code a newer engine stored: a worker of that build will.</summary>
    private void LeaveToOthers(ClaimedTask task)
    {
        // Bounded: forgetting costs one more attempt that is given back.
        if (foreign.Count >= ForeignLimit)
            foreign.Clear();
        if (foreign.TryAdd(task.Key.RunId, 0))
            logger.NewerEngine(task.Run.RunKey, task.Run.DagId);
    }

    private void End(RunningAttempt attempt, FinishedAttempt end)
    {
        // In this order: whoever looks in between finds it twice rather than nowhere, and a drain does not end without it.
        finished.Enqueue(end);
        running.TryRemove(new KeyValuePair<(TaskKey, int), RunningAttempt>((attempt.Task.Key, attempt.Task.Attempt.Number), attempt));
        attempt.Dispose();
        source?.Ended(attempt.Task.Key);
        signal.Release();
    }

    /// <summary>Gives back what has waited too long for a slot; when the worker drains, all that waits.</summary>
    private void GiveBack(bool drains)
    {
        var late = slots.TakeWaiting(drains ? TimeSpan.Zero : ReadAhead.Patience);
        foreach (var attempt in late)
            End(attempt, new FinishedAttempt(attempt.Task, attempt.WorkerId, new TaskOutcome.Returned("Its worker had no slot for it.")));

        // Before the next claim is made up, or it would take the same tasks again.
        if (late.Count > 0)
            ahead.Stalled();
    }
}
