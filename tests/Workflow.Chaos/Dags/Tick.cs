using System.Globalization;

namespace Workflow.Chaos.Dags;

/// <summary>Runs by the clock, and makes up for what a downtime missed.</summary>
public sealed class Tick : IDag
{
    /// <summary>The time from one run to the next.</summary>
    internal const int Seconds = 3;

    public void Define(DagBuilder dag)
    {
        var start = Environment.GetEnvironmentVariable(Ledger.StartVariable)
            ?? throw new DagDefinitionException($"{Ledger.StartVariable} names no instant.");
        dag.Id("tick").Schedule(Every.Of(TimeSpan.FromSeconds(Seconds))).Catchup()
            .StartDate(DateTimeOffset.Parse(start, CultureInfo.InvariantCulture));
        dag.Task("tock", run => Ledger.WorkAsync(run, 50));
    }
}
