using System.Text.Json.Nodes;
using Workflow.Runs;

namespace Workflow.Postgres.Steps;

/// <summary>The key of a task instance.</summary>
/// <param name="RunId">The run.</param>
/// <param name="TaskIndex">The task's place in the graph of the run's DAG version.</param>
/// <param name="MapIndex">The place in a dynamic fan-out; -1 for a task that is not mapped.</param>
public readonly record struct TaskKey(long RunId, int TaskIndex, int MapIndex);

/// <summary>An attempt that ended and is handed in.</summary>
/// <param name="Key">The task instance.</param>
/// <param name="DagVersionId">The version that its run is pinned to.</param>
/// <param name="Attempt">The attempt, from 1.</param>
/// <param name="Lost">How many attempts before it were lost.</param>
/// <param name="WorkerId">The worker that held the lease: the fence.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="HasEffects">Whether it staged anything that completing it must publish.</param>
public sealed record FinishedAttempt(
    TaskKey Key, long DagVersionId, int Attempt, int Lost, long WorkerId, TaskOutcome Outcome, bool HasEffects = false);

/// <summary>How much work a worker asks for.</summary>
/// <param name="WorkerId">The worker.</param>
/// <param name="Queues">The queues that it serves; empty for all of them.</param>
/// <param name="Slots">How many tasks it can take.</param>
public sealed record ClaimRequest(long WorkerId, IReadOnlyList<string> Queues, int Slots);

/// <summary>A task instance that a worker has claimed, with what it needs to know of the run.</summary>
/// <param name="Key">The task instance.</param>
/// <param name="DagVersionId">The version that the run is pinned to.</param>
/// <param name="Attempt">The attempt, from 1.</param>
/// <param name="Lost">How many attempts before it were lost.</param>
/// <param name="Run">The run, for the author's code.</param>
public sealed record ClaimedTask(TaskKey Key, long DagVersionId, int Attempt, int Lost, RunInfo Run)
{
    internal static RunInfo RunOf(string dagId, string runKey, DateTimeOffset? logicalDate, DateTimeOffset runAfter, string conf) =>
        new(dagId, runKey, logicalDate, runAfter, (JsonObject)JsonNode.Parse(conf)!);
}

/// <summary>What a step did.</summary>
/// <param name="Claimed">The tasks that were claimed.</param>
/// <param name="Refused">The attempts whose fence did not hold: they had lost their lease and changed nothing.</param>
/// <param name="FinishedRuns">The runs that ended.</param>
public sealed record StepResult(
    IReadOnlyList<ClaimedTask> Claimed, IReadOnlyList<FinishedAttempt> Refused, IReadOnlyList<(long RunId, RunState State)> FinishedRuns);
