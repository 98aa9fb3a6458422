using Workflow.DagTesting;
using Workflow.Runs;

namespace Workflow.Dags.Tests;

public sealed class TaxiFareNightlyTests
{
    private static readonly DateTimeOffset Night = new(2024, 2, 1, 7, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Run_WhenEveryGatePasses_PromotesTheModelOfThatMonth()
    {
        var datasets = new FakeDatasets();
        var run = await Nightly().With(datasets).RunAsync();

        run.State.ShouldBe(RunState.Success);
        run["promote"].State.ShouldBe(TaskState.Success);
        datasets.Versions.ShouldHaveSingleItem().Dataset.ShouldBe("taxi.raw");
        datasets.Versions[0].Partition["month"].ShouldBe("2024-02");
        run["predict"].Output<Predictions>().Rows.Dataset.ShouldBe("taxi.predictions");
    }

    [Fact]
    public async Task Run_WhenTheQualityGateFails_TrainsNothing()
    {
        var run = await Nightly().Fail("quality", new TaskFailureException("Too many nulls.", retryable: false)).RunAsync();

        run.State.ShouldBe(RunState.Failed);
        run["quality"].Message.ShouldBe("Too many nulls.");
        run["train"].State.ShouldBe(TaskState.UpstreamFailed);
        run["promote"].State.ShouldBe(TaskState.UpstreamFailed);
    }

    [Fact]
    public async Task Ingest_OfAMonthWithoutAFile_FailsForGoodAndNamesIt()
    {
        var ingest = await Nightly().WithParam("source", "nowhere").WithParam("month", "2019-01").RunTaskAsync("ingest");

        ingest.State.ShouldBe(TaskState.Failed);
        ingest.Message.ShouldBe(
            "There is no yellow_tripdata_sample_2019-01.csv or yellow_tripdata_sample_2019-01.csv.gz in the folder nowhere.");
    }

    [Fact]
    public async Task Run_WithoutAFakeForWhatNeedsTheEngine_SaysWhichAndHow() =>
        (await Should.ThrowAsync<WorkflowException>(() => DagTest.Of<TaxiFareNightly>().RunAsync())).Message.ShouldBe(
            "Task 'quality' is of kind 'gate', which needs the engine. Say what it hands on: .Fake(\"quality\", ...), or .Pass(\"quality\").");

    private static DagTest Nightly() => DagTest.Of<TaxiFareNightly>()
        .WithLogicalDate(Night)
        .Pass("quality")
        .Fake("features", FakeDatasets.Version("taxi.features"))
        .Fake("train", FakeModels.Version("taxi_fare"))
        .Pass("backtest")
        .Fake("promote", null);
}
