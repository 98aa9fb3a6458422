namespace Workflow.Core.Tests.Data;

public sealed class DatasetSnapshotTests
{
    private static readonly string A = new('a', 64);
    private static readonly string B = new('b', 64);

    [Fact]
    public void Sha256_SameSlicesInAnotherOrderUnderOtherNumbers_IsTheSame()
    {
        var one = new DatasetSnapshot(
            "x", 2, [Slice(1, A, ("month", "01"), ("region", "north")), Slice(2, B, ("month", "02"), ("region", "north"))]);
        var other = new DatasetSnapshot(
            "x", 9, [Slice(8, B, ("region", "north"), ("month", "02")), Slice(5, A, ("month", "01"), ("region", "north"))]);

        other.Sha256.ShouldBe(one.Sha256);
        one.Manifest.ShouldBe(
            $$"""
            {"partition":{"month":"01","region":"north"},"sha256":"{{A}}"}
            {"partition":{"month":"02","region":"north"},"sha256":"{{B}}"}

            """);
        one.Rows.ShouldBe(20);
    }

    [Fact]
    public void Sha256_SlicesThatSwapTheirContent_IsAnother()
    {
        var one = new DatasetSnapshot("x", 2, [Slice(1, A, ("month", "01")), Slice(2, B, ("month", "02"))]);
        var swapped = new DatasetSnapshot("x", 2, [Slice(1, B, ("month", "01")), Slice(2, A, ("month", "02"))]);

        swapped.Sha256.ShouldNotBe(one.Sha256);
        new DatasetSnapshot("x", 2, [Slice(1, A, ("month", "01"))]).Sha256.ShouldNotBe(one.Sha256);
    }

    [Fact]
    public void AsOf_VersionBelowOne_IsRefused() => Should.Throw<ArgumentOutOfRangeException>(() => AsOf.Version(0));

    private static DatasetVersion Slice(long id, string sha256, params (string Key, string Value)[] partition) =>
        new(id, "x", sha256, 10, partition.ToDictionary(pair => pair.Key, pair => pair.Value));
}
