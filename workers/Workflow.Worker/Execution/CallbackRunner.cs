using Microsoft.Extensions.Logging;
using Workflow.Graphs;
using Workflow.Postgres;
using Workflow.Postgres.Runs;
using Workflow.Runs;

namespace Workflow.Worker.Execution;

/// <summary>
/// Calls author's code after the ends that it asked to be told of: one after the other, beside the tasks and without a slot of theirs.
/// </summary>
/// <remarks>
/// A kill during a call leaves its row under this worker's lease; the rescuer gives it to another worker, which calls again.
/// </remarks>
public sealed class CallbackRunner(
    CallbackStore store, DagCodeCache codes, WorkerOptions options, TimeProvider time, ILogger<CallbackRunner> logger)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim signal = new(0);

    /// <summary>Makes it look for callbacks now.</summary>
    public void Wake() => signal.Release();

    /// <summary>Calls until it is told to stop; the call that is under way then ends first.</summary>
    /// <param name="workerId">The id that the worker claims under at the moment.</param>
    /// <param name="stopping">Ends it.</param>
    public async Task RunAsync(Func<long> workerId, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                while (signal.Wait(0, CancellationToken.None))
                {
                }

                var id = workerId();
                if (await store.ClaimAsync(id, CancellationToken.None).ConfigureAwait(false) is { } callback)
                    await CallAsync(callback, id).ConfigureAwait(false);
                else
                    await signal.WaitAsync(options.PollInterval, stopping).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                // Whatever it was: this loop calls for all DAGs, and its end would keep the worker from stopping in order.
                logger.CallbacksWait(exception.Message);
                await Task.Delay(options.PollInterval, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task CallAsync(ClaimedCallback callback, long workerId)
    {
        string? error = null;
        try
        {
            var dag = await codes.GetAsync(callback.DagVersionId).ConfigureAwait(false);
            using var limit = new CancellationTokenSource(Limit, time);
            await CallAsync(dag.Definition, callback, limit.Token).WaitAsync(Limit + options.CancelGrace, time, CancellationToken.None)
                .ConfigureAwait(false);
        }
        catch (Exception exception) when (!exception.IsPassing() || exception is TimeoutException)
        {
            error = $"{exception.GetType().Name}: {exception.Message}";
            logger.CallbackFailed(callback.RunKey, callback.DagId, callback.Kind, callback.Tries, error);
        }

        await store.EndAsync(callback, workerId, error, callback.Tries < CallbackStore.TryLimit ? RetryAfter : null, CancellationToken.None)
            .ConfigureAwait(false);
    }

    private static Task CallAsync(DagDefinition dag, ClaimedCallback callback, CancellationToken cancellation)
    {
        var kind = StateNames.Parse<CallbackKind>(callback.Kind);
        var task = callback.TaskIndex is { } index ? dag.Graph.Tasks[index] : null;
        var code = callback.Deadline is { } deadline ? dag.RunCode.Deadlines[deadline]
            : task is not null ? dag.Code[task.Index].Callbacks[kind]
            : dag.RunCode.Callbacks[kind];
        var context = new CallbackContext(
            kind, callback.Run, task?.Id, callback.MapIndex, callback.Attempt, callback.Message, cancellation);

        // Off this loop's thread: author's code may block.
        return Task.Run(() => code(context), CancellationToken.None);
    }
}
