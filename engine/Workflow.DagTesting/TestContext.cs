namespace Workflow.DagTesting;

/// <summary>What a body can reach in a test.</summary>
internal sealed class TestContext(
    DagTest test, RunInfo run, string taskId, int mapIndex, int attempt, List<LogLine> log, CancellationToken cancellation) : TaskContext
{
    public override RunInfo Run => run;

    public override string TaskId => taskId;

    public override int Attempt => attempt;

    public override int MapIndex => mapIndex;

    public override CancellationToken Cancellation => cancellation;

    public override IDatasets Datasets => test.Datasets;

    public override IModels Models => test.Models;

    public override Task<IReadOnlyList<TriggeringDataset>> TriggeringDatasetsAsync() =>
        Task.FromResult<IReadOnlyList<TriggeringDataset>>([]);

    public override void Log(string message, TaskLogLevel level = TaskLogLevel.Info) => log.Add(new LogLine(attempt, level, message));
}
