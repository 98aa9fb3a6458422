namespace Workflow.Chaos.Dags;

public sealed class Fan : IDag
{
    public void Define(DagBuilder dag)
    {
        dag.Id("fan").OnSuccess(Ledger.CallAsync);
        var list = dag.Task("list", async run =>
        {
            await Ledger.WorkAsync(run, 50);
            return Enumerable.Range(1, 10).ToArray();
        });
        var squares = dag.Map("square", list, async (TaskContext run, int item) =>
        {
            await Ledger.WorkAsync(run, 100);
            return item * item;
        });
        dag.Task("sum", squares, async (run, items) =>
        {
            await Ledger.WorkAsync(run, 50);
            return items.Sum();
        });
    }
}
