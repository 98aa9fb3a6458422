using Workflow.DagTesting;
using Workflow.Data;
using Workflow.Data.Tests;
using Workflow.Graphs;
using Workflow.Runs;

namespace Workflow.Dags.Tests;

public sealed class TaxiTripsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("workflow-taxi-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Run_OfAMonth_JudgesTheRawTripsBeforeItMakesOthersOfThem()
    {
        var datasets = new FakeDatasets();
        var run = await DagTest.Of<TaxiTrips>().With(datasets).WithLogicalDate(new(2024, 2, 1, 11, 0, 0, TimeSpan.Zero))
            .Pass("quality").Fake("trips", FakeDatasets.Version("taxi.trips")).RunAsync();

        run.State.ShouldBe(RunState.Success);
        datasets.Versions.ShouldHaveSingleItem().Partition["month"].ShouldBe("2024-01");
        (await DagTest.Of<TaxiTrips>().With(datasets).Fail("quality", new TaskFailureException("No rows.", retryable: false))
            .RunAsync())["trips"]
            .State.ShouldBe(TaskState.UpstreamFailed);
    }

    /// <remarks>What is wrong with a month is a warning: a backfill over all of them brings in each.</remarks>
    [Fact]
    public async Task Define_GateAndContract_LetEveryPublishedMonthInAndWarnOfItsFaults()
    {
        var dag = DagDefinition.From(new TaxiTrips());
        var checks = dag.Code.Select(code => code.Spec).OfType<QualityGateSpec>().Single().Checks;
        var contract = dag.Settings.Contracts!.Single(one => one.Dataset == "taxi.trips");
        var sql = dag.Code.Select(code => code.Spec).OfType<SqlSpec>().Single().Sql;
        var store = new FolderArtifactStore(folder);
        using var http = new HttpClient();
        var warnings = new Dictionary<string, string>();
        var made = new DatasetQuery(Taxi.SyntheticSql)
        {
            Values = new Dictionary<string, object?> { ["month"] = "2024-01", ["rows"] = 1_000L },
        };
        await JudgeAsync("synthetic", await new DatasetWriter(store).WriteAsync(made, default));
        foreach (var file in SharedData.Files("taxi", "*.csv.gz"))
            await JudgeAsync(Path.GetFileName(file)[^14..^7],
                await new FileSource(store, http).IngestAsync(file, Taxi.Columns, null, default));

        async Task JudgeAsync(string month, StoredDataset raw)
        {
            var path = await store.PathAsync(raw.Sha256, default);
            var found = CheckEvaluator.Evaluate(path, checks);
            var trips = await new DatasetWriter(store).WriteAsync(DatasetQuery.All(path) with { Sql = sql }, default);
            var review = ContractReview.Of(contract, trips.Schema, trips.Profile);

            GateVerdict.Of("trips", found).Verdict.ShouldBe(Verdict.Pass, month);
            review.Violations.Concat(review.Scan(await store.PathAsync(trips.Sha256, default))).ShouldBeEmpty(month);
            warnings[month] =
                string.Join(", ", found.Where(check => check.Verdict == Verdict.Fail).Select(check => $"{check.Check} {check.Column}"));
        }

        warnings.Count.ShouldBe(30);
        warnings.Where(month => month.Value.Length > 0).Select(month => $"{month.Key}: {month.Value}").ShouldBe(
        [
            "2018-08: between fare_amount", "2020-04: null_rate passenger_count", "2020-09: null_rate passenger_count",
            "2020-10: null_rate passenger_count", "2020-11: null_rate passenger_count", "2020-12: null_rate passenger_count",
        ]);
    }
}
