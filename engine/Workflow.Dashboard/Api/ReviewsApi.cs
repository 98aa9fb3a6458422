using Workflow.Dashboard.Http;
using Workflow.Postgres.Contracts;
using Workflow.Postgres.Datasets;
using Workflow.Runs;

namespace Workflow.Dashboard.Api;

/// <summary>Versions that wait for a person.</summary>
internal static class ReviewsApi
{
    private const int LongestReason = 2000;
    private const int LongestName = 200;

    public static void Map(RouteGroupBuilder api)
    {
        var reviews = api.MapGroup("/reviews").WithTags("Data");
        reviews.MapGet("", ListAsync).WithSummary("Versions that gates hold, or held; newest first.").Refuses(401, 422);
        reviews.MapGet("/{review_id:long}", GetAsync).WithSummary("A version that a gate holds, with what the gate found.")
            .Refuses(401, 404);
        Act("release", ReviewState.Released, "Lets a held version pass; the gate's verdict is waived.");
        Act("repair", ReviewState.Repaired, "Puts another version in the place of the held one; the gate judges it.");
        Act("discard", ReviewState.Discarded, "Refuses a held version; its gate fails.");

        void Act(string act, ReviewState state, string summary) => reviews
            .MapPost($"/{{review_id:long}}/{act}", (
                [Microsoft.AspNetCore.Mvc.FromRoute(Name = "review_id")] long reviewId, ReviewDecision body, ReviewStore store,
                ContractStore contracts, CancellationToken token) => DecideAsync(reviewId, state, body, store, contracts, token))
            .WithSummary(summary).Refuses(401, 403, 404, 409, 422);
    }

    private static async Task<ReviewCollection> ListAsync(
        string? state, string? dataset, [AsParameters] PageQuery page, ReviewStore store, ContractStore contracts,
        CancellationToken cancellationToken)
    {
        ReviewState? wanted = null;
        if (state is { Length: > 0 })
        {
            wanted = Enum.GetValues<ReviewState>().Where(each => each.Name() == state).Select(each => (ReviewState?)each).FirstOrDefault()
                ?? throw ApiException.Invalid("state", $"must be open, released, repaired or discarded, got '{state}'");
        }

        var found = await store.ListAsync(wanted, dataset is "" ? null : dataset, page.Take, page.Skip, cancellationToken)
            .ConfigureAwait(false);
        var masked = await GatesApi.MaskedAsync(found.Items.Select(row => row.Dataset), contracts, cancellationToken).ConfigureAwait(false);
        return new ReviewCollection([.. found.Items.Select(row => Of(row, masked[row.Dataset]))], found.Total);
    }

    private static async Task<ReviewDetails> GetAsync(
        [Microsoft.AspNetCore.Mvc.FromRoute(Name = "review_id")] long reviewId, ReviewStore store, ContractStore contracts,
        CancellationToken cancellationToken)
    {
        var review = await RequireAsync(reviewId, store, cancellationToken).ConfigureAwait(false);
        return Of(review, await contracts.MaskedAsync(review.Dataset, cancellationToken).ConfigureAwait(false));
    }

    private static async Task<ReviewDetails> DecideAsync(
        long reviewId, ReviewState state, ReviewDecision body, ReviewStore store, ContractStore contracts,
        CancellationToken cancellationToken)
    {
        if (body.Reason.Trim().Length is 0 or > LongestReason || body.Reason.Contains('\0'))
            throw ApiException.Invalid("reason",
                $"must have 1 to {LongestReason} characters, none of them NUL, got {body.Reason.Trim().Length}");
        if (body.By is { Length: 0 or > LongestName } || body.By?.Contains('\0') == true)
            throw ApiException.Invalid("by", $"must have 1 to {LongestName} characters, none of them NUL, got {body.By.Length}");
        if (body.Version is null == (state == ReviewState.Repaired))
            throw ApiException.Invalid("version",
                state == ReviewState.Repaired ? "must name the version that takes the held one's place" : "belongs to a repair");
        var review = await RequireAsync(reviewId, store, cancellationToken).ConfigureAwait(false);
        long? replacement = null;
        if (body.Version is { } version)
        {
            replacement = await store.ReplacementAsync(reviewId, version, cancellationToken).ConfigureAwait(false)
                ?? throw ApiException.Invalid(
                "version",
                $"must be another version of the same slice of {review.Dataset} whose content is kept and that this one does not replace, got {version}");
        }

        var by = body.By ?? SignInApi.UserName;
        if (!await store.DecideAsync(reviewId, state, by, body.Reason.Trim(), replacement, cancellationToken).ConfigureAwait(false))
        {
            var decided = await RequireAsync(reviewId, store, cancellationToken).ConfigureAwait(false);
            throw ApiException.Conflict(decided.State == ReviewState.Open.Name()
                ? $"Review {reviewId} takes no decision: its task no longer waits. Clear the task to have the version judged again."
                : $"Review {reviewId} was {decided.State} by {decided.DecidedBy}: {decided.Reason}");
        }

        return await GetAsync(reviewId, store, contracts, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<ReviewItem> RequireAsync(long reviewId, ReviewStore store, CancellationToken cancellationToken) =>
        await store.FindAsync(reviewId, cancellationToken).ConfigureAwait(false)
        ?? throw ApiException.NotFound($"There is no review {reviewId}.");

    private static ReviewDetails Of(ReviewItem row, IReadOnlySet<string> masked) => new(
        row.ReviewId, StateNames.Parse<ReviewState>(row.State), row.DagId, row.RunKey, row.TaskId, row.MapIndex, row.Dataset, row.Version,
        ApiJson.Read<Dictionary<string, string>>(row.Partition), row.Rows, row.OpenedAt, row.DecidedAt, row.DecidedBy, row.Reason,
        row.Replacement, GatesApi.ChecksOf(row.Checks, masked));
}
