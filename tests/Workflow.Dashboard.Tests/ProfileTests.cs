using Workflow.Data;
using Workflow.Postgres.Effects;
using Workflow.Postgres.Steps;
using Workflow.Runs;

namespace Workflow.Dashboard.Tests;

/// <summary>Profiles of slices that a writer made, one by one and added up.</summary>
public sealed class ProfileTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("workflow-profiles-").FullName;
    private DashboardServer server = null!;
    private long worker;

    public async ValueTask InitializeAsync()
    {
        server = await DashboardServer.StartAsync();
        worker = await server.Given.WorkerAsync("w");
        await server.Given.DagAsync("taxi", new([Given.Task(0, "make")]));
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Profile_OfSlicesAndOfTheWhole_ShowsWhatTheyHold()
    {
        await PublishAsync("2019-01", "SELECT i AS fare, 'card' AS kind FROM range(100) r(i)");
        await PublishAsync("2019-02", "SELECT i + 100 AS fare, 'cash' AS kind FROM range(50) r(i)");

        var january = await server.GetAsync("/datasets/trips/profile?version=month=2019-01");
        var newest = await server.GetAsync("/datasets/trips/profile");
        var whole = await server.GetAsync("/datasets/trips/profile?whole=true");
        var first = await server.GetAsync("/datasets/trips/profile?whole=true&version=1");

        (january.Int("version"), january.Int("rows"), january.Text("columns/0/max")).ShouldBe((1, 100, "99"));
        (newest.Int("version"), newest.Text("partition/month"), newest.Text("columns/0/min")).ShouldBe((2, "2019-02", "100"));
        (whole.Int("slices"), whole.Int("rows"), whole.Text("columns/0/quantiles/3/value")).ShouldBe((2, 150, "74"));
        whole.All("columns/1/top_values", "value").ShouldBe(["card", "cash"]);
        whole.At("columns/0/mean").GetDouble().ShouldBe(74.5);
        whole.At("columns/0/histogram").GetArrayLength().ShouldBe(30);
        (first.Int("slices"), first.Int("rows")).ShouldBe((1, 100));
    }

    [Fact]
    public async Task Profile_OfAVersionWithoutASketch_ShowsItButAddsNothingUp()
    {
        await PublishAsync("2019-01", "SELECT 1 AS fare", hasSketch: false);

        (await server.GetAsync("/datasets/trips/profile")).Int("rows").ShouldBe(1);
        var (status, body) = await server.SendAsync(HttpMethod.Get, "/datasets/trips/profile?whole=true");
        status.ShouldBe(409);
        body.ToString().ShouldContain("Version 1 of trips was written before");
    }

    [Theory]
    [InlineData("/datasets/trips/profile?version=7", 404)]
    [InlineData("/datasets/trips/profile?version=month=2020-01", 404)]
    [InlineData("/datasets/trips/profile?version=nonsense", 422)]
    [InlineData("/datasets/trips/profile?version=month=2019-01&whole=true", 422)]
    [InlineData("/datasets/trips/profile?version=7&whole=true", 404)]
    [InlineData("/datasets/trips/profile?version=0&whole=true", 422)]
    [InlineData("/datasets/trips/profile?version=0", 422)]
    [InlineData("/datasets/others/profile", 404)]
    public async Task Profile_OfWhatIsNotThere_IsRefused(string path, int expected)
    {
        await PublishAsync("2019-01", "SELECT 1 AS fare");

        (await server.SendAsync(HttpMethod.Get, path)).Status.ShouldBe(expected);
    }

    private async Task PublishAsync(string month, string sql, bool hasSketch = true)
    {
        var stored = await new DatasetWriter(new FolderArtifactStore(folder)).WriteAsync(new DatasetQuery(sql), default);
        var runId = await server.Given.RunAsync("taxi", month);
        var source = new AttemptSource((await server.Given.ClaimAsync(worker)).Single(task => task.Key.RunId == runId), "make");
        var staged = new StagedDataset(
            "trips", stored.Sha256, stored.Bytes, stored.Rows, new Dictionary<string, string> { ["month"] = month }, stored.Schema,
            stored.Profile, "tests", [])
        {
            Sketch = hasSketch ? stored.Sketch : default,
        };
        await new EffectStore(server.Database.DataSource).StageAsync(source, staged, default);
        await server.Given.FinishAsync(worker, source.Task, new TaskOutcome.Succeeded(null), hasEffects: true);
    }
}
