using System.Text.Json.Nodes;
using Workflow.Testing;

namespace Workflow.EndToEnd.Up;

/// <summary>What a saved DAG file does to a running server.</summary>
public sealed class DagFilesTests : IAsyncLifetime
{
    private const string File = "Greeter.cs";
    private const string Good = """
        public sealed class Greeter : IDag
        {
            public void Define(DagBuilder dag)
            {
                dag.Id("greeter");
                dag.Task("greet", run => { run.Log("good morning"); return Task.CompletedTask; });
            }
        }
        """;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly Playground playground = new();

    public async ValueTask InitializeAsync() => await playground.WriteDagAsync(File, Good);

    public ValueTask DisposeAsync() => playground.DisposeAsync();

    [Fact]
    public async Task SaveDagFile_WithATypeError_ShowsTheErrorAndKeepsThePreviousVersion()
    {
        var up = await playground.StartAsync();
        (await ErrorsAsync(up)).ShouldBeEmpty();

        await playground.WriteDagAsync(File, Good.Replace("\"good morning\"", "42", StringComparison.Ordinal));
        await Eventually.TrueAsync(async () => (await ErrorsAsync(up)).Count > 0, Limit, "the import error is shown");

        var error = (await ErrorsAsync(up)).ShouldHaveSingleItem();
        ((string?)error["filename"], (string?)error["dag_id"]).ShouldBe((File, "greeter"));
        var found = error["diagnostics"]!.AsArray().ShouldHaveSingleItem()!;
        ((string?)found["file"], (int)found["line"]!, (int)found["column"]!, (string?)found["code"]).ShouldBe((File, 6, 44, "CS1503"));
        var table = (await up.RunCliAsync("dags", "list-import-errors")).ShouldSucceed();
        table.Output.ShouldContain("CS1503");
        table.Output.ShouldContain(File);

        var run = await up.Api.TriggerAsync("greeter");
        await up.Api.UntilSuccessAsync("greeter", run);
        ((int)(await up.Api.GetAsync($"dags/greeter/dagRuns/{Uri.EscapeDataString(run)}"))["dag_version_number"]!).ShouldBe(1);

        await playground.WriteDagAsync(File, Good.Replace("morning", "evening", StringComparison.Ordinal));
        await Eventually.TrueAsync(async () => (await ErrorsAsync(up)).Count == 0, Limit, "the import error is gone");
        ((int)(await up.Api.GetAsync("dags/greeter"))["latest_version"]!).ShouldBe(2);
    }

    private static Task<IReadOnlyList<JsonNode>> ErrorsAsync(UpProcess up) => up.Api.ListAsync("importErrors", "import_errors");
}
