using Microsoft.Extensions.Logging.Abstractions;
using Workflow.Scheduler.Services;
using Workflow.Testing.Running;

namespace Workflow.Scheduler.Tests.Services;

public sealed class RunCreatorTests : IAsyncLifetime
{
    private TestEngine engine = null!;

    public async ValueTask InitializeAsync() => engine = await TestEngine.CreateAsync();

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Fact]
    public async Task Create_ADagThatCannotRunBySchedule_DoesNotHoldUpTheOthers()
    {
        await SaveAsync("wants", """dag.RequiredParam<string>("month");""");
        await SaveAsync("fine", "");
        await engine.ExecuteAsync("UPDATE dag SET next_fire_at = date_trunc('hour', now()) - CASE dag_id WHEN 'wants' THEN interval '1 hour' ELSE interval '0' END");

        var created = await new RunCreator(engine.Dags, engine.Runs, NullLogger<RunCreator>.Instance).RunOnceAsync(TestContext.Current.CancellationToken);

        created.ShouldBe(1);
        (await engine.ScalarAsync<string>("SELECT string_agg(dag_id, ',') FROM dag_run")).ShouldBe("fine");
        (await engine.ScalarAsync<bool>("SELECT bool_and(next_fire_at > now()) FROM dag")).ShouldBeTrue();
    }

    private Task<string> SaveAsync(string id, string body) => engine.SaveAsync($$"""
        public sealed class Test : IDag
        {
            public void Define(DagBuilder dag)
            {
                dag.Id("{{id}}").Schedule(Cron.Of("0 * * * *"));
                {{body}}
                dag.Task("a", _ => Task.CompletedTask);
            }
        }
        """);
}
