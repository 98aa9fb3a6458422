namespace Workflow.Postgres.Datasets;

public sealed partial class ReviewStore
{
    private const string List = """
        SELECT i.review_item_id AS ReviewId, i.dag_id AS DagId, i.run_key AS RunKey, i.task_id AS TaskId, i.map_index AS MapIndex,
            v.dataset AS Dataset,
            v.version AS Version, v.partition::text AS Partition, v.row_count AS Rows, i.state AS State, i.checks::text AS Checks,
            i.opened_at AS OpenedAt, i.decided_at AS DecidedAt, i.decided_by AS DecidedBy, i.reason AS Reason, r.version AS Replacement
        FROM review_item i JOIN dataset_version v ON v.dataset_version_id = i.dataset_version_id
            LEFT JOIN dataset_version r ON r.dataset_version_id = i.replacement_version_id
        WHERE (@state::text IS NULL OR i.state = @state) AND (@dataset::text IS NULL OR v.dataset = @dataset)
            AND (@state IS DISTINCT FROM 'open' OR i.review_item_id IN (SELECT review_item_id FROM waiting_review))
            AND (@reviewId::bigint IS NULL OR i.review_item_id = @reviewId)
        ORDER BY i.review_item_id DESC LIMIT @limit OFFSET @offset
        """;

    private const string Count = """
        SELECT count(*)::int FROM review_item i JOIN dataset_version v ON v.dataset_version_id = i.dataset_version_id
        WHERE (@state::text IS NULL OR i.state = @state) AND (@dataset::text IS NULL OR v.dataset = @dataset)
            AND (@state IS DISTINCT FROM 'open' OR i.review_item_id IN (SELECT review_item_id FROM waiting_review))
            AND (@reviewId::bigint IS NULL OR i.review_item_id = @reviewId)
        """;

    // Whoever comes second waits for the row, finds it decided, and changes nothing.
    private const string Decide = """
        UPDATE review_item SET state = @state, decided_at = now(), decided_by = @by, reason = @reason,
            replacement_version_id = @replacementId
        WHERE review_item_id = @reviewId AND state = 'open' AND review_item_id IN (SELECT review_item_id FROM waiting_review)
        """;

    // Another published version of the same slice whose content is there, and that the same gate does not replace by this one in turn.
    private const string Replacement = """
        SELECT n.dataset_version_id FROM review_item i JOIN dataset_version v ON v.dataset_version_id = i.dataset_version_id
            JOIN dataset_version n ON n.dataset = v.dataset AND n.partition = v.partition AND n.dataset_version_id <> v.dataset_version_id
        WHERE i.review_item_id = @reviewId AND n.version = @version AND n.expired_at IS NULL AND NOT EXISTS (
            WITH RECURSIVE led (version_id) AS (
                SELECT n.dataset_version_id
                UNION
                SELECT r.replacement_version_id FROM led JOIN review_item r ON r.dataset_version_id = led.version_id
                WHERE r.run_id = i.run_id AND r.task_index = i.task_index AND r.map_index = i.map_index
                    AND r.replacement_version_id IS NOT NULL)
            SELECT 1 FROM led WHERE version_id = i.dataset_version_id)
        """;
}
