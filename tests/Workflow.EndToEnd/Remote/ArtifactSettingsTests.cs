using Microsoft.Extensions.Configuration;
using Workflow.Data;
using Workflow.EndToEnd.Up;
using Workflow.Engine.Hosting;
using Workflow.Testing;
using Workflow.Testing.S3;

namespace Workflow.EndToEnd.Remote;

/// <summary>The settings of the artifact store: what is wrong is said before anything starts.</summary>
public sealed class ArtifactSettingsTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("folder")]
    public void Read_FolderOrNothing_NeedsNoBucket(string? store) => Read(("Artifacts:Store", store)).ShouldBeNull();

    [Fact]
    public void Read_WholeBucket_HasEverySetting()
    {
        var options = Read(
            ("Artifacts:Store", "s3"), ("Artifacts:S3:Endpoint", "https://minio.example.com:9000"), ("Artifacts:S3:Bucket", "b"),
            ("Artifacts:S3:Prefix", "p/q"),
            ("Artifacts:S3:Region", "eu-central-1"), ("Artifacts:S3:AccessKey", "key"), ("Artifacts:S3:SecretKey", "secret"));

        options.ShouldBe(new S3Options
        {
            Endpoint = new Uri("https://minio.example.com:9000"),
            Bucket = "b",
            Prefix = "p/q",
            Region = "eu-central-1",
            AccessKey = "key",
            SecretKey = "secret",
        });
    }

    [Theory]
    [InlineData("Artifacts:Store", "S4", "Artifacts:Store must be 'folder' or 's3', got 'S4'")]
    [InlineData("Artifacts:S3:Bucket", "", "Artifacts:S3:Bucket must name the bucket")]
    [InlineData("Artifacts:S3:Bucket", "b/c", "Artifacts:S3:Prefix")]
    [InlineData("Artifacts:S3:Prefix", "/p", "got '/p'")]
    [InlineData("Artifacts:S3:Endpoint", "minio:9000", "got 'minio:9000'")]
    [InlineData("Artifacts:S3:Endpoint", "https://me:secret@minio", "got 'minio'")]
    [InlineData("Artifacts:S3:SecretKey", "secret", "belong together")]
    [InlineData("Artifacts:S3:Secret", "secret", "Artifacts:S3:Secret is no setting. There are Endpoint")]
    public void Read_Wrong_NamesTheSettingAndKeepsSecrets(string key, string value, string message)
    {
        var error = Should.Throw<WorkflowException>(() => Read(("Artifacts:Store", "s3"), ("Artifacts:S3:Bucket", "b"), (key, value)));

        error.Message.ShouldContain(message);
        error.Message.ShouldNotContain("secret", Case.Sensitive);
    }

    [Fact]
    public async Task StartWorker_WithAWrongKey_SaysWhichAndExits()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var bucket = await S3Stub.StartAsync();
        var start = Playground.StartInfo(["worker"]);
        start.WorkingDirectory = Path.GetTempPath();
        foreach (var (name, value) in bucket.Environment)
            start.Environment[name] = value;
        start.Environment["Database__ConnectionString"] = database.ConnectionString;
        start.Environment["Artifacts__S3__SecretKey"] = "not-the-key";

        var result = await Playground.RunAsync(start);

        result.ExitCode.ShouldBe(1, result.ToString());
        result.Error.ShouldContain("Artifacts:S3:SecretKey");
        result.ToString().ShouldNotContain("not-the-key");
        result.ToString().ShouldNotContain("   at ");
    }

    private static S3Options? Read(params (string Key, string? Value)[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.GroupBy(each => each.Key).ToDictionary(group => group.Key, group => group.Last().Value)).Build()
        .ReadS3();
}
