using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Workflow.Testing;
using static Microsoft.Playwright.Assertions;

namespace Workflow.EndToEnd.Browser;

/// <summary>The pages of datasets in a real browser: each tab by its link, with its acts.</summary>
public sealed class DatasetPageTests(Shop shop) : IClassFixture<Shop>, IAsyncLifetime
{
    private BrowserSession browser = null!;

    private IPage Page => browser.Page;

    public async ValueTask InitializeAsync() => browser = await BrowserSession.StartAsync();

    // Null where the machine has no browser.
    public ValueTask DisposeAsync() => browser?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task Version_HeldLiftedAndVerified_ShowsItAtOnce()
    {
        await browser.SignInAsync(shop.Up, "/datasets/shop.orders?version=2");
        var details = Page.GetByTestId("details");
        await Expect(details).ToContainTextAsync("shop.raw v2");
        await Expect(details).ToContainTextAsync("day=2024-01-02");
        await Expect(Page.Locator(".page-head")).ToContainTextAsync("Orders, a day a slice.");

        await details.GetByRole(AriaRole.Button, new() { Name = "Hold" }).ClickAsync();
        await Page.GetByTestId("reason").FillAsync("the audit reads it");
        await Page.GetByTestId("hold").ClickAsync();
        await Expect(details).ToContainTextAsync("the audit reads it");
        await Expect(details).ToContainTextAsync("held");
        await details.GetByRole(AriaRole.Button, new() { Name = "Lift" }).ClickAsync();
        await Expect(details).Not.ToContainTextAsync("the audit reads it");

        await details.GetByRole(AriaRole.Button, new() { Name = "Verify" }).ClickAsync();
        await Expect(Page.GetByTestId("verification")).ToContainTextAsync("All 2 files are what their hashes say.");
        await Page.Keyboard.PressAsync("Escape");

        await Page.GetByTestId("version-4").FocusAsync();
        await Page.Keyboard.PressAsync("ArrowDown");
        await Page.Keyboard.PressAsync("Enter");
        await Expect(details).ToContainTextAsync("shop.orders v3");
        await Page.Keyboard.PressAsync("Escape");
        await Expect(details).ToBeHiddenAsync();
        Page.Url.ShouldNotContain("version");
        browser.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task Profile_ByTheLinkOfAColumnOfASlice_ShowsItsDistribution()
    {
        await browser.SignInAsync(shop.Up, "/datasets/shop.raw/profile?version=day%3D2024-01-02&column=kind");
        var details = Page.GetByTestId("details");
        await Expect(details).ToContainTextAsync("Most frequent values");
        await Expect(details).ToContainTextAsync("book");

        await Page.GetByTestId("column-price").ClickAsync();
        await Expect(details.GetByRole(AriaRole.Img)).ToHaveAttributeAsync("aria-label", new Regex("^Histogram from 20"));
        Page.Url.ShouldContain("column=price");
        await Page.GetByRole(AriaRole.Button, new() { Name = "All slices together" }).ClickAsync();
        await Expect(Page.GetByText("4 slices, 1,600 rows")).ToBeVisibleAsync();
        browser.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task Drift_AskedInTheForm_HasALinkThatShowsTheSame()
    {
        await browser.SignInAsync(shop.Up, "/datasets/shop.orders/drift");
        await Page.GetByRole(AriaRole.Combobox, new() { Name = "Reference" }).FillAsync("day=2024-01-01");
        await Page.GetByRole(AriaRole.Combobox, new() { Name = "Current" }).FillAsync("4");
        await Page.GetByTestId("compare").ClickAsync();
        await Expect(Page.GetByTestId("drift-verdict")).ToContainTextAsync("v4 day=2024-01-04");
        await Page.GetByTestId("column-price").ClickAsync();
        await Expect(Page.GetByTestId("overlay")).ToContainTextAsync("reference v1");
        await Expect(Page.GetByText("workflow datasets drift shop.orders --reference day=2024-01-01 --current 4")).ToBeVisibleAsync();

        await Page.ReloadAsync();
        await Expect(Page.GetByTestId("details")).ToContainTextAsync("fail");
        await Expect(Page.GetByRole(AriaRole.Combobox, new() { Name = "Reference" })).ToHaveValueAsync("day=2024-01-01");
        browser.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task Drift_VersionMadeMeanwhile_LeavesWhatWasTyped()
    {
        await shop.WriteDagAsync("Coins.cs", """
            public sealed class Coins : IDag
            {
                public void Define(DagBuilder dag)
                {
                    dag.Id("coins");
                    dag.Task("make", run => run.Datasets.GenerateAsync("SELECT random() AS side", "shop.coins"));
                }
            }
            """);
        await Eventually.TrueAsync(
            async () => (await shop.Up.Api.ListAsync("dags", "dags")).Any(dag => (string?)dag["dag_id"] == "coins"),
            TimeSpan.FromSeconds(60),
            "the DAG is loaded");
        await MakeAsync();
        await MakeAsync();

        await browser.SignInAsync(shop.Up, "/datasets/shop.coins/drift");
        var reference = Page.GetByRole(AriaRole.Combobox, new() { Name = "Reference" });
        await Expect(reference).ToHaveValueAsync("1");
        await reference.FillAsync("no version yet");
        await Page.GetByRole(AriaRole.Textbox, new() { Name = "Columns" }).FillAsync("side");
        await MakeAsync();
        await Expect(Page.Locator("option[value='3']").First).ToBeAttachedAsync();

        await Expect(reference).ToHaveValueAsync("no version yet");
        await Expect(Page.GetByRole(AriaRole.Combobox, new() { Name = "Current" })).ToHaveValueAsync("2");
        browser.Complaints.ShouldBeEmpty();

        async Task MakeAsync() => await shop.Up.Api.UntilSuccessAsync("coins", await shop.Up.Api.TriggerAsync("coins"));
    }

    [Fact]
    public async Task Contract_ByItsLink_SaysWhatIsPromisedAndToWhom()
    {
        await browser.SignInAsync(shop.Up, "/datasets/shop.orders/contract");
        var columns = Page.GetByRole(AriaRole.Table, new() { Name = "Columns promised" });
        await Expect(columns.GetByRole(AriaRole.Row).Filter(new() { HasText = "price" })).ToContainTextAsync("0 to 10,000");
        await Expect(columns.GetByRole(AriaRole.Row).Filter(new() { HasText = "email" })).ToContainTextAsync("personal");
        await Expect(Page.GetByRole(AriaRole.Link, new() { Name = "shop.prices" })).ToBeVisibleAsync();

        await Page.GotoAsync($"{shop.Up.Url}/datasets/shop.raw/contract");
        await Expect(Page.GetByText("Nothing is promised yet")).ToBeVisibleAsync();
        browser.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task Contract_BreakThatAPersonAllows_IsItsNextVersion()
    {
        await shop.WriteDagAsync("Returns.cs", Returns("BIGINT"));
        await Until("has a first contract", async () => (await shop.Up.Api.ListAsync("contracts", "contracts")).Any(IsOfReturns));
        await shop.Up.Api.UntilSuccessAsync("returns", await shop.Up.Api.TriggerAsync("returns"));
        await shop.WriteDagAsync("Returns.cs", Returns("VARCHAR"));
        await Until("is refused", async () => (await shop.Up.Api.ListAsync("contracts/shop.returns", "refused")).Count == 1);

        await browser.SignInAsync(shop.Up, "/datasets/shop.returns/contract");
        await Page.GetByRole(AriaRole.Button, new() { Name = "Allow the break" }).ClickAsync();
        var dialog = Page.GetByRole(AriaRole.Dialog);
        await dialog.GetByLabel("Why").FillAsync("numbers had run out");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Allow the break" }).ClickAsync();

        await Expect(Page.GetByRole(AriaRole.Table, new() { Name = "Versions of the contract" })).ToContainTextAsync("numbers had run out");
        await Expect(Page.GetByText("is refused")).ToBeHiddenAsync();
        browser.Complaints.ShouldBeEmpty();

        static bool IsOfReturns(JsonNode contract) => (string?)contract["dataset"] == "shop.returns";
        static Task Until(string what, Func<Task<bool>> holds) => Eventually.TrueAsync(holds, TimeSpan.FromSeconds(60), $"the DAG {what}");
        static string Returns(string type) => $$"""
            public sealed class Returns : IDag
            {
                public void Define(DagBuilder dag)
                {
                    dag.Id("returns");
                    dag.Contract("shop.returns", contract => contract.Compatibility(Compatibility.Full).Column("id", "{{type}}"));
                    dag.Task("make", run => run.Datasets.GenerateAsync("SELECT CAST(1 AS {{type}}) AS id", "shop.returns"));
                }
            }
            """;
    }

    [Fact]
    public async Task Lineage_OfAColumn_SaysWhatWouldBreakAndLeadsThere()
    {
        await browser.SignInAsync(shop.Up, "/datasets/shop.orders/lineage?version=1");
        await Expect(Page.GetByTestId("node-source-orders-2024-01-01.csv")).ToBeVisibleAsync();
        await Expect(Page.GetByTestId("node-task-orders")).ToBeVisibleAsync();

        await Page.GetByTestId("downstream").ClickAsync();
        await Page.GetByLabel("Column").SelectOptionAsync("price");
        await Expect(Page.GetByRole(AriaRole.Table, new() { Name = "What would break" })).ToContainTextAsync("shop.prices");
        Page.Url.ShouldContain("direction=downstream");

        await Page.GetByTestId("node-dataset-shop.prices").ClickAsync();
        await Page.WaitForURLAsync(new Regex("/datasets/shop.prices\\?version="));
        browser.Complaints.ShouldBeEmpty();
    }
}
