using Workflow.Scheduler.OpenLineage;

namespace Workflow.Scheduler.Tests.Services;

public sealed class EventDatasetsTests
{
    [Theory]
    [InlineData("/data/trips.csv", "file", "/data/trips.csv")]
    [InlineData("data/trips.csv", "file", "data/trips.csv")]
    [InlineData("https://example.org:8443/trips.csv.gz", "https://example.org:8443", "/trips.csv.gz")]
    [InlineData("s3://bucket/trips/2024.csv", "s3://bucket", "/trips/2024.csv")]
    [InlineData("postgres:billing", "postgres", "billing")]
    public void NameOf_AFileAnAddressOrAConnection_HasANamespaceAndAName(string location, string space, string name) =>
        EventDatasets.NameOf(location).ShouldBe((space, name));
}
