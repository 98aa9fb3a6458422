using Workflow.Graphs;

namespace Workflow.Data.Tests;

/// <summary>The checks of a gate, as an author writes them.</summary>
internal static class GateChecks
{
    public static IReadOnlyList<DataCheck> Of(Action<QualityGate> define) =>
        DagDefinition.From(new Gated(define)).Code.Select(code => code.Spec).OfType<QualityGateSpec>().Single().Checks;

    private sealed class Gated(Action<QualityGate> define) : IDag
    {
        public void Define(DagBuilder dag)
        {
            dag.Id("gated");
            dag.Gate("gate", dag.Task("rows", _ => Task.FromResult<DatasetVersion>(null!)), define);
        }
    }
}
