using System.Text.Json;

namespace Workflow.Postgres.Datasets;

/// <summary>A version as statements give it.</summary>
internal record VersionRow(long VersionId, string Dataset, string Sha256, long Rows, string Partition)
{
    /// <summary>The version as tasks hand it on.</summary>
    public DatasetVersion ToVersion() =>
        new(VersionId, Dataset, Sha256, Rows, JsonSerializer.Deserialize<Dictionary<string, string>>(Partition)!);
}
