using Workflow.Graphs;

namespace Workflow;

/// <summary>What a callback gets to know of the end that it is called after.</summary>
/// <param name="Kind">Which end.</param>
/// <param name="Run">The run.</param>
/// <param name="TaskId">The task; null for a callback of the run.</param>
/// <param name="MapIndex">Which element, or -1.</param>
/// <param name="Attempt">The attempt that ended; 0 when there was none.</param>
/// <param name="Message">Why, as a sentence; null when there is nothing to say.</param>
/// <param name="Cancellation">Ends when the callback shall stop.</param>
/// <remarks>
/// A callback is called at least once, after the end is recorded: one that is killed is called again. What it does must bear that.
/// </remarks>
public sealed record CallbackContext(
    CallbackKind Kind, RunInfo Run, string? TaskId, int MapIndex, int Attempt, string? Message, CancellationToken Cancellation);
