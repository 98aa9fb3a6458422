using System.Text.Json.Nodes;
using Workflow.Testing;

namespace Workflow.EndToEnd.Remote;

/// <summary>Workers that share a database and a bucket, and no folder.</summary>
public sealed class RemoteWorkerTests : IAsyncLifetime
{
    private const string Source = """
        public sealed class Apart : IDag
        {
            public void Define(DagBuilder dag)
            {
                dag.Id("apart");
                var folder = dag.RequiredParam<string>("folder");
                var made = dag.Task("make", async run =>
                {
                    var rows = await run.Datasets.GenerateAsync(
                        "SELECT i % 97 AS x, 2 * (i % 97) + hash(i) % 10 AS y, i % 5 = 0 AS is_test FROM range(1000) AS r (i)", "apart.rows");
                    await MeetAsync(run, run.Get(folder), "make");
                    return rows;
                }).Queue("a");
                var model = dag.Train("train", made, train => train.Model("apart").Ridge("y").Numeric("x").Holdout("is_test")).Queue("b").Isolated();
                dag.Task("tell", model, async (run, trained) =>
                {
                    await MeetAsync(run, run.Get(folder), "tell");
                    run.Log($"made from {trained.Model}");
                }).Queue("b");
            }

            private static async Task MeetAsync(TaskContext run, string folder, string name)
            {
                File.WriteAllText(Path.Combine(folder, $"{name}-{run.Attempt}"), "");
                using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
                while (!File.Exists(Path.Combine(folder, $"{name}-go")))
                    await timer.WaitForNextTickAsync(run.Cancellation);
            }
        }
        """;

    private Machines machines = null!;

    private string Signs => machines.PathOf("signs");

    public async ValueTask InitializeAsync()
    {
        machines = await Machines.StartAsync("Apart.cs", Source);
        Directory.CreateDirectory(Signs);
    }

    public ValueTask DisposeAsync() => machines.DisposeAsync();

    [Fact]
    public async Task Kill_OneMachineOfEachQueue_OthersFinishWithTheSameData()
    {
        var first = machines.StartWorker("a-1", "--queues", "a", "--slots", "2");
        var second = machines.StartWorker("b-1", "--queues", "b");
        var run = await machines.Api.TriggerAsync("apart", new JsonObject { ["folder"] = Signs });

        await UntilReachedAsync("make");
        await first.KillAsync();
        machines.StartWorker("a-2", "--queues", "a", "--slots", "2");
        LetGo("make");

        await UntilReachedAsync("tell");
        await second.KillAsync();
        machines.StartWorker("b-2", "--queues", "b");
        LetGo("tell");

        await machines.Api.UntilSuccessAsync("apart", run);
        (await machines.Api.TriesAsync("apart", run, "make")).ShouldBe(["lost", "success"]);
        (await machines.Api.TriesAsync("apart", run, "train")).ShouldBe(["success"]);
        (await machines.Api.TriesAsync("apart", run, "tell")).ShouldBe(["lost", "success"]);
        var rows = (await machines.Api.ListAsync("datasets/apart.rows", "versions")).ShouldHaveSingleItem();
        var model = (await machines.Api.ListAsync("models/apart", "versions")).ShouldHaveSingleItem();
        ((string?)model["parents"]!.AsArray().ShouldHaveSingleItem()!["sha256"]).ShouldBe((string?)rows["sha256"]);

        // The second machine has no other way to the rows than the bucket.
        var sha256 = (string)rows["sha256"]!;
        machines.Bucket.Objects.Keys.ShouldContain($"{sha256[..2]}/{sha256}");
        File.Exists(Path.Combine(machines.PathOf("b-1"), ".workflow", "artifacts", "sha256", sha256[..2], sha256)).ShouldBeTrue();
    }

    private Task UntilReachedAsync(string task) => Eventually.TrueAsync(
        () => File.Exists(Path.Combine(Signs, $"{task}-1")), TimeSpan.FromSeconds(90), $"{task} has been reached");

    private void LetGo(string task) => File.WriteAllText(Path.Combine(Signs, $"{task}-go"), "");
}
