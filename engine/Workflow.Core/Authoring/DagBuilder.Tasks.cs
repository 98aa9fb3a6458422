using System.Runtime.CompilerServices;
using Workflow.Graphs;

namespace Workflow;

/// <content>Plain tasks. The compiler gives each its line, which messages about it name.</content>
public sealed partial class DagBuilder
{
    /// <summary>A task without output.</summary>
    public TaskHandle Task(string taskId, Func<TaskContext, Task> body, [CallerLineNumber] int line = 0) =>
        new(this, Draft(taskId, [], Plain((context, _) => body(context)), line));

    /// <summary>A task with an output.</summary>
    public TaskHandle<TOut> Task<TOut>(string taskId, Func<TaskContext, Task<TOut>> body, [CallerLineNumber] int line = 0) =>
        new(this, Draft(taskId, [], Plain((context, _) => body(context)), line, typeof(TOut)));

    /// <summary>A task that takes another's output and has none itself.</summary>
    public TaskHandle Task<TIn>(string taskId, TaskHandle<TIn> input, Func<TaskContext, TIn, Task> body, [CallerLineNumber] int line = 0) =>
        new(this, Draft(taskId, [input], Plain((context, inputs) => body(context, (TIn)inputs[0]!)), line));

    /// <summary>A task that takes another's output.</summary>
    public TaskHandle<TOut> Task<TIn, TOut>(
        string taskId, TaskHandle<TIn> input, Func<TaskContext, TIn, Task<TOut>> body, [CallerLineNumber] int line = 0) =>
        new(this, Draft(taskId, [input], Plain((context, inputs) => body(context, (TIn)inputs[0]!)), line, typeof(TOut)));

    /// <summary>A task that takes the outputs of two others.</summary>
    public TaskHandle<TOut> Task<T1, T2, TOut>(
        string taskId, TaskHandle<T1> first, TaskHandle<T2> second, Func<TaskContext, T1, T2, Task<TOut>> body,
        [CallerLineNumber] int line = 0) =>
        new(this, Draft(
            taskId, [first, second], Plain((context, inputs) => body(context, (T1)inputs[0]!, (T2)inputs[1]!)), line, typeof(TOut)));

    private static PlainSpec Plain(Func<TaskContext, IReadOnlyList<object?>, Task> body) => new(async (context, inputs) =>
    {
        await body(context, inputs).ConfigureAwait(false);
        return null;
    });

    private static PlainSpec Plain<TOut>(Func<TaskContext, IReadOnlyList<object?>, Task<TOut>> body) =>
        new(async (context, inputs) => await body(context, inputs).ConfigureAwait(false));
}
