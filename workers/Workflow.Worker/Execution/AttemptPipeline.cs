using System.Text.Json;
using Workflow.Graphs;
using Workflow.Runs;
using Workflow.Worker.Handlers;
using Workflow.Worker.Logs;

namespace Workflow.Worker.Execution;

/// <summary>An output that an attempt takes, as far as it can be said without the author's types.</summary>
/// <param name="Upstream">The task that gives it; for an item, the task that gives the list.</param>
/// <param name="Kind">What part of the output it takes.</param>
/// <param name="Place">For an item: of which of the lists that are mapped over.</param>
public sealed record InputPart(int Upstream, InputKind Kind, int Place);

/// <summary>Gives what an attempt takes from others, as JSON, in order.</summary>
public delegate Task<IReadOnlyList<string>> LoadInputs(RunningAttempt running, IReadOnlyList<InputPart> parts);

/// <summary>One attempt from its inputs to its outcome, the same in a worker's process and in one of its own.</summary>
public sealed class AttemptPipeline(IReadOnlyDictionary<Type, ITaskHandler> handlers, LoadInputs load)
{
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
            return Outcomes.Returned(dag.Definition, definition.Index, output, dag.Assembly.Json);
        }
        catch (Exception exception)
        {
            return AttemptEnds.Describe(exception, running, definition, code.RetryRules, log);
        }
    }

    private async Task<IReadOnlyList<object?>> InputsAsync(RunningAttempt running, LoadedDag dag, TaskCode code)
    {
        if (code.Inputs.Count == 0)
            return [];
        var loaded = await load(running, [.. code.Inputs.Select(input => new InputPart(input.Upstream, input.Kind, input.Place))])
            .ConfigureAwait(false);
        return [.. code.Inputs.Zip(loaded, (input, json) => JsonSerializer.Deserialize(json, input.Type, dag.Assembly.Json))];
    }
}
