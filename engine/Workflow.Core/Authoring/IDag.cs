namespace Workflow;

/// <summary>
/// A DAG: a class in a <c>.cs</c> file under <c>dags/</c> whose <see cref="Define"/> describes the tasks and how they depend on each other.
/// </summary>
/// <remarks>
/// <see cref="Define"/> runs in the scheduler, in every worker and in tests, and must give the same graph each time: a definition that
/// reads the clock, chance or the environment is refused. Work belongs into the task bodies.
/// </remarks>
public interface IDag
{
    /// <summary>Describes the DAG. Called once for each load; keep it free of work and of state.</summary>
    void Define(DagBuilder dag);
}
