using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Workflow.EndToEnd.Browser;

/// <summary>What gates found and what a person decides of it, in a real browser.</summary>
public sealed class ReviewPageTests(Shop shop) : IClassFixture<Shop>, IAsyncLifetime
{
    private BrowserSession browser = null!;

    private IPage Page => browser.Page;

    public async ValueTask InitializeAsync() => browser = await BrowserSession.StartAsync();

    // Null where the machine has no browser.
    public ValueTask DisposeAsync() => browser?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task DriftGate_InItsRun_ShowsBothDistributionsOfAColumn()
    {
        await browser.SignInAsync(shop.Up, $"/dags/{Shop.Dag}/runs/{shop.DriftedRun}?task=drift");
        var evidence = Page.GetByTestId("evidence");
        await Expect(evidence.GetByTestId("overlay")).ToContainTextAsync("3 versions together");
        await Expect(evidence.Locator("h3")).ToHaveTextAsync("price");
        await evidence.GetByTestId("column-kind").ClickAsync();
        await Expect(evidence.Locator("h3")).ToHaveTextAsync("kind");
        Page.Url.ShouldContain("column=kind");

        await Page.GetByRole(AriaRole.Button, new() { Name = "Log", Exact = true }).ClickAsync();
        await Expect(Page.GetByTestId("log-lines")).ToBeVisibleAsync();
        browser.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task MappedGate_InItsRun_ShowsWhatItFoundOfTheChosenElement()
    {
        await browser.SignInAsync(shop.Up, $"/dags/{Shop.MappedDag}/runs/{shop.MappedRun}?task=each.counted&map=0");
        var evidence = Page.GetByTestId("evidence");
        await Expect(evidence).ToContainTextAsync("1 of 5");
        await Page.GetByRole(AriaRole.Button, new() { Name = "All elements of each.counted" }).ClickAsync();
        await Page.GetByTestId("element-1").ClickAsync();
        await Expect(evidence).ToContainTextAsync("0 of 2");

        await Page.GotoAsync($"{shop.Up.Url}/review/rows");
        await Expect(Page.GetByRole(AriaRole.Row, new() { Name = "shop.shelves.quarantine" })).ToContainTextAsync("shelves / each.counted");
        browser.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task Review_Released_LetsTheRunGoOn()
    {
        await browser.SignInAsync(shop.Up, "/dags");
        await Expect(Page.GetByRole(AriaRole.Link, new() { Name = "Review" })).ToContainTextAsync(new Regex("[0-9]"));
        await Page.Keyboard.PressAsync("g");
        await Page.Keyboard.PressAsync("v");
        await Page.GetByTestId("review-1").ClickAsync();
        await Expect(Page.GetByTestId("details")).ToContainTextAsync("row_count");
        await Page.ReloadAsync();
        await Expect(Page.GetByTestId("review-state")).ToHaveTextAsync("waits for a person");

        await Page.GetByTestId("choose-release").CheckAsync();
        await Page.GetByTestId("reason").FillAsync("a holiday");
        await Page.GetByTestId("decide").ClickAsync();
        await Expect(Page.GetByTestId("review-state")).ToHaveTextAsync("released");
        await Expect(Page.GetByTestId("decision")).ToContainTextAsync("a holiday");
        await shop.Up.Api.UntilSuccessAsync(Shop.Dag, shop.HeldRun);
        browser.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task Review_Repaired_LetsTheRunGoOnWithTheOtherVersion()
    {
        const string day = "2024-01-06";
        var held = await shop.OrderAsync(day, rows: 20);
        await shop.Up.Api.UntilTaskAsync(Shop.Dag, held, "quality", "deferred");
        await shop.Up.Api.UntilSuccessAsync(Shop.Dag, await shop.OrderAsync(day, rows: 300));
        var review = (await shop.Up.Api.ListAsync("reviews", "reviews")).Single(each => (string?)each["partition"]!["day"] == day);

        await browser.SignInAsync(shop.Up, "/review");
        await Page.GetByTestId($"review-{review["review_id"]}").ClickAsync();
        await Page.GetByTestId("choose-repair").CheckAsync();
        await Page.GetByLabel("Version that takes its place").SelectOptionAsync(new SelectOptionValue { Index = 1 });
        await Page.GetByTestId("reason").FillAsync("came too early");
        await Page.GetByTestId("decide").ClickAsync();

        await Expect(Page.GetByTestId("review-state")).ToHaveTextAsync("repaired");
        await shop.Up.Api.UntilSuccessAsync(Shop.Dag, held);
        browser.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task SuggestedChecks_AcceptedAndRejected_MoveToTheirStates()
    {
        await browser.SignInAsync(shop.Up, "/review/checks");
        await Page.GetByTestId("learn-from").SelectOptionAsync("shop.raw");
        await Page.GetByLabel("Slices").FillAsync("day<2024-01-04");
        await Page.GetByTestId("suggest").ClickAsync();
        await Expect(Page.GetByText("learnt from 3 versions of shop.raw")).ToBeVisibleAsync();
        var ids = (await shop.Up.Api.ListAsync("proposals", "proposals")).Select(each => (long)each["proposal_id"]!).ToList();
        await Page.GetByTestId($"proposal-{ids[0]}").GetByTestId("accept").ClickAsync();
        await Expect(Page.GetByTestId($"proposal-{ids[0]}")).ToBeHiddenAsync();
        await Page.GetByTestId($"proposal-{ids[1]}").GetByTestId("reject").ClickAsync();
        await Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Reject" }).ClickAsync();
        await Expect(Page.GetByTestId($"proposal-{ids[1]}")).ToBeHiddenAsync();

        await Page.GotoAsync($"{shop.Up.Url}/review/checks?state=accepted");
        await Expect(Page.GetByTestId($"proposal-{ids[0]}")).ToContainTextAsync("by user");
        await Expect(Page.GetByTestId($"proposal-{ids[1]}")).ToBeHiddenAsync();
        browser.Complaints.ShouldBeEmpty();
    }
}
