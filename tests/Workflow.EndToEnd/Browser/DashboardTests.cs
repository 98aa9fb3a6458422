using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Workflow.EndToEnd.Up;
using static Microsoft.Playwright.Assertions;

namespace Workflow.EndToEnd.Browser;

/// <summary>The dashboard in a real browser, on a real server.</summary>
public sealed class DashboardTests(UpFixture fixture) : IClassFixture<UpFixture>, IAsyncLifetime
{
    private const string Dag = "taxi_fare_nightly";
    private BrowserSession browser = null!;

    private IPage Page => browser.Page;

    public async ValueTask InitializeAsync() => browser = await BrowserSession.StartAsync();

    // Null where the machine has no browser.
    public ValueTask DisposeAsync() => browser?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task TriggerThroughTheForm_SignedInWithThePassword_ShowsTheRunUntilItSucceeds()
    {
        await browser.SignInAsync(fixture.Up, "/dags");
        await Page.GetByRole(AriaRole.Link, new() { Name = Dag }).First.ClickAsync();
        await Page.GetByTestId("trigger").ClickAsync();
        await Page.GetByLabel(new Regex("^month")).FillAsync("2024-03");
        await Page.GetByLabel(new Regex("^rows")).FillAsync("2000");
        await Page.GetByTestId("trigger-submit").ClickAsync();

        await Page.WaitForURLAsync(new Regex($"/dags/{Dag}/runs/"));
        await Expect(Page.GetByTestId("run-state")).ToHaveTextAsync("success");
        await Expect(Page.GetByTestId("task-promote")).ToContainTextAsync("success");

        await Page.GetByTestId("task-ingest").ClickAsync();
        await Expect(Page.GetByTestId("log-lines")).ToContainTextAsync("2,000 rows");

        browser.Complaints.ShouldBeEmpty();
        browser.Addresses.ShouldAllBe(address => address.StartsWith(fixture.Up.Url, StringComparison.Ordinal));
        var runs = await fixture.Up.Api.ListAsync($"dags/{Dag}/dagRuns", "dag_runs");
        var conf = runs.ShouldHaveSingleItem()["conf"]!;
        ((string?)conf["month"], (int?)conf["rows"]).ShouldBe(("2024-03", 2000));
    }

    [Fact]
    public async Task ClearAFailedElement_AfterItsPreview_RunsOnUntilTheRunSucceeds()
    {
        await using var playground = new Playground();
        var dag = new MappedDag(playground);
        await dag.WriteAsync();
        var up = await playground.StartAsync();
        await browser.SignInAsync(up, $"/dags/{MappedDag.Id}/runs/{await dag.TriggerAsync(up.Api)}");
        await Expect(Page.GetByTestId("run-state")).ToHaveTextAsync("failed");
        await Expect(Page.GetByTestId("task-load")).ToContainTextAsync("2/3");

        await Page.GetByTestId("task-load").ClickAsync();
        await Page.GetByTestId("element-1").ClickAsync();
        await Expect(Page.GetByTestId("why")).ToContainTextAsync(MappedDag.Failure);
        await Expect(Page.GetByTestId("log-lines")).ToContainTextAsync("loads file 1");
        Page.Url.ShouldContain("map=1");

        dag.Mend();
        await Page.GetByTestId("clear-task").ClickAsync();
        await Expect(Page.GetByTestId("affected")).ToContainTextAsync("load [1]");
        await Expect(Page.GetByTestId("affected")).ToContainTextAsync("sum");
        await Expect(Page.GetByTestId("affected")).Not.ToContainTextAsync("load [0]");
        await Page.GetByTestId("act").ClickAsync();

        await Expect(Page.GetByTestId("run-state")).ToHaveTextAsync("success");
        await Expect(Page.GetByTestId("task-load")).ToContainTextAsync("3/3");
        await Expect(Page.GetByTestId("task-state")).ToHaveTextAsync("success");
        browser.Complaints.ShouldBeEmpty();
    }
}
