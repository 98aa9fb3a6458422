using Microsoft.Extensions.Logging.Abstractions;
using Workflow.Data;
using Workflow.Postgres.Retention;
using Workflow.Scheduler.Services;
using Workflow.Testing.Running;

namespace Workflow.Scheduler.Tests.Services;

public sealed class ArtifactPrunerTests : IAsyncLifetime
{
    private static readonly DateTime Long = new(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private TestEngine engine = null!;
    private FolderArtifactStore store = null!;
    private long run;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        engine = await TestEngine.CreateAsync();
        store = new FolderArtifactStore(engine.Artifacts);
        await engine.DagAsync("mine", "");
        run = await engine.TriggerAsync("mine");
    }

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Fact]
    public async Task Run_OldArtifacts_DeletesThoseThatNothingRefersTo()
    {
        await GivenAsync("published dataset", "dataset_version", version: 1);
        await GivenAsync("published model", "model_version", version: 1);
        await GivenAsync("staged dataset", "dataset_version", version: null);
        await GivenAsync("staged model", "model_version", version: null);
        await CommitAsync("orphan", isOld: true);
        await CommitAsync("young orphan", isOld: false);
        var left = store.Stage();
        await File.WriteAllTextAsync(left, "left by a kill", Token);
        File.SetLastWriteTimeUtc(left, Long);

        (await ArtifactPruner().RunOnceAsync(Token)).ShouldBe(2);

        Contents().ShouldBe(["published dataset", "published model", "staged dataset", "staged model", "young orphan"]);
        (await ArtifactPruner().RunOnceAsync(Token)).ShouldBe(0);
    }

    [Fact]
    public async Task Prune_StagedRows_DeletesThoseWhoseAttemptIsOver()
    {
        await engine.ExecuteAsync(
            """
            UPDATE task_instance SET state = 'running', attempt = 2, started_at = now(), ready_at = NULL,
                worker_id = 1 WHERE run_id = @run
            """, new { run });
        await GivenAsync("published by the lost attempt's neighbour", "dataset_version", version: 1, attempt: 1);
        await GivenAsync("of the lost attempt", "dataset_version", version: null, attempt: 1);
        await GivenAsync("model of the lost attempt", "model_version", version: null, attempt: 1);
        await GivenAsync("in progress", "dataset_version", version: null, attempt: 2);
        await GivenAsync("lost a moment ago", "dataset_version", version: null, attempt: 1, stagedDaysAgo: 0);
        await engine.ExecuteAsync(
            """
            INSERT INTO gate_verdict (dag_id, run_id, run_key, task_index, map_index, attempt, task_id, subject, verdict, checks, dataset_version_id, staged_at)
            SELECT 'mine', @run, 'r', 0, -1, 1, 'a', 'its dataset', 'pass', '[]', dataset_version_id, now() - interval '2 days' FROM dataset_version
            WHERE dataset = 'of the lost attempt'
            """, new { run });

        (await Pruner().PruneAsync(Token)).Staged.ShouldBe(3);

        (await engine.ScalarAsync<string>("SELECT string_agg(dataset, ', ' ORDER BY dataset) FROM dataset_version"))
            .ShouldBe("in progress, lost a moment ago, published by the lost attempt's neighbour");
        (await engine.ScalarAsync<long>("SELECT (SELECT count(*) FROM model_version) + (SELECT count(*) FROM gate_verdict)")).ShouldBe(0);
        (await ArtifactPruner().RunOnceAsync(Token)).ShouldBe(2);
        Contents().ShouldBe(["in progress", "lost a moment ago", "published by the lost attempt's neighbour"]);
    }

    private ArtifactPruner ArtifactPruner() =>
        new(new RetentionStore(engine.Data), store, TimeProvider.System, NullLogger<ArtifactPruner>.Instance);

    private Pruner Pruner() =>
        new(new RetentionStore(engine.Data), new SchedulerOptions { Name = "test", DagsFolder = "dags" }, NullLogger<Pruner>.Instance);

    /// <summary>An old artifact that a version refers to; the dataset or model is called by its content.</summary>
    private async Task GivenAsync(string content, string table, int? version, int attempt = 1, int stagedDaysAgo = 2)
    {
        var sha256 = await CommitAsync(content, isOld: true);
        var parameters = new { content, sha256, version, attempt, stagedDaysAgo, run };
        await engine.ExecuteAsync(
            table == "dataset_version"
                ? """
                  INSERT INTO dataset (dataset) VALUES (@content);
                  INSERT INTO dataset_version (dataset, version, published_at, sha256, bytes, row_count, partition, columns, profile, writer, dag_id, run_id,
                      run_key, task_index, map_index, attempt, task_id, staged_at)
                  VALUES (@content, @version, CASE WHEN @version IS NOT NULL THEN now() END, @sha256, 1, 1, '{}', '[]', '{}', 'test', 'mine', @run, 'r', 0, -1,
                      @attempt, 'a', now() - make_interval(days => @stagedDaysAgo));
                  """
                : """
                  INSERT INTO model (model) VALUES (@content);
                  INSERT INTO model_version (model, version, published_at, sha256, bytes, flavour, params, metrics, dag_version_id, dag_id, run_id, run_key,
                      task_index, map_index, attempt, task_id, staged_at)
                  SELECT @content, @version, CASE WHEN @version IS NOT NULL THEN now() END, @sha256, 1, 'linear', '{}', '{}', dag_version_id, 'mine', @run,
                      'r', 0, -1, @attempt, 'a', now() - make_interval(days => @stagedDaysAgo) FROM dag_run WHERE run_id = @run;
                  """,
            parameters);
    }

    private async Task<string> CommitAsync(string content, bool isOld)
    {
        var path = store.Stage();
        await File.WriteAllTextAsync(path, content, Token);
        var (sha256, _) = await store.CommitAsync(path, Token);
        if (isOld)
            File.SetLastWriteTimeUtc(await store.PathAsync(sha256, Token), Long);
        return sha256;
    }

    private IEnumerable<string> Contents() =>
        Directory.GetFiles(engine.Artifacts, "*", SearchOption.AllDirectories).Select(File.ReadAllText).Order(StringComparer.Ordinal);
}
