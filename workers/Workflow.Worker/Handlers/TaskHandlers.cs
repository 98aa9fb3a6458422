using Workflow.Worker.Planes;

namespace Workflow.Worker.Handlers;

/// <summary>The kinds of task that can be performed.</summary>
public static class TaskHandlers
{
    /// <summary>One handler for each kind.</summary>
    public static IReadOnlyList<ITaskHandler> All(DataPlanes planes) =>
    [
        new PlainHandler(), new SqlHandler(planes), new QualityGateHandler(planes), new BacktestGateHandler(planes), new TrainHandler(planes),
        new PromoteHandler(planes),
    ];
}
