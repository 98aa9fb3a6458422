using System.Runtime.CompilerServices;
using Workflow.Graphs;

namespace Workflow;

/// <content>Gates that compare what a dataset version holds with what counts as normal.</content>
public sealed partial class DagBuilder
{
    /// <summary>
    /// A drift gate: compares the columns of a dataset version with a reference, records a verdict with a report, and fails the run when
    /// too many of them have drifted, or when there are too few values to decide of any, unless
    /// <see cref="Workflow.DriftGate.AllowUndecided"/> says otherwise.
    /// </summary>
    /// <param name="taskId">The task's id.</param>
    /// <param name="subject">The dataset version to judge.</param>
    /// <param name="define">Says what it is compared with, and how.</param>
    /// <param name="line">Given by the compiler: where messages say that the task is.</param>
    /// <exception cref="DagDefinitionException">It compares with nothing, a setting cannot be, or the id is none or taken.</exception>
    public GateHandle<DatasetVersion> DriftGate(
        string taskId, TaskHandle<DatasetVersion> subject, Action<DriftGate> define, [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(define);
        var gate = new DriftGate();
        define(gate);
        return new(this, Draft(taskId, [subject], new DriftGateSpec(gate.Build(taskId)), line, typeof(DatasetVersion)));
    }
}
