namespace Workflow;

/// <summary>What a running task can reach: its run, its parameters, its log, datasets and models.</summary>
public abstract class TaskContext
{
    /// <summary>The run that the task belongs to.</summary>
    public abstract RunInfo Run { get; }

    /// <summary>The task's id within its DAG.</summary>
    public abstract string TaskId { get; }

    /// <summary>The attempt, counted from 1.</summary>
    public abstract int Attempt { get; }

    /// <summary>For a mapped task which element it is, from 0; -1 otherwise.</summary>
    public abstract int MapIndex { get; }

    /// <summary>Ends when the task shall stop: its timeout passed, its run was cancelled, or its worker lost the right to it.</summary>
    public abstract CancellationToken Cancellation { get; }

    /// <summary>The named datasets.</summary>
    public abstract IDatasets Datasets { get; }

    /// <summary>The registered models.</summary>
    public abstract IModels Models { get; }

    /// <summary>The changes of datasets that the run was created for, oldest first; none unless its DAG runs on datasets.</summary>
    public abstract Task<IReadOnlyList<TriggeringDataset>> TriggeringDatasetsAsync();

    /// <summary>
    /// Writes a line to the task's log, which can be read while the task runs. What it prints to the console goes there too.
    /// </summary>
    public abstract void Log(string message, TaskLogLevel level = TaskLogLevel.Info);

    /// <summary>The run's value of a parameter.</summary>
    /// <exception cref="TaskFailureException">The run gave none and the DAG has no default.</exception>
    public T Get<T>(Param<T> param)
    {
        ArgumentNullException.ThrowIfNull(param);
        return param.Read(Run);
    }
}

/// <summary>How much a log line matters.</summary>
public enum TaskLogLevel
{
    /// <summary>What happens.</summary>
    Info,

    /// <summary>What may need a look.</summary>
    Warn,

    /// <summary>What went wrong.</summary>
    Error,

    /// <summary>What the task printed to the console.</summary>
    Output,
}
