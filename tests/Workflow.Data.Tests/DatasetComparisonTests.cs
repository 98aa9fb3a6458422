namespace Workflow.Data.Tests;

public sealed class DatasetComparisonTests : IDisposable
{
    private readonly DataFixture data = new();

    public void Dispose() => data.Dispose();

    [Theory]
    [InlineData("SELECT * FROM (VALUES (1, 'a'), (2, 'b')) t (x, y)", "SELECT * FROM (VALUES (2, 'b'), (1, 'a')) t (x, y)", 2, 2, 0, 0)]
    [InlineData("SELECT 1 AS x FROM range(3)", "SELECT 1 AS x", 3, 1, 2, 0)]
    [InlineData("SELECT NULL::INT AS x", "SELECT NULL::INT AS x FROM range(2)", 1, 2, 0, 1)]
    [InlineData("SELECT 1 AS x WHERE false", "SELECT 1 AS x", 0, 1, 0, 1)]
    [InlineData("SELECT 1 AS x", "SELECT 2 AS y FROM range(2)", 1, 2, 1, 2)]
    [InlineData("SELECT 1 AS side, 2 AS SIDE_, 3 AS n, 4 AS m FROM range(2)", "SELECT 1 AS side, 2 AS SIDE_, 3 AS n, 4 AS m", 2, 1, 1, 0)]
    public void Compare_TwoFiles_CountsWhatOnlyOneHas(string from, string to, long fromRows, long toRows, long removed, long added)
    {
        var found = DatasetComparison.Compare(
            [data.Parquet(from)], [data.Parquet(to)], new DuckDb.DuckDbOptions(), TestContext.Current.CancellationToken);

        (found.FromRows, found.ToRows, found.Removed, found.Added).ShouldBe((fromRows, toRows, removed, added));
    }

    [Fact]
    public void Compare_OtherColumns_NamesThem()
    {
        var found = DatasetComparison.Compare(
            [data.Parquet("SELECT 1 AS same, 1 AS changed, 'x' AS gone")],
            [data.Parquet("SELECT 1 AS same, 1.5::DOUBLE AS changed, true AS come")],
            new DuckDb.DuckDbOptions(), TestContext.Current.CancellationToken);

        found.Columns.ShouldBe(
        [
            new ColumnDifference("changed", "INTEGER", "DOUBLE"), new ColumnDifference("gone", "VARCHAR", null),
            new ColumnDifference("come", null, "BOOLEAN"),
        ]);
    }
}
