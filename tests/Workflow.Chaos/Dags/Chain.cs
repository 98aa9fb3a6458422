namespace Workflow.Chaos.Dags;

public sealed class Chain : IDag
{
    public void Define(DagBuilder dag)
    {
        dag.Id("chain").OnSuccess(Ledger.CallAsync);
        var last = dag.Task("one", async run =>
        {
            await Ledger.WorkAsync(run, 100);
            return 1;
        });
        foreach (var name in new[] { "two", "three", "four", "five" })
        {
            last = dag.Task(name, last, async (run, before) =>
            {
                await Ledger.WorkAsync(run, 100);
                return before + 1;
            });
        }
    }
}
