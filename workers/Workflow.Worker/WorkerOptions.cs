using Workflow.Data;

namespace Workflow.Worker;

/// <summary>How a worker works.</summary>
public sealed record WorkerOptions
{
    /// <summary>
    /// What it is called in the dashboard; the supervisor reports its death by this name, so it is unique for each process.
    /// </summary>
    public required string Name { get; init; }

    /// <summary>The queues that it serves; empty for all.</summary>
    public IReadOnlyList<string> Queues { get; init; } = [];

    /// <summary>How many tasks it runs at once. Default: twice the processors, at least four.</summary>
    public int Slots { get; init; } = Math.Max(4, 2 * Environment.ProcessorCount);

    /// <summary>How long running tasks may go on after the worker was asked to stop. Default: 20 seconds.</summary>
    public TimeSpan DrainLimit { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a task may take to heed its cancellation before its slot is given up. Default: 10 seconds.</summary>
    public TimeSpan CancelGrace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often it looks for work when no notification comes. Default: one second.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The program that runs an isolated task, with its first arguments: the executable of the engine and <c>run-attempt</c>. Without it,
    /// isolated tasks fail.
    /// </summary>
    public IReadOnlyList<string> IsolationCommand { get; init; } = [];

    /// <summary>
    /// Whether isolated tasks run in the worker's process after all, so that a debugger stops in them; those with a hard timeout or a
    /// memory limit still do not. Default: no.
    /// </summary>
    public bool InProcess { get; init; }

    /// <summary>The folder of the artifact store; beside a bucket, what this machine keeps of it.</summary>
    public required string ArtifactFolder { get; init; }

    /// <summary>The bucket that is the artifact store. Default: none, the folder is.</summary>
    public S3Options? S3 { get; init; }

    /// <summary>Where content lies that datasets let grow cold; it is brought back when it is read. Default: nowhere.</summary>
    public ArtifactPlace? Cold { get; init; }
}
