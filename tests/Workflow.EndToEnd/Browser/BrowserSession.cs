using System.Collections.Concurrent;
using Microsoft.Playwright;
using Workflow.EndToEnd.Up;
using static Microsoft.Playwright.Assertions;

namespace Workflow.EndToEnd.Browser;

/// <summary>A browser with one page, and what the page complained of and asked for.</summary>
internal sealed class BrowserSession : IAsyncDisposable
{
    public const float Patience = 60_000;

    private readonly ConcurrentQueue<string> complaints = new();
    private readonly ConcurrentQueue<string> addresses = new();
    private readonly IPlaywright playwright;
    private readonly IBrowser browser;

    private BrowserSession(IPlaywright playwright, IBrowser browser, IPage page)
    {
        this.playwright = playwright;
        this.browser = browser;
        Page = page;
        page.SetDefaultTimeout(Patience);
        // Expectations have a limit of their own, of five seconds, which a busy machine exceeds.
        SetDefaultExpectTimeout(Patience);
        page.PageError += (_, error) => complaints.Enqueue(error);
        page.Console += (_, message) => Keep(message);
        page.Request += (_, request) => addresses.Enqueue(request.Url);
    }

    public IPage Page { get; }

    /// <summary>Errors that the page threw or that the browser reported.</summary>
    public IReadOnlyCollection<string> Complaints => complaints;

    /// <summary>What the page has asked for.</summary>
    public IReadOnlyCollection<string> Addresses => addresses;

    public static async Task<BrowserSession> StartAsync()
    {
        var playwright = await Playwright.CreateAsync();
        try
        {
            var browser = await Chromium.LaunchAsync(playwright);
            return new BrowserSession(playwright, browser, await browser.NewPageAsync());
        }
        catch
        {
            playwright.Dispose();
            throw;
        }
    }

    /// <summary>Opens a page of a server, and signs in there.</summary>
    public async Task SignInAsync(UpProcess up, string path)
    {
        await Page.GotoAsync($"{up.Url}{path}");
        await Page.GetByTestId("login-password").FillAsync(up.Token);
        await Page.GetByTestId("sign-in").ClickAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await browser.CloseAsync();
        playwright.Dispose();
    }

    // Whether somebody is signed in is asked by a request that is refused when nobody is; the browser reports that as an error.
    private void Keep(IConsoleMessage message)
    {
        if (message.Type is "error" && !message.Location.Contains("/api/v2/me", StringComparison.Ordinal))
            complaints.Enqueue($"{message.Text} ({message.Location})");
    }
}
