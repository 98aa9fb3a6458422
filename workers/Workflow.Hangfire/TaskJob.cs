using Hangfire;
using Workflow.Runs;
using Workflow.Worker.Dispatching;

namespace Workflow.Hangfire;

/// <summary>
/// The body of a Hangfire job: offers a task instance to the worker of this process and waits for the end of its attempt. The worker
/// claims, fences, executes and hands in as it always does, so a job that is lost, doubled or late can only fail to claim.
/// </summary>
public sealed class TaskJob(OfferedTasks offers, Dispatcher dispatcher, JobLedger ledger, TimeProvider time)
{
    /// <summary>
    /// A slot is free whenever Hangfire hands out a job, unless a task ignores its cancellation: then another worker is quicker.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Runs a task instance, if it is still to be had.</summary>
    /// <param name="label">What Hangfire's dashboard shows.</param>
    /// <param name="runId">The run.</param>
    /// <param name="taskIndex">The task.</param>
    /// <param name="mapIndex">The element of a mapped task, or -1.</param>
    /// <returns>What became of it, for Hangfire's dashboard.</returns>
    [JobDisplayName("{0}")]
    public async Task<string> RunAsync(string label, long runId, int taskIndex, int mapIndex)
    {
        var task = new TaskKey(runId, taskIndex, mapIndex);
        var offer = offers.Add(task);
        dispatcher.Wake();
        try
        {
            await offer.Answered.WaitAsync(Patience, time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            offers.Withdraw(task);
        }

        switch (await offer.Answered.ConfigureAwait(false))
        {
            case Answer.Taken:
                await offer.Ended.ConfigureAwait(false);
                return "ran";
            case Answer.Gone:
                return "was not to be had any more";
            default:
                // A kill here leaves an entry without a job: it is healed.
                await ledger.ForgetAsync(task, CancellationToken.None).ConfigureAwait(false);
                return "given back";
        }
    }

    /// <summary>Makes the job, when Hangfire asks for it.</summary>
    internal sealed class Activator(TaskJob job) : JobActivator
    {
        public override object ActivateJob(Type jobType) => job;
    }
}
