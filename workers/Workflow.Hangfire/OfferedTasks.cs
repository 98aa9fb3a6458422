using Workflow.Runs;
using Workflow.Worker.Dispatching;

namespace Workflow.Hangfire;

/// <summary>What became of a task that a Hangfire job offered to the worker.</summary>
public enum Answer
{
    /// <summary>It runs here, or did.</summary>
    Taken,

    /// <summary>It was not to be had: another job was faster, or it is not due any more.</summary>
    Gone,

    /// <summary>The worker did not ask for it: it stops, or its slots are full.</summary>
    NotAsked,
}

/// <summary>A task that a Hangfire job offers.</summary>
public sealed class Offer
{
    internal readonly TaskCompletionSource<Answer> Decision = new(TaskCreationOptions.RunContinuationsAsynchronously);
    internal readonly TaskCompletionSource Ending = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether the worker takes it.</summary>
    public Task<Answer> Answered => Decision.Task;

    /// <summary>The end of the attempt, if the worker took it.</summary>
    public Task Ended => Ending.Task;
}

/// <summary>
/// Between Hangfire's threads, each of which holds one job, and the worker's loop, which claims for all of them at once. Two jobs of one
/// task share an offer; a job of a task whose attempt runs here makes a new one, whose claim finds nothing.
/// </summary>
public sealed class OfferedTasks : ITaskSource
{
    private readonly Lock sync = new();
    private readonly OrderedDictionary<TaskKey, Offer> waiting = [];
    private readonly Dictionary<TaskKey, Offer> running = [];
    private bool isClosed;

    /// <summary>Offers a task; the worker's loop must be woken for it.</summary>
    public Offer Add(TaskKey task)
    {
        lock (sync)
        {
            if (waiting.TryGetValue(task, out var offer))
                return offer;
            offer = new Offer();
            if (isClosed)
                offer.Decision.SetResult(Answer.NotAsked);
            else
                waiting.Add(task, offer);
            return offer;
        }
    }

    /// <summary>Takes an offer back that the worker has not answered.</summary>
    public void Withdraw(TaskKey task)
    {
        lock (sync)
        {
            if (waiting.Remove(task, out var offer))
                offer.Decision.SetResult(Answer.NotAsked);
        }
    }

    /// <summary>Takes back all offers, and those to come: the worker claims no more.</summary>
    public void Close()
    {
        lock (sync)
        {
            isClosed = true;
            foreach (var offer in waiting.Values)
                offer.Decision.SetResult(Answer.NotAsked);
            waiting.Clear();
        }
    }

    /// <inheritdoc />
    public IReadOnlyList<TaskKey> Next(int free)
    {
        lock (sync)
            return [.. waiting.Keys.Take(free)];
    }

    /// <inheritdoc />
    public void Started(TaskKey task)
    {
        lock (sync)
        {
            if (!waiting.Remove(task, out var offer))
                return;

            // An attempt that lost its lease may still be on its way out here: its job has nothing to wait for.
            if (running.Remove(task, out var former))
                former.Ending.SetResult();
            running.Add(task, offer);
            offer.Decision.SetResult(Answer.Taken);
        }
    }

    /// <inheritdoc />
    public void Answered(IReadOnlyList<TaskKey> asked)
    {
        lock (sync)
        {
            foreach (var task in asked)
            {
                if (waiting.Remove(task, out var offer))
                    offer.Decision.SetResult(Answer.Gone);
            }
        }
    }

    /// <inheritdoc />
    public void Ended(TaskKey task)
    {
        lock (sync)
        {
            if (running.Remove(task, out var offer))
                offer.Ending.SetResult();
        }
    }
}
