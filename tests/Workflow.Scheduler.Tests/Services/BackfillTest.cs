using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Workflow.Postgres.Backfills;
using Workflow.Postgres.Runs;
using Workflow.Postgres.Steps;
using Workflow.Runs;
using Workflow.Scheduler.Services;
using Workflow.Testing.Running;

namespace Workflow.Scheduler.Tests.Services;

/// <summary>Backfills on real PostgreSQL. No worker runs; the test is the worker.</summary>
public abstract class BackfillTest : IAsyncLifetime
{
    protected const string Daily = """dag.Schedule(Cron.Of("0 2 * * *"));""";

    protected static readonly DateTimeOffset First = new(2020, 1, 1, 2, 0, 0, TimeSpan.Zero);

    private long worker;

    protected TestEngine Engine { get; private set; } = null!;

    protected BackfillStore Store { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Engine = await TestEngine.CreateAsync();
        Store = new BackfillStore(Engine.Data);
        worker = await Engine.Workers.RegisterAsync("one", [], 1000, "test", default);
    }

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>A backfill of so many days from <see cref="First"/> on.</summary>
    protected async Task<long> GivenBackfillAsync(
        string dagId, int days, ReprocessBehavior reprocess = ReprocessBehavior.None, int maxActiveRuns = 10, bool backwards = false,
        JsonObject? conf = null)
    {
        var dates = Enumerable.Range(0, days).Select(day => new BackfillDate(First.AddDays(day), First.AddDays(day - 1)));
        var backfill = new NewBackfill(
            dagId, First, First.AddDays(days - 1), reprocess, maxActiveRuns, backwards, conf ?? [], "ada");
        return (await Store.CreateAsync(backfill, [.. backwards ? dates.Reverse() : dates], default)).ShouldNotBeNull();
    }

    /// <summary>A run of the schedule that stands for a day.</summary>
    protected async Task<long> GivenRunAsync(string dagId, int day, RunType type = RunType.Scheduled) =>
        (await Engine.Runs.CreateAsync(
            new NewRun(dagId, $"{type.Name()}__{day}", type, [], "schedule", First.AddDays(day), First.AddDays(day - 1)),
            default)).ShouldNotBeNull();

    protected BackfillSteps Steps() => new(Engine.Data, new GraphCache(Engine.Data));

    /// <summary>A turn of a scheduler of its own.</summary>
    protected Task<int> TurnAsync() => new Backfiller(Steps(), NullLogger<Backfiller>.Instance).RunOnceAsync(default);

    protected async Task<IReadOnlyList<ClaimedTask>> ClaimAsync(int slots = 1000) =>
        (await Engine.Queue.StepAsync([], new ClaimRequest(worker, [], slots), default)).Claimed;

    protected Task EndAsync(ClaimedTask task, TaskOutcome? outcome = null) =>
        Engine.Queue.StepAsync([new FinishedAttempt(task, worker, outcome ?? new TaskOutcome.Succeeded(null))], null, default);

    /// <summary>Ends everything that can be claimed.</summary>
    protected async Task WorkAsync(TaskOutcome? outcome = null)
    {
        foreach (var task in await ClaimAsync())
            await EndAsync(task, outcome);
    }

    /// <summary>For each date in its order what came of it, and the state of its run, such as <c>created:running</c>.</summary>
    protected Task<string> DatesAsync(long id) => Engine.ScalarAsync<string>(
        """
        SELECT string_agg(concat_ws(':', n.outcome, r.state), ' ' ORDER BY n.number)
        FROM backfill_run n LEFT JOIN dag_run r ON r.run_id = n.run_id WHERE n.backfill_id = @id
        """,
        new { id });

    protected Task<string> StateAsync(long id) =>
        Engine.ScalarAsync<string>("SELECT state FROM backfill WHERE backfill_id = @id", new { id });

    protected static TaskOutcome Failure => new TaskOutcome.Failed("no", Retryable: false);
}
