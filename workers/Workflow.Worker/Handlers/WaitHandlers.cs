using System.Text.Json.Nodes;
using Workflow.Graphs;
using Workflow.Postgres.Reads;
using Workflow.Runs;
using Workflow.Worker.Execution;

namespace Workflow.Worker.Handlers;

/// <summary>Asks for the time.</summary>
public delegate Task<DateTimeOffset> DatabaseClock(CancellationToken cancellationToken);

/// <summary>
/// Performs a wait: looks whether what it waits for is there, and if not, defers until the next look. Whatever wakes it earlier is only a
/// hint; the look decides.
/// </summary>
/// <param name="clock">The database's clock: a worker's own may be wrong, and would wait for a time that is not.</param>
public abstract class WaitHandler<TSpec>(DatabaseClock clock) : ITaskHandler
    where TSpec : WaitSpec
{
    /// <summary>
    /// How often what is expected to wake the task is looked at all the same: a wake-up that is lost costs no more than this.
    /// </summary>
    protected static readonly TimeSpan Poll = TimeSpan.FromSeconds(30);

    /// <inheritdoc />
    public Type Spec => typeof(TSpec);

    /// <inheritdoc />
    public async Task<object?> RunAsync(AttemptContext context, TaskSpec spec, IReadOnlyList<object?> inputs)
    {
        var look = await LookAsync(context, (TSpec)spec).ConfigureAwait(false);
        if (look.Waits is not { } waits)
            return look.Output;

        var waited = context.Claim.DeferredSince is { } since && context.Definition.WaitTimeout is not null
            ? await clock(context.Cancellation).ConfigureAwait(false) - since
            : TimeSpan.Zero;
        return Outcomes.Waits(waits, context.Definition.WaitTimeout, waited);
    }

    /// <summary>Looks.</summary>
    /// <returns>How to wait on, or what the task hands on.</returns>
    protected abstract Task<(TaskOutcome.Deferred? Waits, object? Output)> LookAsync(AttemptContext context, TSpec spec);
}

/// <summary>Waits for a time.</summary>
public sealed class WaitUntilHandler(DatabaseClock clock) : WaitHandler<WaitUntilSpec>(clock)
{
    private readonly DatabaseClock clock = clock;

    /// <inheritdoc />
    protected override async Task<(TaskOutcome.Deferred? Waits, object? Output)> LookAsync(AttemptContext context, WaitUntilSpec spec)
    {
        var until = spec.Time(context.Run);
        var wait = until - await clock(context.Cancellation).ConfigureAwait(false);
        return (wait
            > TimeSpan.Zero ? new TaskOutcome.Deferred($"Waits until {until.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC.", wait, null) : null,
            null);
    }
}

/// <summary>Waits for a condition that author's code looks at.</summary>
public sealed class WaitForHandler(DatabaseClock clock) : WaitHandler<WaitForSpec>(clock)
{
    /// <inheritdoc />
    protected override async Task<(TaskOutcome.Deferred? Waits, object? Output)> LookAsync(AttemptContext context, WaitForSpec spec) =>
        (await spec.Condition(context).ConfigureAwait(false)
            ? null
            : new TaskOutcome.Deferred($"Waits for its condition, which is looked at every {spec.Every}.", spec.Every, null), null);
}

/// <summary>Waits for a version of a dataset.</summary>
public sealed class WaitForDatasetHandler(WaitReads reads) : WaitHandler<WaitForDatasetSpec>(reads.NowAsync)
{
    /// <inheritdoc />
    protected override async Task<(TaskOutcome.Deferred? Waits, object? Output)> LookAsync(AttemptContext context, WaitForDatasetSpec spec)
    {
        var version = await reads.DatasetAsync(spec.Dataset, context.Run.RunAfter, context.Cancellation).ConfigureAwait(false);
        return version is null
            ? (new TaskOutcome.Deferred($"Waits for a new version of dataset {spec.Dataset}.", Poll, $"dataset:{spec.Dataset}"), null)
            : (null, version);
    }
}

/// <summary>Waits for a run of another DAG.</summary>
public sealed class WaitForRunHandler(WaitReads reads) : WaitHandler<WaitForRunSpec>(reads.NowAsync)
{
    /// <inheritdoc />
    protected override async Task<(TaskOutcome.Deferred? Waits, object? Output)> LookAsync(AttemptContext context, WaitForRunSpec spec)
    {
        var date = spec.LogicalDate(context.Run);
        var state = await reads.RunStateAsync(spec.DagId, date, context.Cancellation).ConfigureAwait(false);
        if (state is RunState.Failed or RunState.Cancelled)
        {
            throw new TaskFailureException(
                $"The run of {spec.DagId} at {date.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC ended as {state.Value.Name()}.", retryable: false);
        }

        return state == RunState.Success
            ? (null, null)
            : (new TaskOutcome.Deferred(
                $"Waits for the run of {spec.DagId} at {date.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC{(state is null ? ", which does not exist yet" : "")}.",
                Poll, $"run:{spec.DagId}"), null);
    }
}

/// <summary>Waits for an external event.</summary>
public sealed class WaitForEventHandler(WaitReads reads) : WaitHandler<WaitForEventSpec>(reads.NowAsync)
{
    /// <inheritdoc />
    protected override async Task<(TaskOutcome.Deferred? Waits, object? Output)> LookAsync(AttemptContext context, WaitForEventSpec spec)
    {
        var key = spec.Key(context.Run);
        return await reads.EventAsync(key, context.Claim.Key.RunId, context.Cancellation).ConfigureAwait(false) is { } found
            ? (null, found.Payload is null ? null : JsonNode.Parse(found.Payload))
            : (new TaskOutcome.Deferred($"Waits for the event {key}.", Poll, $"event:{key}"), null);
    }
}
