namespace Workflow.EndToEnd.Cli;

/// <summary>What a person decides: held versions and suggested checks, by the ids that the lists show.</summary>
public sealed class ReviewCommandTests : CliTest
{
    private const string Review = """
        {"review_id": 1234, "state": "open", "dag_id": "shop", "run_id": "r1", "task_id": "quality", "map_index": -1, "dataset": "orders", "version": 3,
         "partition": {"day": "2026-01-01"}, "rows": 10, "opened_at": "2026-01-01T00:00:00Z", "decided_at": null, "decided_by": null, "reason": null,
         "replacement": null, "checks": []}
        """;

    private const string Proposal = """
        {"proposal_id": 5678, "dataset": "orders", "gate": null, "check": {"kind": "between", "column": "price", "minimum": 0, "maximum": 100},
         "evidence": "In all of 20 versions.", "versions": 20, "state": "proposed", "proposed_by": "ada"}
        """;

    [Fact]
    public async Task Reviews_ListedAndShown_HaveTheNumberThatOtherVerbsTake()
    {
        Api.On("GET reviews", Canned.Page("reviews", Review)).On("GET reviews/1234", Review);

        var listed = await RunAsync("review", "list", "--limit", "7");
        var shown = await RunAsync("review", "show", "1234");

        listed.Rows[1].ShouldBe("1234 open orders 3 day 2026-01-01 quality r1 2026-01-01 00:00:00 UTC –");
        shown.Rows.ShouldContain("Review 1234");
        Api.Requests.First().ShouldBe("GET reviews?limit=7&offset=0");
    }

    [Fact]
    public async Task Proposals_ListedAndSuggested_HaveTheNumberThatOtherVerbsTake()
    {
        Api.On("GET proposals", Canned.Page("proposals", Proposal));
        Api.On("POST datasets/orders/proposals", $$"""{"dataset": "orders", "versions": 20, "added": 1, "proposals": [{{Proposal}}]}""");

        var listed = await RunAsync("gates", "proposals", "list");
        var suggested = await RunAsync("gates", "suggest", "orders");

        const string row = "5678 proposed orders – between price minimum 0, maximum 100 In all of 20 versions. ada";
        listed.Rows[1].ShouldBe(row);
        suggested.Rows.ShouldContain(row);
        Api.Requests.First().ShouldBe("GET proposals?limit=50&offset=0");
    }
}
