using Workflow.Worker.Execution;

namespace Workflow.Worker.Dispatching;

/// <summary>The slots that are taken, and the attempts that wait for one, the longest waiting first.</summary>
internal sealed class SlotQueue(TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly Queue<(RunningAttempt Attempt, long Since)> waiting = new();
    private int taken;

    /// <summary>Takes a slot for an attempt, or lets it wait.</summary>
    /// <returns>Whether it has a slot.</returns>
    public bool TakeOrWait(RunningAttempt attempt, int slots)
    {
        lock (gate)
        {
            if (taken < slots)
            {
                taken++;
                return true;
            }

            waiting.Enqueue((attempt, time.GetTimestamp()));
            return false;
        }
    }

    /// <summary>Gives a slot to the next that waits; gives it up when none does, or when there are fewer slots by now.</summary>
    public RunningAttempt? Next(int slots)
    {
        lock (gate)
        {
            if (taken <= slots && waiting.TryDequeue(out var next))
                return next.Attempt;
            taken--;
            return null;
        }
    }

    /// <summary>Takes out what has waited as long as that.</summary>
    public IReadOnlyList<RunningAttempt> TakeWaiting(TimeSpan atLeast)
    {
        var late = new List<RunningAttempt>();
        lock (gate)
        {
            while (waiting.TryPeek(out var first) && time.GetElapsedTime(first.Since) >= atLeast)
                late.Add(waiting.Dequeue().Attempt);
        }

        return late;
    }
}
