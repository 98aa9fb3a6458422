using System.Runtime.CompilerServices;

namespace Workflow.Dashboard.Tests;

public sealed class OpenApiTests(DashboardServer server) : IClassFixture<DashboardServer>
{
    private const string Accept = "WORKFLOW_ACCEPT_OPENAPI";

    [Fact]
    public async Task Describe_Api_IsTheCommittedDescription()
    {
        var generated = (await server.Client.GetStringAsync("/api/v2/openapi.json")).ReplaceLineEndings("\n") + "\n";
        var file = Committed();
        if (Environment.GetEnvironmentVariable(Accept) == "1")
            await File.WriteAllTextAsync(file, generated);

        (await File.ReadAllTextAsync(file)).ShouldBe(
            generated, $"The API changed but not its description. Run this test with {Accept}=1 and look at the difference.");
    }

    private static string Committed([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../engine/Workflow.Dashboard/openapi.json"));
}
