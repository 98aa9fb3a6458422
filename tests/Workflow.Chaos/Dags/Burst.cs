namespace Workflow.Chaos.Dags;

/// <summary>Many tasks that take no time: they end faster than they can be handed in.</summary>
public sealed class Burst : IDag
{
    public void Define(DagBuilder dag)
    {
        dag.Id("burst");
        var list = dag.Task("list", run =>
        {
            Ledger.Pass(run);
            return Task.FromResult(Enumerable.Range(0, 200).ToArray());
        });
        var each = dag.Map("each", list, (TaskContext run, int item) =>
        {
            Ledger.Pass(run);
            return Task.FromResult(item);
        });
        dag.Task("count", each, (run, items) =>
        {
            Ledger.Pass(run);
            return Task.FromResult(items.Count);
        });
    }
}
