namespace Workflow.Postgres.Datasets;

public sealed partial class ProposalStore
{
    private const string List = """
        SELECT check_proposal_id AS ProposalId, dataset AS Dataset, gate AS Gate, check_spec::text AS Spec, evidence AS Evidence,
            cardinality(learnt_from) AS Versions, state AS State, proposed_at AS ProposedAt, proposed_by AS ProposedBy,
            decided_at AS DecidedAt, decided_by AS DecidedBy, withdrawn_at AS WithdrawnAt, withdrawn_by AS WithdrawnBy
        FROM check_proposal
        WHERE (@dataset::text IS NULL OR dataset = @dataset) AND (@state::text IS NULL OR state = @state)
            AND (@proposalId::bigint IS NULL OR check_proposal_id = @proposalId)
        ORDER BY check_proposal_id DESC LIMIT @limit OFFSET @offset
        """;

    private const string Count = """
        SELECT count(*)::int FROM check_proposal
        WHERE (@dataset::text IS NULL OR dataset = @dataset) AND (@state::text IS NULL OR state = @state)
            AND (@proposalId::bigint IS NULL OR check_proposal_id = @proposalId)
        """;

    // What was proposed before and not turned down is proposed already; what a person turned down is not asked again on the same evidence.
    private const string Propose = """
        INSERT INTO check_proposal (dataset, gate, check_spec, evidence, learnt_from, proposed_by)
        SELECT @dataset, @gate, @spec::jsonb, @evidence, @versionIds, @by
        WHERE NOT EXISTS (
            SELECT 1 FROM check_proposal
            WHERE dataset = @dataset AND gate IS NOT DISTINCT FROM @gate AND check_spec = @spec::jsonb AND learnt_from = @versionIds
                AND state IN ('rejected', 'withdrawn'))
        ON CONFLICT DO NOTHING
        """;

    private const string Decide = """
        UPDATE check_proposal SET state = @state, decided_at = now(), decided_by = @by
        WHERE check_proposal_id = @proposalId AND state = 'proposed'
        """;

    private const string Withdraw = """
        UPDATE check_proposal SET state = 'withdrawn', withdrawn_at = now(), withdrawn_by = @by
        WHERE check_proposal_id = @proposalId AND state = 'accepted'
        """;
}
