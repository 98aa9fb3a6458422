using Workflow.Data.Drift;

namespace Workflow.Data.Tests.Drift;

/// <summary>Real months against June 2019, before the pandemic.</summary>
public sealed class TaxiDriftTests : IDisposable
{
    private const string Reference = "2019-06";
    private static readonly string[] Columns = ["payment_type", "fare_amount", "trip_distance", "pickup_hour"];

    private readonly DataFixture data = new();

    public void Dispose() => data.Dispose();

    [Fact]
    public async Task Compare_EveryMonthByDeciles_GivesTheKnownIndices()
    {
        var files = SharedData.Files("taxi", "*.csv.gz");
        var reference = await LoadAsync(files, Reference);
        var indices = new Dictionary<string, Dictionary<string, double>>();
        foreach (var month in files.Select(file => Path.GetFileName(file)[^14..^7]))
            indices[month] = Compare(reference, await LoadAsync(files, month), DriftMethod.PsiDeciles);

        indices.Count.ShouldBe(29);
        const double tolerance = 0.005;
        foreach (var (month, of) in indices)
        {
            of["payment_type"].ShouldBe(month switch
            {
                "2019-10" or "2019-11" or "2019-12" => 0.03,
                "2020-01" => 0.052,
                "2020-02" => 0.058,
                "2020-03" => 0.079,
                "2020-04" => 0.656,
                "2020-09" or "2020-10" or "2020-11" or "2020-12" => Math.Clamp(of["payment_type"], 0.48, 0.50),
                _ => Math.Clamp(of["payment_type"], 0, 0.006),
            }, tolerance, month);
            of["pickup_hour"].ShouldBe(month switch
            {
                "2020-03" => 0.024,
                "2020-04" => 0.208,
                "2020-09" or "2020-10" or "2020-11" or "2020-12" => Math.Clamp(of["pickup_hour"], 0.12, 0.26),
                _ => Math.Clamp(of["pickup_hour"], 0, 0.012),
            }, tolerance, month);
            of["trip_distance"].ShouldBeInRange(0, 0.021 + tolerance, month);
        }

        indices["2020-04"]["fare_amount"].ShouldBe(0.085, tolerance);
    }

    [Fact]
    public async Task Compare_April2020ByEvidentlysRule_UsesDistancesAndDropsNulls()
    {
        var files = SharedData.Files("taxi", "*.csv.gz");

        var report = DriftEvaluator.Compare(
            [await LoadAsync(files, Reference)], [await LoadAsync(files, "2020-04")], new DriftRule { Columns = Columns },
            new DuckDb.DuckDbOptions(), TestContext.Current.CancellationToken);

        report.Columns.Select(column => column.Score!.Method)
            .ShouldBe([DriftMethod.Js, DriftMethod.Wasserstein, DriftMethod.Wasserstein, DriftMethod.Wasserstein]);
        var payment = report.Columns[0];
        (payment.ReferenceNulls, payment.CurrentNulls).ShouldBe((0, 803), "8 % are null in April, and Evidently's tests do not see it");
        payment.Score!.Statistic.ShouldBeLessThan(0.1);
        payment.Verdict.ShouldBe(Verdict.Pass);
    }

    private static Dictionary<string, double> Compare(string reference, string current, DriftMethod method) =>
        DriftEvaluator.Compare(
            [reference], [current], new DriftRule { Columns = Columns, Method = method }, new DuckDb.DuckDbOptions(),
            TestContext.Current.CancellationToken)
            .Columns.ToDictionary(column => column.Column, column => column.Score!.Statistic);

    private async Task<string> LoadAsync(IReadOnlyList<string> files, string month)
    {
        var stored = await data.Files.IngestAsync(
            files.Single(file => file.Contains(month, StringComparison.Ordinal)), TaxiTests.Columns, log: null,
            TestContext.Current.CancellationToken);
        var path = await data.Store.PathAsync(stored.Sha256, TestContext.Current.CancellationToken);
        return data.Parquet($"SELECT *, hour(pickup_datetime) AS pickup_hour FROM read_parquet('{path}')");
    }
}
