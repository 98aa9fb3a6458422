using Microsoft.Playwright;

namespace Workflow.EndToEnd.Browser;

/// <summary>The machine's own Chromium, without a window; none is downloaded.</summary>
internal static class Chromium
{
    private const string OverrideVariable = "WORKFLOW_CHROMIUM";

    private static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    // The first two are for containers; with the others it asks nobody but the page's own server.
    private static readonly string[] Arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync",
    ];

    /// <summary>Starts it. The test is skipped where there is none, and fails where <c>CI=true</c>.</summary>
    public static Task<IBrowser> LaunchAsync(IPlaywright playwright) =>
        playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Require(), Args = Arguments });

    private static string Require()
    {
        var named = Environment.GetEnvironmentVariable(OverrideVariable);
        if ((named is { Length: > 0 } ? [named] : Places).FirstOrDefault(File.Exists) is { } found)
            return found;
        var message = $"No Chromium at {named ?? string.Join(", ", Places)}; {OverrideVariable} names another place.";
        if (Environment.GetEnvironmentVariable("CI") == "true")
            Assert.Fail(message);
        Assert.Skip(message);
        return message;
    }
}
