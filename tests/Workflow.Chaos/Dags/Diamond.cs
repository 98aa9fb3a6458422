namespace Workflow.Chaos.Dags;

/// <summary>A side of it fails twice; the attempts that are lost come on top.</summary>
public sealed class Diamond : IDag
{
    public void Define(DagBuilder dag)
    {
        dag.Id("diamond");
        var top = dag.Task("top", async run =>
        {
            await Ledger.WorkAsync(run, 100);
            return 20;
        });
        var left = dag.Task("left", top, async (run, value) =>
        {
            await Ledger.WorkAsync(run, 200);
            return run.Attempt > 2 ? value + 1 : throw new InvalidOperationException($"Attempt {run.Attempt} fails.");
        }).Retries(2, Backoff.Constant(TimeSpan.FromMilliseconds(200))).OnRetry(Ledger.CallAsync).OnSuccess(Ledger.CallAsync);
        var right = dag.Task("right", top, async (run, value) =>
        {
            await Ledger.WorkAsync(run, 400);
            return value + 1;
        });
        dag.Task("join", left, right, async (run, one, two) =>
        {
            await Ledger.WorkAsync(run, 100);
            return one + two;
        });
    }
}
