/// <summary>What is known of the taxi data: where a month's trips come from, and what becomes of them.</summary>
internal static class Taxi
{
    public const string Synthetic = "synthetic";
    public const string MonthPattern = @"\d{4}-(0[1-9]|1[0-2])";

    /// <summary>Trips that can be learnt from. The last fifth of the month, by pickup time, is kept for testing.</summary>
    public const string FeaturesSql = """
        SELECT
            fare_amount,
            trip_distance,
            passenger_count,
            rate_code_id,
            hour(pickup_datetime) AS pickup_hour,
            (hour(pickup_datetime) >= 20 OR hour(pickup_datetime) < 6)::INT AS is_night,
            (isodow(pickup_datetime) >= 6)::INT AS is_weekend,
            row_number() OVER (ORDER BY pickup_datetime, fare_amount, trip_distance, passenger_count, rate_code_id)
                > 0.8 * count(*) OVER () AS is_test
        FROM (
            SELECT pickup_datetime, fare_amount, trip_distance, passenger_count, rate_code_id
            FROM input
            WHERE fare_amount BETWEEN 0 AND 500 AND trip_distance BETWEEN 0 AND 100)
        """;

    /// <summary>
    /// Trips made up: a hash of row, month and purpose stands for chance, so that a month is the same trips on every machine.
    /// </summary>
    public const string SyntheticSql = """
        WITH chance AS (
            SELECT i,
                (hash(i, $month, 'when') % 1000000) / 1000000.0 AS u_when,
                (hash(i, $month, 'distance') % 1000000 + 0.5) / 1000000.0 AS u_distance,
                (hash(i, $month, 'noise') % 1000000) / 1000000.0 AS u_noise,
                (hash(i, $month, 'pay') % 1000000) / 1000000.0 AS u_pay,
                (hash(i, $month, 'rate') % 1000000) / 1000000.0 AS u_rate,
                hash(i, $month, 'place') AS place
            FROM range($rows) AS trips (i)
        ), trip AS (
            SELECT *,
                ($month || '-01')::TIMESTAMP + to_seconds(floor(u_when * 28 * 86400)) AS pickup,
                round(least(40, 0.4 - 2.2 * ln(1 - u_distance)), 2) AS distance,
                CASE WHEN u_rate < 0.97 THEN 1 WHEN u_rate < 0.99 THEN 2 ELSE 5 END AS rate
            FROM chance
        ), priced AS (
            SELECT *, round(CASE rate WHEN 2 THEN 52 ELSE 3 + 2.9 * distance + 4 * u_noise END, 1) AS fare FROM trip
        )
        SELECT
            1 + place % 2 AS vendor_id, pickup AS pickup_datetime,
            pickup + to_seconds(floor(120 + distance * 260 * (0.7 + u_noise))) AS dropoff_datetime,
            1 + place // 7 % 4 AS passenger_count, distance AS trip_distance, rate AS rate_code_id, 'N' AS store_and_fwd_flag,
            1 + place // 11 % 265 AS pickup_location_id, 1 + place // 13 % 265 AS dropoff_location_id,
            CASE WHEN u_pay < 0.7 THEN 1 WHEN u_pay < 0.98 THEN 2 ELSE 3 END AS payment_type, fare AS fare_amount,
            0.5 AS extra, 0.5 AS mta_tax,
            CASE WHEN u_pay < 0.7 THEN round(fare * 0.2, 2) ELSE 0 END AS tip_amount, 0.0 AS tolls_amount, 0.3 AS improvement_surcharge,
            round(fare + 1.3 + CASE WHEN u_pay < 0.7 THEN fare * 0.2 ELSE 0 END, 2) AS total_amount, 2.5 AS congestion_surcharge
        FROM priced
        """;

    /// <summary>The columns of the files as they are published.</summary>
    public static readonly Column[] Columns =
    [
        new("vendor_id", "BIGINT"), new("pickup_datetime", "TIMESTAMP"), new("dropoff_datetime", "TIMESTAMP"),
        new("passenger_count", "BIGINT"),
        new("trip_distance", "DOUBLE"), new("rate_code_id", "BIGINT"), new("store_and_fwd_flag", "VARCHAR"),
            new("pickup_location_id", "BIGINT"),
        new("dropoff_location_id", "BIGINT"), new("payment_type", "BIGINT"), new("fare_amount", "DOUBLE"), new("extra", "DOUBLE"),
        new("mta_tax", "DOUBLE"), new("tip_amount", "DOUBLE"), new("tolls_amount", "DOUBLE"), new("improvement_surcharge", "DOUBLE"),
        new("total_amount", "DOUBLE"), new("congestion_surcharge", "DOUBLE"),
    ];

    private const string TimeZone = "America/New_York";

    /// <summary>The month of an instant where the taxis drive.</summary>
    public static string MonthOf(DateTimeOffset instant) =>
        TimeZoneInfo.ConvertTime(instant, TimeZoneInfo.FindSystemTimeZoneById(TimeZone))
        .ToString("yyyy-MM", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Brings a month of trips into a dataset.</summary>
    /// <param name="run">The attempt.</param>
    /// <param name="source">Where the trips come from.</param>
    /// <param name="month">The month, YYYY-MM.</param>
    /// <param name="rows">How many trips a synthetic month has.</param>
    /// <param name="into">The dataset.</param>
    /// <param name="bySource">Whether months of several sources lie side by side; otherwise one replaces the other.</param>
    public static Task<DatasetVersion> IngestAsync(
        TaskContext run, string source, string month, int rows, string into = "taxi.raw", bool bySource = true)
    {
        var partition = new Dictionary<string, string> { ["month"] = month };
        if (bySource)
            partition["source"] = source;
        return source == Synthetic
            ? run.Datasets.GenerateAsync(
                SyntheticSql, into, partition, new Dictionary<string, object> { ["month"] = month, ["rows"] = (long)rows })
            : run.Datasets.IngestAsync(Locate(source, month), into, partition, Columns);
    }

    /// <summary>The file of a month: the pattern filled in, or the file of the usual name in a folder.</summary>
    private static string Locate(string source, string month)
    {
        if (source.Contains("YYYY-MM", StringComparison.Ordinal))
            return source.Replace("YYYY-MM", month, StringComparison.Ordinal);

        var name = $"yellow_tripdata_sample_{month}";
        if (source.StartsWith("http", StringComparison.Ordinal))
            return $"{source.TrimEnd('/')}/{name}.csv.gz";
        string[] candidates = [Path.Combine(source, $"{name}.csv"), Path.Combine(source, $"{name}.csv.gz")];
        return candidates.FirstOrDefault(File.Exists)
            ?? throw new TaskFailureException($"There is no {name}.csv or {name}.csv.gz in the folder {source}.", retryable: false);
    }
}
