namespace Workflow.Postgres.Reads;

public sealed partial class ProfileReads
{
    private const string Profiles = """
        SELECT dataset_version_id AS VersionId, version AS Version, row_count AS Rows, partition::text AS Partition,
            profile::text AS Profile, sketch AS Sketch
        FROM dataset_version WHERE dataset_version_id = ANY (@versionIds) AND version IS NOT NULL ORDER BY version
        """;
}
