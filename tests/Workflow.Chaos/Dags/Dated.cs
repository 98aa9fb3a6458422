namespace Workflow.Chaos.Dags;

/// <summary>A schedule of the past, which only a backfill runs.</summary>
public sealed class Dated : IDag
{
    public void Define(DagBuilder dag)
    {
        dag.Id("dated").Schedule(Cron.Of("0 2 * * *")).EndDate(new DateTimeOffset(2021, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var first = dag.Task("first", async run =>
        {
            await Ledger.WorkAsync(run, 100);
            return 1;
        });
        dag.Task("second", first, (run, _) => Ledger.WorkAsync(run, 100));
    }
}
