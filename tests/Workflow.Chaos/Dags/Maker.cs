namespace Workflow.Chaos.Dags;

/// <summary>Makes a version of a dataset in the worker, and one in a process of its own.</summary>
public sealed class Maker : IDag
{
    internal const string Dataset = "chaos.made";

    internal const string IsolatedDataset = "chaos.made_alone";

    public void Define(DagBuilder dag)
    {
        dag.Id("maker").OnSuccess(Ledger.CallAsync);
        var made = dag.Task("make", async run =>
        {
            var version = await run.Datasets.GenerateAsync("SELECT i FROM range(100) AS r (i)", Dataset);
            await Ledger.WorkAsync(run, 400);
            return version;
        });
        var alone = dag.Task("alone", made, async (run, version) =>
        {
            var second = await run.Datasets.GenerateAsync("SELECT i FROM range(200) AS r (i)", IsolatedDataset);
            await Ledger.WorkAsync(run, 400);
            return second.Rows + version.Rows;
        }).Isolated();
        dag.Task("rows", alone, async (run, rows) =>
        {
            await Ledger.WorkAsync(run, 50);
            return rows;
        });
    }
}
