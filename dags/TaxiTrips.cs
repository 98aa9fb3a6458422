/// <summary>
/// Every month: the trips of the month before become a slice of one dataset. A backfill brings in the past, month by month; one that is missing
/// fails by itself and holds up no other.
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

        var month = dag.DerivedParam(
            "month", run => Taxi.MonthOf((run.LogicalDate ?? run.RunAfter).AddDays(-1)),
            "The month, YYYY-MM; the one before the logical date unless given.", Taxi.MonthPattern);
        var source = dag.Param(
            "source", Taxi.Synthetic,
            "A folder or an address pattern of yellow_tripdata_sample_YYYY-MM.csv[.gz], or 'synthetic' for trips made up from a seed.");
        var rows = dag.Param("rows", 10_000, "How many trips a synthetic month has.", minimum: 100, maximum: 50_000_000);

        var raw = dag.Task("ingest", run => Taxi.IngestAsync(run, run.Get(source), run.Get(month), run.Get(rows), into: "taxi.trips_raw", bySource: false))
            .Queue("etl").Retries(2, Backoff.Exponential(TimeSpan.FromSeconds(5)));

        dag.Sql("trips", raw, into: "taxi.trips", "SELECT *, hour(pickup_datetime) AS pickup_hour FROM input").Queue("etl");
    }
}
