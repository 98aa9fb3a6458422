using System.Text.RegularExpressions;
using Workflow.Graphs;
using Workflow.Runs;

namespace Workflow.Core.Tests.Runs.Histories;

/// <summary>
/// What happens to a run, as text: steps such as <c>ok list=3; fail each[0]; clear list each; stop cancelled</c>. An attempt that is not
/// running is claimed first. The reference goes along and must agree after every step.
/// </summary>
internal sealed partial class Script
{
    private readonly DagGraph graph;
    private readonly ModelRun model;
    private readonly ReferenceRun reference;

    private Script(DagGraph graph, IReadOnlySet<int> waitsForPast)
    {
        this.graph = graph;
        model = new ModelRun(graph, waitsForPast);
        reference = new ReferenceRun(graph, waitsForPast);
    }

    public static DagGraph Graph(Action<DagBuilder> define) => DagDefinition.From(new Defined(define)).Graph;

    /// <summary>Plays steps and compares what came of them.</summary>
    /// <param name="define">The DAG.</param>
    /// <param name="steps">The steps; see <see cref="Step"/>.</param>
    /// <param name="expected">Such as <c>each failed, each[1] success, run failed</c>; a run that goes on is <c>run unfinished</c>.</param>
    /// <param name="waitsForPast">The tasks that the run before keeps waiting.</param>
    public static RunModel Play(Action<DagBuilder> define, string steps, string expected, params string[] waitsForPast)
    {
        var graph = Graph(define);
        var script = new Script(graph, graph.Tasks.Where(task => waitsForPast.Contains(task.Id)).Select(task => task.Index).ToHashSet());
        foreach (var step in steps.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            script.Step(step);
        var wanted = expected.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        string.Join(", ", wanted.Select(one => one.Split(' ')[0]).Select(name => $"{name} {script.StateOf(name)}"))
            .ShouldBe(string.Join(", ", wanted));
        return script.model.Run;
    }

    private void Step(string step)
    {
        var words = step.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        switch (words[0])
        {
            case "clear":
                Apply(new RunEvent.Clear([.. words[1..].Select(Key)]));
                break;
            case "mark":
                Apply(new RunEvent.Mark([.. words[2..].Select(Key)], StateNames.Parse<TaskState>(words[1])));
                break;
            case "stop":
                Apply(new RunEvent.Stop(StateNames.Parse<RunState>(words[1])));
                break;
            case "past":
                Apply(new RunEvent.Release(Key(words[1]).Task));
                break;
            case "claim":
                Apply(new RunEvent.Claim(Key(words[1])));
                break;
            default:
                var (name, value) = words[1].Split('=') is [var left, var right] ? (left, right) : (words[1], null);
                var key = Key(name);
                if (model.Run[key.Task, key.Map].State != TaskState.Running)
                    Apply(new RunEvent.Claim(key));
                Apply(new RunEvent.End(key, Outcome(words[0], key.Task, value)));
                break;
        }
    }

    private TaskOutcome Outcome(string verb, int task, string? value) => verb switch
    {
        "ok" => new TaskOutcome.Succeeded(
            value is null ? null : value == "null" ? "null" : $"[{string.Join(',', Enumerable.Repeat('0', int.Parse(value)))}]"),
        "choose" => new TaskOutcome.Succeeded(
            null, [.. value!.Split('+', StringSplitOptions.RemoveEmptyEntries)
                .Select(id => graph.Tasks.Single(other => other.Id == id).Index)]),
        "go" => new TaskOutcome.Succeeded(null, [.. graph.Edges(task).Select(edge => edge.To)]),
        "halt" => new TaskOutcome.Succeeded(null, []),
        "fail" => new TaskOutcome.Failed("no", Retryable: true),
        "never" => new TaskOutcome.Failed("never", Retryable: false),
        "late" => new TaskOutcome.TimedOut(TimeSpan.FromSeconds(1)),
        "skip" => new TaskOutcome.Skipped("nothing to do"),
        "defer" => new TaskOutcome.Deferred("not yet", TimeSpan.FromSeconds(1), null),
        "lost" => new TaskOutcome.Lost("The worker died."),
        "cancel" => new TaskOutcome.Cancelled(),
        _ => throw new ArgumentException($"No such step: {verb}"),
    };

    private void Apply(RunEvent happened)
    {
        model.Apply(happened);
        reference.Apply(happened);
        Agreement.Complaint(model, reference).ShouldBeNull(happened.ToString());
    }

    private string StateOf(string name)
    {
        if (name == "run")
            return model.Run.State?.Name() ?? "unfinished";
        var key = Key(name);
        return model.Run[key.Task, key.Map].State.Name();
    }

    private (int Task, int Map) Key(string name)
    {
        var parts = Name().Match(name);
        return (graph.Tasks.Single(task => task.Id == parts.Groups[1].Value).Index, parts.Groups[2].Success
            ? int.Parse(parts.Groups[2].Value) : TaskKey.Whole);
    }

    [GeneratedRegex(@"^([^\[]+)(?:\[(\d+)\])?$")]
    private static partial Regex Name();

    private sealed class Defined(Action<DagBuilder> define) : IDag
    {
        public void Define(DagBuilder dag)
        {
            dag.Id("scripted");
            define(dag);
        }
    }
}
