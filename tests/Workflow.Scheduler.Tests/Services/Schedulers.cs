using Microsoft.Extensions.Logging.Abstractions;
using Workflow.Postgres.Contracts;
using Workflow.Postgres.Dags;
using Workflow.Postgres.Events;
using Workflow.Postgres.Schedulers;
using Workflow.Postgres.Steps;
using Workflow.Scheduler;
using Workflow.Scheduler.Services;
using Workflow.Testing.Running;

namespace Workflow.Scheduler.Tests.Services;

/// <summary>What several schedulers on one database have: services of their own.</summary>
internal static class Schedulers
{
    public static ScheduleStore Schedules(this TestEngine engine) => new(engine.Data);

    public static DatasetEventStore Events(this TestEngine engine) => new(engine.Data, new GraphCache(engine.Data));

    public static RunCreator Creator(this TestEngine engine) => new(
        engine.Schedules(), engine.Dags, engine.Runs, new FireAlarm(engine.Schedules(), TimeProvider.System),
        NullLogger<RunCreator>.Instance);

    public static DatasetTrigger Trigger(this TestEngine engine) => new(engine.Events(), NullLogger<DatasetTrigger>.Instance);

    /// <summary>A loader of a DAG folder, as a scheduler of its own has it.</summary>
    public static DagLoader Loader(this TestEngine engine, string folder, string name = "test")
    {
        var options = new SchedulerOptions { Name = name, DagsFolder = folder };
        return new DagLoader(
            engine.Dags, new ContractStore(engine.Data), new FireAlarm(engine.Schedules(), TimeProvider.System),
            new FolderSay(new SchedulerStore(engine.Data), options, NullLogger<FolderSay>.Instance), options, TimeProvider.System,
            NullLogger<DagLoader>.Instance);
    }

    /// <summary>Stores a DAG of one task.</summary>
    /// <param name="define">What else its definition says of <c>dag</c>.</param>
    /// <param name="more">Other classes of its file.</param>
    public static Task<string> DagAsync(this TestEngine engine, string id, string define, string more = "") => engine.SaveAsync($$"""
        using System.Threading;

        public sealed class Test : IDag
        {
            public void Define(DagBuilder dag)
            {
                dag.Id("{{id}}");
                {{define}}
                dag.Task("a", _ => Task.CompletedTask);
            }
        }

        {{more}}
        """);

    /// <summary>
    /// The logical dates of a DAG's runs in the order of their creation, as offsets from a whole hour such as <c>-2h</c>.
    /// </summary>
    public static Task<string> HoursAsync(this TestEngine engine, string dagId) => engine.ScalarAsync<string>(
        """
        SELECT coalesce(string_agg(round(extract(epoch FROM logical_date - date_trunc('hour', now())) / 3600) || 'h', ' ' ORDER BY run_id), '')
        FROM dag_run WHERE dag_id = @dagId
        """,
        new { dagId });

    /// <summary>Makes a DAG due since so many whole hours.</summary>
    public static Task DueSinceAsync(this TestEngine engine, string dagId, int hours) => engine.ExecuteAsync(
        "UPDATE dag SET next_fire_at = date_trunc('hour', now()) - make_interval(hours => @hours) WHERE dag_id = @dagId",
        new { dagId, hours });

    public static Task<bool> IsWaitingAsync(this TestEngine engine, string dagId) =>
        engine.ScalarAsync<bool>("SELECT next_fire_at > now() FROM dag WHERE dag_id = @dagId", new { dagId });
}
