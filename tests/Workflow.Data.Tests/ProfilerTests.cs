using Workflow.Data.DuckDb;
using Workflow.Data.Profiles;

namespace Workflow.Data.Tests;

public sealed class ProfilerTests : IDisposable
{
    // Random, but the same each time: hash() is part of DuckDB's version. Below and above the number of values that are counted one by one.
    private const string Columns =
        """
        SELECT i,
            (hash(i) % 1500)::INTEGER - 700 AS few, hash(i, 1)::UBIGINT AS many, (hash(i, 2) >> 1)::BIGINT AS id,
            CASE hash(i, 3) % 50 WHEN 0 THEN 'nan'::DOUBLE WHEN 1 THEN 'inf'::DOUBLE WHEN 2 THEN '-inf'::DOUBLE WHEN 3 THEN NULL
                ELSE (hash(i, 4) / 1e18 - 9) * pow(10, (hash(i, 5) % 300)::DOUBLE - 150) END AS wild,
            (hash(i, 6) % 100000 / 100)::DECIMAL(12, 2) AS fare, (hash(i, 7) % 1000 / 8)::FLOAT AS small,
            hash(i, 8) % 2 = 0 AS flag, 'n' || hash(i, 9) % 900 || 'é' AS name, repeat('long text ', 3) || hash(i, 10) AS note,
            DATE '2019-01-01' + (hash(i, 11) % 3000)::INTEGER AS day,
            TIMESTAMP '2019-01-01' + to_microseconds((hash(i, 12) % 100000000000000)::BIGINT) AS time,
            [i, 2] AS list, {'a': i} AS struct, NULL::INTEGER AS nothing, (hash(i, 13) % 20)::HUGEINT AS huge
        FROM range(
        """;

    private readonly DataFixture data = new();

