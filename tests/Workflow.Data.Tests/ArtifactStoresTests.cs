namespace Workflow.Data.Tests;

public sealed class ArtifactStoresTests : IDisposable
{
    private readonly DataFixture data = new();

    public void Dispose() => data.Dispose();

    [Theory]
    [InlineData("hot", "cold", false)]
    [InlineData("hot", "hot-cold", false)]
    [InlineData("hot", "hot", true)]
    [InlineData("hot", "other/../hot/", true)]
    [InlineData("hot", "hot/cold", true)]
    [InlineData("cold/hot", "cold", true)]
    [InlineData("hot", "link", true)]
    public void Open_ColdFolder_IsApartFromTheOtherOrRefused(string hot, string cold, bool isRefused)
    {
        Directory.CreateDirectory(At("hot"));
        Directory.CreateSymbolicLink(At("link"), At("hot"));

        var open = () => ArtifactStores.Open(At(hot), null, new ArtifactPlace(At(cold)));

        if (isRefused)
            Should.Throw<WorkflowException>(open).Message.ShouldContain("Artifacts:Cold must be a place of its own");
        else
            open().ShouldBeOfType<TieredArtifactStore>().Dispose();
    }

    [Theory]
    [InlineData("bucket", "", "bucket", "", true)]
    [InlineData("bucket", "hot", "bucket", "/hot/", true)]
    [InlineData("bucket", "", "bucket", "cold", true)]
    [InlineData("bucket", "hot", "bucket", "hot/cold", true)]
    [InlineData("bucket", "hot", "bucket", "hot-cold", false)]
    [InlineData("bucket", "", "other", "", false)]
    public void Open_ColdBucket_IsApartFromTheOtherOrRefused(
        string bucket, string prefix, string coldBucket, string coldPrefix, bool isRefused)
    {
        var open = () => ArtifactStores.Open(At("hot"), S3(bucket, prefix), new ArtifactPlace(At("cold"), S3(coldBucket, coldPrefix)));

        if (isRefused)
            Should.Throw<WorkflowException>(open).Message.ShouldNotContain("secret");
        else
            open().ShouldBeOfType<TieredArtifactStore>().Dispose();
    }

    private static S3Options S3(string bucket, string prefix) => new()
    {
        Bucket = bucket,
        Prefix = prefix,
        Endpoint = new Uri("http://localhost:9"),
        AccessKey = "key",
        SecretKey = "secret",
    };

    private string At(string name) => Path.Combine(data.Folder, name);
}
