/// <summary>
/// Every month: the trips of the month before become a slice of one dataset. A backfill brings in the past, month by month; one that is
/// missing fails by itself and holds up no other, and one with faults in it comes in with a warning.
/// </summary>
public sealed class TaxiTrips : IDag
{
    public void Define(DagBuilder dag)
    {
        dag.Id("taxi_trips")
            .Description("Collects taxi trips, one month a slice, into one dataset.")
            .Owner("data-engineering")
            .Tags("example", "taxi")
            .Schedule(Cron.Of("0 6 1 * *", "America/New_York"));

        dag.Dataset("taxi.trips", trips => trips
            .Description("Taxi trips, one slice a month.")
            .Owner("data-engineering")
            .Tags("taxi")
            .Keep(versions: 3, age: TimeSpan.FromDays(90)));

        // What readers may rely on: a version that breaks it is not published.
        dag.Contract("taxi.trips", trips => trips
            .Owner("data-engineering")
            .AllowExtraColumns()
            .Column("pickup_datetime", "TIMESTAMP", column => column.Required())
            .Column("trip_distance", "DOUBLE", column => column.Required().Unit("miles"))
            .Column("fare_amount", "DOUBLE", column => column.Required().Unit("USD"))
            .Column("pickup_hour", "BIGINT", column => column.Required().Between(0, 23)));

        var month = dag.DerivedParam(
            "month", run => Taxi.MonthOf((run.LogicalDate ?? run.RunAfter).AddDays(-1)),
            "The month, YYYY-MM; the one before the logical date unless given.", Taxi.MonthPattern);
        var source = dag.Param(
            "source", Taxi.Synthetic,
            "A folder or an address pattern of yellow_tripdata_sample_YYYY-MM.csv[.gz], or 'synthetic' for trips made up from a seed.");
        var rows = dag.Param("rows", 10_000, "How many trips a synthetic month has.", minimum: 100, maximum: 50_000_000);

        var raw =
            dag.Task("ingest", run =>
                Taxi.IngestAsync(run, run.Get(source), run.Get(month), run.Get(rows), into: "taxi.trips_raw", bySource: false))
            .Queue("etl").Retries(2, Backoff.Exponential(TimeSpan.FromSeconds(5)));

        // A month without trips stops here; one with faults goes on, with a warning beside it.
        var good = dag.Gate("quality", raw, gate => gate
            .RowCount(minimum: 100)
            .NotNull("pickup_datetime")
            .PairGreater("dropoff_datetime", "pickup_datetime", orEqual: true, mostly: 0.99)
            .Between("fare_amount", -1_000, 10_000, severity: Severity.Warn)
            .Between("fare_amount", 0, 500, mostly: 0.99, severity: Severity.Warn)
            .InSet("payment_type", ["1", "2", "3", "4", "5"], severity: Severity.Warn)
            .NullRate("passenger_count", atMost: 0.05, severity: Severity.Warn));

        dag.Sql("trips", good, into: "taxi.trips", "SELECT *, hour(pickup_datetime) AS pickup_hour FROM input").Queue("etl");
    }
}
