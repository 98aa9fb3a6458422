namespace Workflow.Chaos.Dags;

/// <summary>Waits without a worker, then takes the slots of a narrow pool.</summary>
public sealed class Waiter : IDag
{
    /// <summary>A pool of two slots.</summary>
    internal const string Pool = "narrow";

    internal const int Slots = 2;

    public void Define(DagBuilder dag)
    {
        dag.Id("waiter");
        var time = dag.WaitUntil("time", run => run.RunAfter.AddSeconds(2));
        var third = dag.WaitFor("third", run => Task.FromResult(run.Attempt > 2), TimeSpan.FromSeconds(1));
        var list = dag.Task("list", async run =>
        {
            await Ledger.WorkAsync(run, 50);
            return new[] { 1, 2, 3, 4 };
        }).After(time, third);
        var narrow = dag.Map("narrow", list, async (TaskContext run, int item) =>
        {
            await Ledger.WorkAsync(run, 300);
            return item;
        }).Pool(Pool);
        dag.Task("last", narrow, async (run, items) =>
        {
            await Ledger.WorkAsync(run, 50);
            return items.Count;
        });
    }
}
