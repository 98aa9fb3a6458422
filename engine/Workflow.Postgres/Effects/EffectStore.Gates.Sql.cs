namespace Workflow.Postgres.Effects;

public sealed partial class EffectStore
{
    private const string OpenReview = "SELECT open_review(@runId, @taskIndex, @mapIndex, @versionId, @checks::jsonb)";

    private const string FindReview = """
        SELECT i.review_item_id AS ReviewId, i.state AS State, i.decided_by AS DecidedBy, i.reason AS Reason, i.checks::text AS Checks,
            v.dataset_version_id AS VersionId, v.dataset AS Dataset, v.sha256 AS Sha256, v.row_count AS Rows, v.partition::text AS Partition
        FROM review_item i LEFT JOIN dataset_version v ON v.dataset_version_id = i.replacement_version_id
        WHERE i.run_id = @runId AND i.task_index = @taskIndex AND i.map_index = @mapIndex AND i.dataset_version_id = @versionId
        """;

    private const string LearntChecks = """
        SELECT check_proposal_id AS ProposalId, check_spec::text AS Spec FROM check_proposal
        WHERE dataset = @dataset AND state = 'accepted' AND (gate IS NULL OR gate = @gate) ORDER BY check_proposal_id
        """;
}
