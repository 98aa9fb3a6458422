using System.Text.Json.Nodes;
using Workflow.Runs;

namespace Workflow.Postgres.Steps;

/// <summary>An attempt that ended and is handed in.</summary>
/// <param name="Task">What was claimed.</param>
/// <param name="WorkerId">The worker that held the lease: the fence.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="HasEffects">Whether it read data, or staged anything that completing it must publish.</param>
public sealed record FinishedAttempt(ClaimedTask Task, long WorkerId, TaskOutcome Outcome, bool HasEffects = false);

/// <summary>How much work a worker asks for.</summary>
/// <param name="WorkerId">The worker.</param>
/// <param name="Queues">The queues that it serves; empty for all of them.</param>
/// <param name="Slots">How many tasks it can take.</param>
/// <param name="After">The lane after which to begin, so that one claim after another goes round all of them.</param>
/// <param name="ExpectsIdle">
/// Whether nothing was left to claim when it last looked. What its step makes ready it then takes over at once, and claims no more; the
/// step says when there was more after all.
/// </param>
public sealed record ClaimRequest(long WorkerId, IReadOnlyList<string> Queues, int Slots, int After = 0, bool ExpectsIdle = false)
{
    /// <summary>Runs of which it takes nothing, since it cannot run their code.</summary>
    public IReadOnlyCollection<long> Except { get; init; } = [];

    /// <summary>Exactly these, as far as they are claimable; null for whatever is.</summary>
    public IReadOnlyList<TaskKey>? Only { get; init; }
}

/// <summary>A task instance that a worker has claimed, with what it needs to know of the run.</summary>
/// <param name="Key">The task instance.</param>
/// <param name="DagVersionId">The version that the run is pinned to.</param>
/// <param name="Attempt">The attempt.</param>
/// <param name="Run">The run, for the author's code.</param>
/// <param name="DeferredSince">When it began to wait, if it was deferred before.</param>
/// <param name="Lane">What claims are shared out among.</param>
public sealed record ClaimedTask(
    TaskKey Key, long DagVersionId, AttemptCount Attempt, RunInfo Run, DateTimeOffset? DeferredSince = null, int Lane = 0)
{
    internal static RunInfo RunOf(string dagId, string runKey, DateTimeOffset? logicalDate, DateTimeOffset runAfter, string conf) =>
        new(dagId, runKey, logicalDate, runAfter, (JsonObject)JsonNode.Parse(conf)!);
}

/// <summary>What a step did.</summary>
/// <param name="Claimed">The tasks that were claimed.</param>
/// <param name="Refused">The attempts whose fence did not hold: they had lost their lease and changed nothing.</param>
/// <param name="FinishedRuns">The runs that ended.</param>
/// <param name="HasMore">Whether tasks are due that the step left alone since it expected none.</param>
public sealed record StepResult(
    IReadOnlyList<ClaimedTask> Claimed, IReadOnlyList<FinishedAttempt> Refused, IReadOnlyList<(long RunId, RunState State)> FinishedRuns,
    bool HasMore = false);

/// <summary>What a worker may do with an attempt that it runs.</summary>
/// <param name="Key">The task instance.</param>
/// <param name="IsHeld">Whether the worker still holds the attempt.</param>
/// <param name="RunStops">Whether its run was told to stop: all but teardowns end.</param>
/// <param name="Stops">Whether somebody cleared or marked it while it ran.</param>
public sealed record LeaseState(TaskKey Key, bool IsHeld, bool RunStops, bool Stops);
