using Microsoft.Extensions.DependencyInjection;
using Workflow.Postgres.Effects;
using Workflow.Runs;

namespace Workflow.Dashboard.Tests;

/// <summary>What tests of data share: a server of its own for each, since claims know no DAG, and attempts that stage.</summary>
/// <param name="dagId">The DAG.</param>
/// <param name="taskId">Its one task.</param>
public abstract class DataTest(string dagId = "taxi", string taskId = "make") : IAsyncLifetime
{
    protected static readonly string Sha = new('a', 64);
    private long worker;

    protected DashboardServer Server { get; private set; } = null!;

    protected EffectStore Effects { get; private set; } = null!;

    public virtual async ValueTask InitializeAsync()
    {
        Server = await DashboardServer.StartAsync(services: Add);
        Effects = new EffectStore(Server.Database.DataSource);
        worker = await Server.Given.WorkerAsync("w");
        await Server.Given.DagAsync(dagId, new([Given.Task(0, taskId)]));
    }

    public virtual ValueTask DisposeAsync() => Server.DisposeAsync();

    /// <summary>Adds to the server's services.</summary>
    protected virtual void Add(IServiceCollection services)
    {
    }

    /// <summary>Begins an attempt of a run of its own.</summary>
    protected async Task<AttemptSource> StartAsync(string runKey)
    {
        var runId = await Server.Given.RunAsync(dagId, runKey);
        return new AttemptSource((await Server.Given.ClaimAsync(worker)).Single(task => task.Key.RunId == runId), taskId);
    }

    /// <summary>Ends an attempt, with success unless said otherwise, and publishes what it staged.</summary>
    protected Task FinishAsync(AttemptSource source, TaskOutcome? outcome = null) =>
        Server.Given.FinishAsync(worker, source.Task, outcome ?? new TaskOutcome.Succeeded(null), hasEffects: true);
}
