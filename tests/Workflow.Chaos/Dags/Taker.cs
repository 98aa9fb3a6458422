namespace Workflow.Chaos.Dags;

/// <summary>Runs for each change of what <see cref="Maker"/> makes.</summary>
public sealed class Taker : IDag
{
    public void Define(DagBuilder dag)
    {
        dag.Id("taker").Schedule(OnDatasets.Of(Dataset.Named("chaos.made")));
        dag.Task("take", async run =>
        {
            await Ledger.WorkAsync(run, 50);
            return (await run.TriggeringDatasetsAsync()).Count;
        });
    }
}
