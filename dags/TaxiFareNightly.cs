/// <summary>
/// Every night: one month of taxi trips is ingested, checked and turned into features; a fare model is retrained on all months so far,
/// tested on trips that it has not seen, and replaces the champion only when the gates say so.
/// </summary>
public sealed class TaxiFareNightly : IDag
{
    public void Define(DagBuilder dag)
    {
        dag.Id("taxi_fare_nightly")
            .Description("Retrains the taxi fare model every night; it replaces the champion only through its gates.")
            .Owner("data-science")
            .Tags("example", "taxi")
            .Schedule(Cron.Of("0 2 * * *", "America/New_York"));

        var month = dag.DerivedParam(
            "month", run => Taxi.MonthOf(run.LogicalDate ?? run.RunAfter), "The month, YYYY-MM; that of the logical date unless given.",
            Taxi.MonthPattern);
        var source = dag.Param(
            "source", Taxi.Synthetic,
            "A folder or an address pattern of yellow_tripdata_sample_YYYY-MM.csv[.gz], or 'synthetic' for trips made up from a seed.");
        var rows = dag.Param("rows", 10_000, "How many trips a synthetic month has.", minimum: 100, maximum: 50_000_000);

        var raw = dag.Task("ingest", run => Taxi.IngestAsync(run, run.Get(source), run.Get(month), run.Get(rows)))
            .Queue("etl").Retries(2, Backoff.Exponential(TimeSpan.FromSeconds(5)));

        var good = dag.Gate("quality", raw, gate => gate
            .RowCount(minimum: 100)
            .NotNull("pickup_datetime")
            .NotNull("fare_amount")
            .Between("fare_amount", -1_000, 10_000)
            .Between("fare_amount", 0, 500, mostly: 0.99)
            .InSet("payment_type", ["1", "2", "3", "4", "5"])
            .NullRate("passenger_count", atMost: 0.2));

        var features = dag.Sql("features", good, into: "taxi.features", Taxi.FeaturesSql).Queue("etl");

        var model = dag.Train("train", features, train => train
                .Model("taxi_fare")
                .Ridge(label: "fare_amount", penalty: 1e-4)
                .Numeric("trip_distance", "passenger_count", "is_night", "is_weekend")
                .Categorical("rate_code_id", "pickup_hour")
                .WithEarlier("month")
                .Holdout("is_test"))
            .Queue("training").Timeout(TimeSpan.FromHours(1));

        var predictions = dag.Task("predict", model, (run, candidate) => run.Models.PredictAsync(candidate, into: "taxi.predictions"))
            .Queue("training");

        var better = dag.Gate("backtest", predictions, gate => gate
            .AtMost(Metric.Rmse, 12)
            .AtMost(Metric.Mae, 5)
            .NoWorse(Metric.Rmse, tolerance: 0.05));

        dag.Promote("promote", better);
    }
}
