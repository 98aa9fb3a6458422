using Workflow.Postgres.Reads;
using Workflow.Worker.Planes;

namespace Workflow.Worker.Handlers;

/// <summary>The kinds of task that can be performed.</summary>
public static class TaskHandlers
{
    /// <summary>One handler for each kind, by its settings' type.</summary>
    /// <param name="planes">Access to datasets and models.</param>
    /// <param name="clock">The database's clock.</param>
    /// <param name="waits">
    /// What waits look at in the database; null in a process of an attempt, which has no access to it. Waits of those kinds are never
    /// isolated.
    /// </param>
    public static IReadOnlyDictionary<Type, ITaskHandler> All(DataPlanes planes, DatabaseClock clock, WaitReads? waits)
    {
        ITaskHandler[] all =
        [
            new PlainHandler(), new SqlHandler(planes), new QualityGateHandler(planes, clock), new BacktestGateHandler(planes),
            new TrainHandler(planes), new DriftGateHandler(planes),
            new PromoteHandler(planes), new BranchHandler(), new ShortCircuitHandler(), new WaitForHandler(clock),
            .. waits is null
                ? (ITaskHandler[])[]
                :
                [new WaitUntilHandler(clock), new WaitForDatasetHandler(waits), new WaitForRunHandler(waits),
                    new WaitForEventHandler(waits)],
        ];
        return all.ToDictionary(handler => handler.Spec);
    }
}