    public void Dispose() => data.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(700)]
    [InlineData(20_000)]
    public void Merge_RowsCutIntoSlices_IsTheSketchOfTheWhole(int rows)
    {
        var whole = Sketch($"{Columns}{rows}) r(i) ORDER BY hash(i)");

        // Slices of unlike sizes, one of which may be empty, in two orders.
        var slices = Enumerable.Range(0, 4)
            .Select(slice => Sketch($"{Columns}{rows}) r(i) WHERE bit_count(hash(i) % 8) = {slice}")).ToList();

        Bytes(DatasetSketch.Merge(slices)).ShouldBe(Bytes(whole));
        slices.Reverse();
        Bytes(DatasetSketch.Merge([DatasetSketch.Merge(slices[..2]), DatasetSketch.Merge(slices[2..])])).ShouldBe(Bytes(whole));
        Bytes(DatasetSketch.Of(whole.ToBytes())).ShouldBe(Bytes(whole));
    }

    [Fact]
    public void Profile_OnSeveralThreads_IsTheSame()
    {
        var sql = $"{Columns}300000) r(i)";

        Bytes(Sketch(sql, threads: 3)).ShouldBe(Bytes(Sketch(sql)));
    }

    [Fact]
    public void Profile_NumbersOfEachType_ReadsThemExactly()
    {
        var profile = Profile(
            """
            SELECT unnest([-5, 300, NULL])::SMALLINT AS small, unnest([9223372036854775807, 0])::BIGINT AS big,
                unnest([-0.05, 12.5])::DECIMAL(18, 2) AS money, unnest([0.1, 16777216])::FLOAT AS float,
                unnest([-0.0, 0.0])::DOUBLE AS zero, unnest([18446744073709551615])::UBIGINT AS huge
            """);

        profile.Select(column => (column.Min, column.Max)).ShouldBe(
            [
                ("-5", "300"), ("0", "9223372036854775807"), ("-0.05", "12.50"), ("0.1", "16777216"), ("0", "0"),
                ("1.8446744073709552e+19", "1.8446744073709552e+19"),
            ]);
        profile[2].Mean.ShouldBe(6.225);
        profile[2].Deviation.ShouldBe(6.275);
        profile[4].Distinct.ShouldBe(1);
    }

    [Fact]
    public void Profile_NotNumbersAndInfinities_CountsThemApart()
    {
        var column = Profile("SELECT unnest(['nan', '-inf', 'inf', 'inf', '1', '3'])::DOUBLE AS x")[0];

        (column.Count, column.Nans, column.Infinities, column.Distinct).ShouldBe((6, 1, 3, 5));
        (column.Min, column.Max, column.Mean, column.Deviation).ShouldBe(("1", "3", 2, 1));
        column.Histogram.Sum(bin => bin.Count).ShouldBe(2);
        column.TopValues[0].ShouldBe(new ValueCount("inf", 2));
        column.TopValues.Count.ShouldBe(5);
    }

    [Fact]
    public void Profile_TimesAndFlagsAndText_ReadLikeThemselves()
    {
        var profile = Profile(
            """
            SELECT unnest([DATE '1969-12-31', DATE '2019-06-30', DATE 'infinity']) AS day,
                unnest([TIMESTAMP '1969-12-31 23:59:59.5', NULL, NULL]) AS time, unnest([true, false, true]) AS flag,
                unnest(['b', 'a', 'b']) AS text, unnest([TIME '08:30:00', NULL, NULL]) AS clock, [1] AS list
            """);

        (profile[0].Min, profile[0].Max, profile[0].Infinities).ShouldBe(("1969-12-31", "2019-06-30", 1));
        profile[0].Quantiles[3].ShouldBe(new ColumnQuantile(0.5, "1969-12-31"));
        (profile[1].Min, profile[1].Nulls).ShouldBe(("1969-12-31 23:59:59.5", 2));
        profile[2].TopValues.ShouldBe([new ValueCount("true", 2), new ValueCount("false", 1)]);
        profile[3].TopValues.ShouldBe([new ValueCount("b", 2), new ValueCount("a", 1)]);
        profile[4].Min.ShouldBe("08:30:00");
        (profile[5].Count, profile[5].Min, profile[5].Distinct).ShouldBe((3, null, 0));
    }

    [Theory]
    [InlineData("exp(sqrt(-2 * ln((hash(i) % 999983 + 1) / 1000000)))")]
    [InlineData("-((hash(i) % 999983) / 7)")]
    [InlineData("(hash(i) % 2000000)::BIGINT - 1000000")]
    public void Profile_ManyNumbers_QuantilesAreWithinHalfAPercent(string term)
    {
        var column = Profile($"SELECT {term} AS x FROM range(100000) r(i)")[0];

        using var session = new DuckDbSession();
        foreach (var quantile in column.Quantiles)
        {
            var sql = $"SELECT quantile_disc(({term})::DOUBLE, {quantile.Share.ToString(Invariant)}) AS q FROM range(100000) r(i)";
            var exact = session.Query(sql)[0].Double("q")!.Value;
            double.Parse(quantile.Value, Invariant).ShouldBe(exact, (Math.Abs(exact) * 0.004) + 0.5);
        }

        column.TopValues.ShouldBeEmpty();
        column.IsDistinctExact.ShouldBeFalse();
        column.Histogram.Count.ShouldBe(30);
        column.Histogram.Sum(bin => bin.Count).ShouldBe(100_000);
    }

    [Fact]
    public void Profile_TimesOfOneDay_TellsTheHoursApart()
    {
        var column = Profile("SELECT TIMESTAMP '2019-02-01' + to_seconds((i * 31) % 86400) AS time FROM range(86400) r(i)")[0];

        var median = DateTime.Parse(column.Quantiles.Single(quantile => quantile.Share == 0.5).Value, Invariant);
        median.ShouldBe(new DateTime(2019, 2, 1, 12, 0, 0), TimeSpan.FromMinutes(2));
        column.Histogram.Count(bin => bin.Count > 2000).ShouldBe(28);
    }

    [Fact]
    public void Profile_AnOutlier_LeavesTheHistogramReadable()
    {
        var column = Profile("SELECT CASE i WHEN 0 THEN 429490 ELSE i % 5000 / 100 END AS fare FROM range(20000) r(i)")[0];

        column.Histogram.Count(bin => bin.Count > 500).ShouldBeGreaterThan(25);
        column.Histogram[^1].High.ShouldBe("429490");
    }

    [Theory]
    [InlineData(1024, true)]
    [InlineData(1025, false)]
    [InlineData(50_000, false)]
    [InlineData(1_000_000, false)]
    public void Profile_DifferentValues_AreCountedOrEstimated(int values, bool isExact)
    {
        var profile = Profile($"SELECT i % {values} AS number, 'v' || i % {values} AS text FROM range(1000000) r(i)");

        foreach (var column in profile)
        {
            column.IsDistinctExact.ShouldBe(isExact);
            ((double)column.Distinct).ShouldBe(values, isExact ? 0.5 : values / 20.0);
        }
    }

    [Fact]
    public void Profile_LongText_IsCutBetweenCharacters()
    {
        var column = Profile("SELECT repeat('a', 199) || '😀' || 'tail' AS s UNION ALL SELECT 'b' || chr(0) || 'c'")[0];

        column.Min.ShouldBe(new string('a', 199));
        column.Max.ShouldBe("b\uFFFDc");
        column.Distinct.ShouldBe(2);
    }

    [Fact]
    public void Merge_ColumnThatASliceLacks_IsNullThere()
    {
        var slices = new[] { Sketch("SELECT 1 AS a"), Sketch("SELECT 2 AS a, 'x' AS b"), Sketch("SELECT 3 AS a") };

        var merged = DatasetSketch.Merge(slices).Profile();

        (merged[0].Count, merged[0].Max).ShouldBe((3, "3"));
        (merged[1].Count, merged[1].Nulls, merged[1].Max).ShouldBe((1, 2, "x"));
    }

    [Fact]
    public void Merge_TypesThatDiffer_LeavesTheCounts()
    {
        var slices =
            new[] { Sketch("SELECT NULL::VARCHAR AS a, 1 AS b"), Sketch("SELECT 7 AS a, 'x' AS b"), Sketch("SELECT 8 AS a, NULL AS b") };

        var merged = DatasetSketch.Merge(slices).Profile();

        (merged[0].Type, merged[0].Nulls, merged[0].Mean).ShouldBe(("INTEGER", 1, 7.5));
        (merged[1].Type, merged[1].Count, merged[1].Nulls, merged[1].Max).ShouldBe(("INTEGER or VARCHAR", 2, 1, null));
    }

    [Fact]
    public void Of_AnotherFormat_SaysSo() =>
        Should.Throw<WorkflowException>(() => DatasetSketch.Of([9, 1, 2])).Message.ShouldContain("format 9");

    private static System.Globalization.CultureInfo Invariant => System.Globalization.CultureInfo.InvariantCulture;

    private static byte[] Bytes(DatasetSketch sketch)
    {
        using var bytes = new MemoryStream();
        using (var writer = new BinaryWriter(bytes))
            sketch.Write(writer);
        return bytes.ToArray();
    }

    private IReadOnlyList<ColumnProfile> Profile(string sql) => Sketch(sql).Profile();

    private DatasetSketch Sketch(string sql, int threads = 1)
    {
        var file = data.Parquet(sql);
        using var session = new DuckDbSession(new DuckDbOptions { Threads = threads });
        return Profiler.Profile(session, file, session.Describe($"SELECT * FROM ({sql})"), new HashSet<string>(), default);
    }
}
