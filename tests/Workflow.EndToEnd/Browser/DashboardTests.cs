using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Workflow.EndToEnd.Up;
using static Microsoft.Playwright.Assertions;

namespace Workflow.EndToEnd.Browser;

/// <summary>The dashboard in a real browser, on a real server.</summary>
public sealed class DashboardTests(UpFixture fixture) : IClassFixture<UpFixture>, IAsyncLifetime
{
    private const string Dag = "taxi_fare_nightly";
    private const float Patience = 60_000;

    private readonly ConcurrentQueue<string> complaints = new();
    private readonly ConcurrentQueue<string> addresses = new();
    private IPlaywright playwright = null!;
    private IBrowser browser = null!;
    private IPage page = null!;

    public async ValueTask InitializeAsync()
    {
        playwright = await Playwright.CreateAsync();
        browser = await Chromium.LaunchAsync(playwright);
        page = await browser.NewPageAsync();
        page.SetDefaultTimeout(Patience);
        // Expectations have a limit of their own, of five seconds, which a busy machine exceeds.
        SetDefaultExpectTimeout(Patience);
        page.PageError += (_, error) => complaints.Enqueue(error);
        page.Console += (_, message) => Keep(message);
        page.Request += (_, request) => addresses.Enqueue(request.Url);
    }

    public async ValueTask DisposeAsync()
    {
        if (browser is not null)
            await browser.CloseAsync();
        playwright.Dispose();
    }

    [Fact]
    public async Task TriggerThroughTheForm_SignedInWithThePassword_ShowsTheRunUntilItSucceeds()
    {
        await page.GotoAsync($"{fixture.Up.Url}/dags");
        await page.GetByTestId("login-password").FillAsync(fixture.Up.Token);
        await page.GetByTestId("sign-in").ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = Dag }).First.ClickAsync();
        await page.GetByTestId("trigger").ClickAsync();
        await page.GetByLabel(new Regex("^month")).FillAsync("2024-03");
        await page.GetByLabel(new Regex("^rows")).FillAsync("2000");
        await page.GetByTestId("trigger-submit").ClickAsync();

        await page.WaitForURLAsync(new Regex($"/dags/{Dag}/runs/"));
        await Expect(page.GetByTestId("run-state")).ToHaveTextAsync("success", new() { Timeout = Patience });
        await Expect(page.GetByTestId("task-promote")).ToContainTextAsync("success");

        await page.GetByTestId("task-ingest").ClickAsync();
        await Expect(page.GetByTestId("log-lines")).ToContainTextAsync("2,000 rows");

        complaints.ShouldBeEmpty();
        addresses.ShouldAllBe(address => address.StartsWith(fixture.Up.Url, StringComparison.Ordinal));
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
        await page.GotoAsync($"{up.Url}/dags/{MappedDag.Id}/runs/{await dag.TriggerAsync(up.Api)}");
        await page.GetByTestId("login-password").FillAsync(up.Token);
        await page.GetByTestId("sign-in").ClickAsync();
        await Expect(page.GetByTestId("run-state")).ToHaveTextAsync("failed", new() { Timeout = Patience });
        await Expect(page.GetByTestId("task-load")).ToContainTextAsync("2/3");

        await page.GetByTestId("task-load").ClickAsync();
        await page.GetByTestId("element-1").ClickAsync();
        await Expect(page.GetByTestId("why")).ToContainTextAsync(MappedDag.Failure);
        await Expect(page.GetByTestId("log-lines")).ToContainTextAsync("loads file 1");
        page.Url.ShouldContain("map=1");

        dag.Mend();
        await page.GetByTestId("clear-task").ClickAsync();
        await Expect(page.GetByTestId("affected")).ToContainTextAsync("load [1]");
        await Expect(page.GetByTestId("affected")).ToContainTextAsync("sum");
        await Expect(page.GetByTestId("affected")).Not.ToContainTextAsync("load [0]");
        await page.GetByTestId("act").ClickAsync();

        await Expect(page.GetByTestId("run-state")).ToHaveTextAsync("success", new() { Timeout = Patience });
        await Expect(page.GetByTestId("task-load")).ToContainTextAsync("3/3");
        await Expect(page.GetByTestId("task-state")).ToHaveTextAsync("success");
        complaints.ShouldBeEmpty();
    }

    // Whether somebody is signed in is asked by a request that is refused when nobody is; the browser reports that as an error.
    private void Keep(IConsoleMessage message)
    {
        if (message.Type is "error" && !message.Location.Contains("/api/v2/me", StringComparison.Ordinal))
            complaints.Enqueue($"{message.Text} ({message.Location})");
    }
}
