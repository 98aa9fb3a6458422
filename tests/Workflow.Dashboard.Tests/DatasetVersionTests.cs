using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Workflow.Artifacts;
using Workflow.Data;
using Workflow.Postgres.Effects;
using Workflow.Postgres.Steps;
using Workflow.Runs;

namespace Workflow.Dashboard.Tests;

/// <summary>Versions of datasets: how they are kept, holds, and whether their content is sound.</summary>
public sealed class DatasetVersionTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("workflow-dashboard-").FullName;
    private DashboardServer server = null!;
    private FolderArtifactStore artifacts = null!;

    public async ValueTask InitializeAsync()
    {
        artifacts = new FolderArtifactStore(folder);
        server = await DashboardServer.StartAsync(services: services => services.AddSingleton<IArtifactStore>(artifacts));
        var worker = await server.Given.WorkerAsync("w");
        await server.Given.DagAsync("taxi", new([Given.Task(0, "make")]));
        foreach (var (month, content) in new[] { ("01", "a"), ("02", "b"), ("01", "c") })
        {
            var run = await server.Given.RunAsync("taxi", $"{month}-{content}");
            var claimed = (await server.Given.ClaimAsync(worker)).Single(task => task.Key.RunId == run);
            await new EffectStore(server.Database.DataSource).StageAsync(
                new AttemptSource(claimed, "make"),
                new StagedDataset(
                    "trips", await CommitAsync(content), 1, 10, new Dictionary<string, string> { ["month"] = month }, [], [], "test", []),
                    default);
            await server.Given.FinishAsync(worker, claimed, new TaskOutcome.Succeeded(null), hasEffects: true);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Versions_OfASlice_ShowWhichOneIsTheNewest()
    {
        var all = await server.GetAsync("/datasets/trips/versions");
        var slice = await server.GetAsync("/datasets/trips/versions?partition=month%3D01");

        all.All("versions", "version").ShouldBe(["3", "2", "1"]);
        slice.All("versions", "version").ShouldBe(["3", "1"]);
        slice.All("versions", "is_newest_of_slice").ShouldBe(["true", "false"], StringComparer.OrdinalIgnoreCase);
        (await server.SendAsync(HttpMethod.Get, "/datasets/trips/versions?partition=month")).Status.ShouldBe(422);
        (await server.SendAsync(HttpMethod.Get, "/datasets/nothing/versions")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task Whole_AtAVersion_HasTheSlicesOfThatTime()
    {
        var newest = await server.GetAsync("/datasets/trips/whole");
        var before = await server.GetAsync("/datasets/trips/whole?version=2");

        newest.At("slices").GetArrayLength().ShouldBe(2);
        newest.Int("version").ShouldBe(3);
        before.Int("rows").ShouldBe(20);
        before.Text("sha256").ShouldNotBe(newest.Text("sha256"));
        (await server.SendAsync(HttpMethod.Get, "/datasets/trips/whole?version=9")).Status.ShouldBe(404);
        (await server.SendAsync(HttpMethod.Get, "/datasets/trips/whole?version=0")).Status.ShouldBe(422);
        (await server.SendAsync(HttpMethod.Get, "/datasets/trips/whole?as_of=2001-01-01T00:00:00Z")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task Verify_AFlippedByteAndALostFile_NamesBoth()
    {
        (await server.SendAsync(HttpMethod.Post, "/datasets/trips/verify")).Body.Int("sound").ShouldBe(2);

        var files = Directory.GetFiles(Path.Combine(folder, "sha256"), "*", SearchOption.AllDirectories).ToDictionary(File.ReadAllText);
        File.SetAttributes(files["b"], FileAttributes.Normal);
        await File.WriteAllTextAsync(files["b"], "B", TestContext.Current.CancellationToken);
        File.Delete(files["c"]);

        var found = (await server.SendAsync(HttpMethod.Post, "/datasets/trips/verify")).Body;
        found.Int("sound").ShouldBe(0);
        string.Join('\n', found.At("damages").EnumerateArray().Select(each => each.GetString())).ShouldSatisfyAllConditions(
            text => text.ShouldContain(files["b"]), text => text.ShouldContain(Path.GetFileName(files["c"])));
    }

    [Fact]
    public async Task Verify_AVersionWithASliceThatHasExpired_LeavesItOut()
    {
        await server.Given.ExecuteAsync("UPDATE dataset_version SET expired_at = now() WHERE version = 1");
        File.Delete(FileOf("a"));

        var found = (await server.SendAsync(HttpMethod.Post, "/datasets/trips/verify?version=2")).Body;

        (found.Int("files"), found.Int("sound"), found.Int("expired"), found.At("damages").GetArrayLength()).ShouldBe((1, 1, 1, 0));
    }

    [Fact]
    public async Task Recall_OfWhatCannotComeBack_SaysWhy()
    {
        await server.Given.ExecuteAsync("UPDATE dataset_version SET cold_at = now()");
        await server.Given.ExecuteAsync("UPDATE dataset_version SET expired_at = now() WHERE version = 1");
        File.Delete(FileOf("b"));

        var expired = await server.SendAsync(HttpMethod.Post, "/datasets/trips/versions/1/recall");
        var away = await server.SendAsync(HttpMethod.Post, "/datasets/trips/versions/2/recall");

        expired.Status.ShouldBe(409);
        expired.Body.Text("detail").ShouldBe("The content of trips version 1 has expired.");
        away.Status.ShouldBe(409);
        (await server.SendAsync(HttpMethod.Post, "/datasets/trips/versions/3/recall")).Status.ShouldBe(204);
    }

    [Fact]
    public async Task Hold_WithoutAReasonOrByNobody_IsRefusedHoweverItIsAsked()
    {
        (await server.SendAsync(HttpMethod.Post, "/datasets/trips/versions/1/hold", """{"reason": "  "}""")).Status.ShouldBe(422);
        (await server.SendAsync(HttpMethod.Post, "/datasets/trips/versions/1/hold", """{"reason": " audit "}""")).Status.ShouldBe(204);
        (await server.GetAsync("/datasets/trips/versions")).Text("versions/2/hold/reason").ShouldBe("audit");

        var lifted = await server.SendAsync(HttpMethod.Delete, $"/datasets/trips/versions/1/hold?by={new string('x', 201)}");

        lifted.Status.ShouldBe(422);
        lifted.Body.Text("errors/0/name").ShouldBe("by");
    }

    [Fact]
    public async Task Hold_PlacedAndLifted_IsShownAndStaysOnRecord()
    {
        var body = new JsonObject { ["reason"] = "audit", ["by"] = "ada" }.ToJsonString();

        (await server.SendAsync(HttpMethod.Post, "/datasets/trips/versions/1/hold", body)).Status.ShouldBe(204);
        var again = await server.SendAsync(HttpMethod.Post, "/datasets/trips/versions/1/hold", body);
        again.Status.ShouldBe(409);
        again.Body.Text("detail").ShouldContain("audit");
        (await server.GetAsync("/datasets/trips/versions")).Text("versions/2/hold/by").ShouldBe("ada");
        (await server.SendAsync(HttpMethod.Delete, "/datasets/trips/versions/1/hold?by=grace")).Status.ShouldBe(204);
        (await server.SendAsync(HttpMethod.Delete, "/datasets/trips/versions/1/hold")).Status.ShouldBe(409);
        (await server.SendAsync(HttpMethod.Post, "/datasets/trips/versions/9/hold", body)).Status.ShouldBe(404);
        (await server.SendAsync(HttpMethod.Post, "/datasets/trips/versions/1/hold", """{"reason": ""}""")).Status.ShouldBe(422);
        (await server.SendAsync(HttpMethod.Post, "/datasets/trips/versions/1/hold", """{"reason": "a\u0000b"}""")).Status.ShouldBe(422);
        (await server.SendAsync(HttpMethod.Post, "/datasets/trips/versions/1/hold",
            """{"reason": "a", "by": "\u0000"}""")).Status.ShouldBe(422);

        await using var command = server.Database.DataSource.CreateCommand("SELECT placed_by || ' ' || lifted_by FROM dataset_hold");
        (await command.ExecuteScalarAsync(TestContext.Current.CancellationToken)).ShouldBe("ada grace");
        (await server.SendAsync(HttpMethod.Post, "/datasets/trips/versions/1/recall")).Status.ShouldBe(409);
    }

    [Fact]
    public async Task Diff_OfWhatCannotBeCompared_SaysWhy()
    {
        (await server.SendAsync(HttpMethod.Get, "/datasets/trips/diff?from=9&to=1")).Body.Text("detail").ShouldContain("no version '9'");
        (await server.SendAsync(HttpMethod.Get, "/datasets/trips/diff?from=month&to=1")).Status.ShouldBe(422);
        await server.Given.ExecuteAsync("UPDATE dataset_version SET expired_at = now() WHERE version = 1");
        (await server.SendAsync(HttpMethod.Get, "/datasets/trips/diff?from=1&to=2")).Body.Text("detail").ShouldContain("has expired");
        File.Delete(FileOf("b"));
        (await server.SendAsync(HttpMethod.Get, "/datasets/trips/diff?from=month%3D02&to=3")).Status.ShouldBe(409);
    }

    private string FileOf(string content) =>
        Directory.GetFiles(Path.Combine(folder, "sha256"), "*", SearchOption.AllDirectories)
        .Single(file => File.ReadAllText(file) == content);

    private async Task<string> CommitAsync(string content)
    {
        var staged = artifacts.Stage();
        await File.WriteAllTextAsync(staged, content, TestContext.Current.CancellationToken);
        return (await artifacts.CommitAsync(staged, TestContext.Current.CancellationToken)).Sha256;
    }
}
