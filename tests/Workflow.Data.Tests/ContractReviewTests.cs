namespace Workflow.Data.Tests;

public sealed class ContractReviewTests : IDisposable
{
    private const string Rows =
        """
        SELECT id, x, s, CAST(price AS DECIMAL(5,2)) AS "a $price"
        FROM (VALUES (1::BIGINT, 5.0::DOUBLE, 'a', 1.50), (2, NULL, 'b', 2), (2, 'nan'::DOUBLE, NULL, 2), (3, 90, 'c', 3)) t(id, x, s, price)
        """;

    private readonly DataFixture data = new();

    public void Dispose() => data.Dispose();

    [Fact]
    public void Of_RowsThatMeetIt_FindsNothingAndNeedsNoScanForWhatTheProfileTells()
    {
        var (found, scanned) = Review(contract => contract
            .Column("id", "BIGINT", column => column.Required().Between(1, 3)).Column("x", "DOUBLE").Column("s", "VARCHAR")
            .Column("a $price", "DECIMAL(5,2)", column => column.Required().AtLeast(0)));

        (found.Count, scanned).ShouldBe((0, false));
    }

    [Fact]
    public void Of_WrongColumns_NamesEachAndReadsNoRow()
    {
        var (found, scanned) = Review(contract => contract
            .Column("id", "INTEGER").Column("x", "DOUBLE", column => column.Required()).Column("s", "VARCHAR").Column("tip", "DOUBLE"));

        found.Select(one => one.Problem).ShouldBe([
            "column 'id' has the type BIGINT and not INTEGER: cast it",
            "column 'tip' is missing; there are id, x, s, a $price",
            "column 'a $price' is not in the contract, which allows no extra columns",
        ]);
        scanned.ShouldBeFalse();
    }

    [Fact]
    public void Scan_RowsThatBreakRules_CountsEachRuleWithSamples()
    {
        var (found, _) = Review(contract => contract.AllowExtraColumns()
            .Column("id", "BIGINT", column => column.OneOf("1", "2"))
            .Column("x", "DOUBLE", column => column.Required().Between(0, 10))
            .Column("a $price", "DECIMAL(5,2)", column => column.OneOf("1.5", "2.0")));

        found.Select(one => $"{one}").ShouldBe([
            """1 of 4 rows of 'id' are none of 1, 2, such as {"id":3}""",
            """1 of 4 rows of 'x' are null, such as {"x":null}""",
            """2 of 4 rows of 'x' lie outside of [0, 10], such as {"x":"NaN"}, {"x":90}""",
            """1 of 4 rows of 'a $price' are none of 1.5, 2, such as {"a $price":"3.00"}""",
        ]);
    }

    [Fact]
    public void Scan_NumbersThatAreNotFiniteBesideOnesInTheRange_LieOutsideOfIt()
    {
        var (found, scanned) = Review(
            contract => contract.Column("x", "DOUBLE", column => column.Between(0, 10)),
            "SELECT unnest(['1', '2', 'nan', 'inf', '-inf'])::DOUBLE AS x");

        scanned.ShouldBeTrue();
        found.Single().Problem.ShouldBe("3 of 5 rows of 'x' lie outside of [0, 10]");
    }

    [Fact]
    public void Scan_RowsThatShareAKey_CountsThemAll()
    {
        static void Columns(ContractBuilder contract) =>
            contract.AllowExtraColumns().Column("id", "BIGINT").Column("a $price", "DECIMAL(5,2)");

        Review(contract => { Columns(contract); contract.Key("id", "a $price"); }).Found.Select(one => $"{one}").ShouldBe([
            """2 rows share their key (a $price, id) with another, such as {"a $price":"2.00","id":2}""",
        ]);
        Review(contract => { Columns(contract); contract.Key("id", "a $price"); }, "SELECT DISTINCT ON (id) * FROM (" + Rows
            + ")").Found.ShouldBeEmpty();
    }

    [Fact]
    public void Scan_PersonalData_IsMaskedInSamples()
    {
        var (found, _) = Review(contract => contract.AllowExtraColumns()
            .Column("id", "BIGINT", column => column.OneOf("1"))
            .Column("s", "VARCHAR", column => column.OneOf("a", "b").PersonalData(PersonalData.Pseudonymous)));

        found[1].SampleRows.ShouldBe(["""{"s":"***"}"""]);
        found[0].SampleRows.ShouldBe(["""{"id":2}""", """{"id":2}""", """{"id":3}"""]);
    }

    [Fact]
    public void Of_ColumnOfNulls_MeetsRangesAndValues() => Review(
        contract => contract.Column("x", "DOUBLE", column => column.Between(0, 1).OneOf("1")), "SELECT NULL::DOUBLE AS x")
        .ShouldSatisfyAllConditions(
            review => review.Found.ShouldBeEmpty(), review => review.Scanned.ShouldBeFalse());

    private (IReadOnlyList<ContractViolation> Found, bool Scanned) Review(Action<ContractBuilder> define, string rows = Rows)
    {
        var stored = data.Save(rows).GetAwaiter().GetResult();
        var review = ContractReview.Of(DataContract.Of("d", define), stored.Schema, stored.Profile);
        if (!review.NeedsScan)
            return (review.Violations, false);
        var path = data.Store.PathAsync(stored.Sha256, TestContext.Current.CancellationToken).GetAwaiter().GetResult();
        return (review.Scan(path, cancellationToken: TestContext.Current.CancellationToken), true);
    }
}
