namespace Workflow.Graphs;

/// <summary>A wait: a task that occupies no worker until what it waits for is there.</summary>
public abstract record WaitSpec : TaskSpec
{
    /// <inheritdoc />
    public override string Kind => "wait";
}

/// <summary>Waits for a time.</summary>
/// <param name="Time">Which, worked out from the run.</param>
public sealed record WaitUntilSpec(Func<RunInfo, DateTimeOffset> Time) : WaitSpec;

/// <summary>Waits for a condition that author's code looks at.</summary>
/// <param name="Condition">Whether it holds.</param>
/// <param name="Every">How often it is looked at.</param>
public sealed record WaitForSpec(Func<TaskContext, Task<bool>> Condition, TimeSpan Every) : WaitSpec
{
    /// <inheritdoc />
    public override object Settings => Every;
}

/// <summary>Waits for a version of a dataset that was published since the run's time had come.</summary>
/// <param name="Dataset">The dataset.</param>
public sealed record WaitForDatasetSpec(string Dataset) : WaitSpec
{
    /// <inheritdoc />
    public override object Settings => Dataset;
}

/// <summary>Waits for a run of another DAG to succeed.</summary>
/// <param name="DagId">The other DAG.</param>
/// <param name="LogicalDate">The logical date of the run waited for, worked out from this one.</param>
public sealed record WaitForRunSpec(string DagId, Func<RunInfo, DateTimeOffset> LogicalDate) : WaitSpec
{
    /// <inheritdoc />
    public override object Settings => DagId;
}

/// <summary>Waits for an external event.</summary>
/// <param name="Key">The event's key, worked out from the run.</param>
public sealed record WaitForEventSpec(Func<RunInfo, string> Key) : WaitSpec;
