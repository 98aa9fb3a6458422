namespace Workflow.Data.Tests;

/// <summary>Months of taxi trips as they were published, with the defects that their README lists.</summary>
public sealed class TaxiTests : IDisposable
{
    internal static readonly Column[] Columns =
    [
        new("vendor_id", "BIGINT"), new("pickup_datetime", "TIMESTAMP"), new(
            "dropoff_datetime", "TIMESTAMP"), new("passenger_count", "BIGINT"),
        new("trip_distance", "DOUBLE"), new("rate_code_id", "BIGINT"), new(
            "store_and_fwd_flag", "VARCHAR"), new("pickup_location_id", "BIGINT"),
        new("dropoff_location_id", "BIGINT"), new("payment_type", "BIGINT"), new(
            "fare_amount", "DOUBLE"), new("extra", "DOUBLE"), new("mta_tax", "DOUBLE"),
        new("tip_amount", "DOUBLE"), new("tolls_amount", "DOUBLE"), new("improvement_surcharge", "DOUBLE"), new("total_amount", "DOUBLE"),
        new("congestion_surcharge", "DOUBLE"),
    ];

    private readonly DataFixture data = new();

    public void Dispose() => data.Dispose();

    [Fact]
    public async Task Evaluate_FareChecksOfEveryMonth_OnlyTheMonthWithTheWildFareFails()
    {
        DataCheck[] checks =
        [
            new(CheckKind.Between, "fare_amount", -1000, 10_000), new(CheckKind.Between, "fare_amount", 0, 500, Mostly: 0.99),
            new(CheckKind.RowCount, null, 10_000, 10_000),
        ];
        var failed = new List<string>();
        foreach (var file in SharedData.Files("taxi", "*.csv.gz"))
        {
            var trips = await data.Files.IngestAsync(file, Columns, null, default);
            var path = await data.Store.PathAsync(trips.Sha256, default);
            foreach (var result in CheckEvaluator.Evaluate(path, checks).Where(result => result.Verdict == Verdict.Fail))
            {
                failed.Add($"{Path.GetFileName(file)}: {result.Message}");
                result.SampleRows.ShouldHaveSingleItem().ShouldContain("\"fare_amount\":429490");
            }
        }

        failed.ShouldHaveSingleItem().ShouldBe(
            "yellow_tripdata_sample_2018-08.csv.gz: 1 of 10000 values of 'fare_amount' lie outside; "
            + "allowed: all values in [-1000, 10000].");
    }

    [Fact]
    public async Task Review_ContractOverEveryMonth_OnlyTheMonthWithTheWildFareBreaksIt()
    {
        var contract = DataContract.Of("taxi.raw", contract =>
        {
            foreach (var column in Columns)
            {
                contract.Column(column.Name, column.Type, column.Name switch
                {
                    "fare_amount" => of => of.Required().Between(-1_000, 10_000).Unit("USD"),
                    "payment_type" => of => of.OneOf("1", "2", "3", "4", "5"),
                    _ => null,
                });
            }
        });
        var found = new List<string>();
        foreach (var file in SharedData.Files("taxi", "*.csv.gz"))
        {
            var trips = await data.Files.IngestAsync(file, Columns, null, default);
            var review = ContractReview.Of(contract, trips.Schema, trips.Profile);
            review.Violations.ShouldBeEmpty(file);
            found.AddRange(review.Scan(await data.Store.PathAsync(trips.Sha256, default))
                .Select(violation => $"{Path.GetFileName(file)}: {violation}"));
        }

        found.ShouldHaveSingleItem().ShouldStartWith(
            "yellow_tripdata_sample_2018-08.csv.gz: 1 of 10000 rows of 'fare_amount' lie outside of [-1000, 10000], such as "
            + "{\"fare_amount\":429490");
    }

    [Fact]
    public async Task Ingest_TypesFoundOut_AreThoseOfTheContract()
    {
        var file = SharedData.Files("taxi", "*2019-10.csv.gz").Single();

        (await data.Files.IngestAsync(file, null, null, default)).ShouldSatisfyAllConditions(
            trips => trips.Schema.ShouldBe(Columns),
            trips => trips.Profile[0].Nulls.ShouldBe(63));
    }
}
