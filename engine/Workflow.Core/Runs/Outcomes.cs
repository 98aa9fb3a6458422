using System.Text.Json;
using Workflow.Graphs;

namespace Workflow.Runs;

/// <summary>What an attempt's end means: the same in a worker and in tests of DAGs.</summary>
public static class Outcomes
{
    /// <summary>The outcome of a body that threw.</summary>
    /// <param name="exception">What it threw.</param>
    /// <param name="rules">What becomes of the task after particular exceptions.</param>
    /// <param name="message">What to say of it instead of the exception's type and message.</param>
    public static TaskOutcome Thrown(Exception exception, IReadOnlyList<RetryRule> rules, string? message = null)
    {
        switch (exception)
        {
            case TaskSkippedException skipped:
                return new TaskOutcome.Skipped(skipped.Message);
            case TaskDeferredException deferred:
                return new TaskOutcome.Deferred(deferred.Message, deferred.Wait, deferred.WakeKey is { } key ? EventKey(key) : null);
        }

        var failure = exception as TaskFailureException;
        var text = failure?.Message ?? message ?? $"{exception.GetType().Name}: {exception.Message}";
        return RetryRule.For(rules, exception) is { } rule
            ? new TaskOutcome.Failed(text, rule.Retry, rule.After)
            : new TaskOutcome.Failed(text, failure?.Retryable ?? true, failure?.RetryAfter);
    }

    /// <summary>The outcome of a body that returned.</summary>
    /// <param name="dag">The DAG.</param>
    /// <param name="task">The task.</param>
    /// <param name="output">What it returned: a value, nothing, or an outcome as it is.</param>
    /// <param name="json">Writes values of the author's types.</param>
    public static TaskOutcome Returned(DagDefinition dag, int task, object? output, JsonSerializerOptions json) =>
        output as TaskOutcome ?? new TaskOutcome.Succeeded(output switch
        {
            not null => JsonSerializer.Serialize(output, output.GetType(), json),
            // Where another task takes the output, null is a value too.
            null => dag.IsTaken(task) ? "null" : null,
        });

    /// <summary>The outcome of a branch.</summary>
    /// <exception cref="TaskFailureException">It chose what is not one of its direct downstreams.</exception>
    public static TaskOutcome Chose(DagGraph graph, TaskDefinition branch, IReadOnlyList<string> chosen) =>
        new TaskOutcome.Succeeded(null, [.. chosen.Select(id => Find(graph, branch, id))]);

    /// <summary>The outcome of a short circuit.</summary>
    public static TaskOutcome WentOn(DagGraph graph, TaskDefinition task, bool goesOn) =>
        new TaskOutcome.Succeeded(null, goesOn ? [.. graph.Edges(task.Index).Select(edge => edge.To)] : []);

    /// <summary>The outcome of a look at what is not there yet.</summary>
    /// <param name="look">How it would wait on.</param>
    /// <param name="limit">How long it may wait in all.</param>
    /// <param name="waited">How long it has.</param>
    /// <exception cref="TaskFailureException">It has waited as long as it may.</exception>
    public static TaskOutcome Waits(TaskOutcome.Deferred look, TimeSpan? limit, TimeSpan waited)
    {
        var left = limit - waited;
        if (left <= TimeSpan.Zero)
            throw new TaskFailureException($"{look.Reason} It has waited as long as it may: {limit}.", retryable: false);
        return look with { Wait = left < look.Wait ? left.Value : look.Wait };
    }

    /// <summary>The place in one of the lists that an element is mapped over; null when that list has become too short.</summary>
    /// <param name="root">The node that gave the element.</param>
    /// <param name="lengths">The length of each list.</param>
    /// <param name="list">Which of the lists.</param>
    /// <param name="mapIndex">Which element.</param>
    public static int? PlaceOf(TaskDefinition root, IReadOnlyList<int> lengths, int list, int mapIndex)
    {
        // The last list goes round fastest, as in nested loops.
        var inner = root.IsZipped ? 1 : lengths.Skip(list + 1).Aggregate(1, (product, length) => product * Math.Max(1, length));
        var place = root.IsZipped ? mapIndex : lengths[list] == 0 ? 0 : mapIndex / inner % lengths[list];
        return place < lengths[list] ? place : null;
    }

    /// <summary>What wakes a task that waits for an external event.</summary>
    public static string EventKey(string key) => $"event:{key}";

    private static int Find(DagGraph graph, TaskDefinition branch, string id)
    {
        var downstreams = graph.Downstreams(branch.Index);
        var full = branch.Group is null ? id : $"{branch.Group}.{id}";
        var found = downstreams.Where(index => graph.Tasks[index].Id == full || graph.Tasks[index].Id == id).ToList();
        return found.Count > 0
            ? found[0]
            : throw new TaskFailureException(
                $"Branch '{branch.Id}' chose '{id}', which is not one of its direct downstreams: "
                + $"{string.Join(", ", downstreams.Select(index => graph.Tasks[index].Id))}.",
                retryable: false);
    }
}
