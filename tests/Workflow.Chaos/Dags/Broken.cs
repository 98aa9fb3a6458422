namespace Workflow.Chaos.Dags;

/// <summary>Fails as a whole, each time in the same way.</summary>
public sealed class Broken : IDag
{
    public void Define(DagBuilder dag)
    {
        dag.Id("broken").OnFailure(Ledger.CallAsync);
        var first = dag.Task("first", async run =>
        {
            await Ledger.WorkAsync(run, 50);
            return 1;
        });
        dag.Task("beside", first, (run, _) => Ledger.WorkAsync(run, 100));
        var fails = dag.Task("fails", first, async (run, value) =>
        {
            await Ledger.WorkAsync(run, 100);
            return value > 1 ? value : throw new InvalidOperationException("It fails each time.");
        }).Retries(1, Backoff.Constant(TimeSpan.FromMilliseconds(200))).OnFailure(Ledger.CallAsync);
        dag.Task("after", fails, (run, _) => Ledger.WorkAsync(run, 50));
    }
}
