using Workflow.Runs;

namespace Workflow.Worker.Dispatching;

/// <summary>
/// Names the tasks that the worker claims, where another queue than the database's own decides who takes what. Without one, the worker
/// claims whatever is due. Everything after the claim is the same: the lease, the fence, the hand-in.
/// </summary>
public interface ITaskSource
{
    /// <summary>The tasks to claim next, each of them again until it is answered.</summary>
    /// <param name="free">How many the worker can take.</param>
    IReadOnlyList<TaskKey> Next(int free);

    /// <summary>A task began here: it was asked for, or taken up again after a lost connection.</summary>
    void Started(TaskKey task);

    /// <summary>These were asked for, and the claim is committed: whichever has not started is not to be had.</summary>
    void Answered(IReadOnlyList<TaskKey> asked);

    /// <summary>A task that began here ended here, however it did; its outcome is about to be handed in.</summary>
    void Ended(TaskKey task);
}
