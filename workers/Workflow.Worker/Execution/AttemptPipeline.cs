using System.Text.Json;
using Workflow.Graphs;
using Workflow.Runs;
using Workflow.Worker.Handlers;
using Workflow.Worker.Logs;

namespace Workflow.Worker.Execution;

/// <summary>Gives the outputs of upstream tasks as JSON, by task index; a task that ended without one is absent.</summary>
public delegate Task<IReadOnlyDictionary<int, string>> LoadInputs(RunningAttempt running, IReadOnlyList<int> upstreams);

/// <summary>One attempt from its inputs to its outcome, the same in a worker's process and in one of its own.</summary>
public sealed class AttemptPipeline(IEnumerable<ITaskHandler> handlers, LoadInputs load)
{
    private readonly Dictionary<Type, ITaskHandler> handlers = handlers.ToDictionary(handler => handler.Spec);

    /// <summary>Runs an attempt until its code returns. Never throws: whatever happens is an outcome.</summary>
    public async Task<TaskOutcome> RunAsync(RunningAttempt running, LoadedDag dag, AttemptContext context, TaskLog log)
    {
        var definition = context.Definition;
        var code = dag.Definition.Code[definition.Index];
        try
        {
            var inputs = await InputsAsync(running, dag, code).ConfigureAwait(false);
            var output = await Task.Run(
                () =>
                {
                    ConsoleCapture.Begin(log);
                    return handlers[code.Spec.GetType()].RunAsync(context, code.Spec, inputs);
                },
                CancellationToken.None).ConfigureAwait(false);
            return new TaskOutcome.Succeeded(output is not null
                ? JsonSerializer.Serialize(output, output.GetType(), dag.Assembly.Json)
                : IsTaken(dag.Definition, definition.Index) ? "null" : null);
        }
        catch (Exception exception)
        {
            return AttemptEnds.Describe(exception, running, definition, log);
        }
    }

    private async Task<IReadOnlyList<object?>> InputsAsync(RunningAttempt running, LoadedDag dag, TaskCode code)
    {
        if (code.Inputs.Count == 0)
            return [];
        var outputs = await load(running, [.. code.Inputs.Select(input => input.Upstream).Distinct()]).ConfigureAwait(false);
        return [.. code.Inputs.Select(input => outputs.TryGetValue(input.Upstream, out var json)
            ? JsonSerializer.Deserialize(json, input.Type, dag.Assembly.Json)
            : throw new TaskFailureException(
                $"Task '{dag.Definition.Graph.Tasks[input.Upstream].Id}' gave no output: it did not succeed. Use After(...) to wait without taking it.",
                retryable: false))];
    }

    /// <summary>Whether another task takes the output: then null is a value too.</summary>
    private static bool IsTaken(DagDefinition dag, int index) => dag.Code.Any(code => code.Inputs.Any(input => input.Upstream == index));
}
