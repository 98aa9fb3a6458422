using Workflow.Core.Tests.Authoring;
using Workflow.Graphs;

namespace Workflow.Core.Tests.Graphs;

public sealed class DriftGateTests
{
    private static readonly Reference June = Reference.Version("trips", "month=2019-06");

    [Fact]
    public void DriftGate_AllSaid_IsInTheSettings()
    {
        var settings =
            Settings(gate => gate.Against(Reference.Rolling(3, "month")).Columns("a", "b").Method(DriftMethod.Psi)
                .Method("a", DriftMethod.Ks)
            .Methods(numbers: DriftMethod.Wasserstein).Threshold(0.2).Share(0.3).MinSamples(50).Windows(2, of: 3).Severity(Severity.Warn));

        (settings.Against.Windows, settings.Against.Along).ShouldBe((3, "month"));
        settings.Columns.ShouldBe(["a", "b"]);
        (settings.Method, settings.OfNumbers, settings.OfCategories, settings.OfColumns["a"]).ShouldBe(
            (DriftMethod.Psi, DriftMethod.Wasserstein, null, DriftMethod.Ks));
        (settings.Threshold, settings.Share, settings.MinSamples).ShouldBe((0.2, 0.3, 50));
        (settings.DriftedWindows, settings.OfWindows, settings.Severity).ShouldBe((2, 3, Severity.Warn));
    }

    /// <remarks>
    /// Each is one change: all must differ from each other, or a run would go on with other rules than those of its version.
    /// </remarks>
    [Fact]
    public void Hash_AnyOneChange_Differs()
    {
        List<Action<DriftGate>> variants =
        [
            gate => gate.Against(June), gate => gate.Against(Reference.Version("trips", "month=2019-07")), gate =>
            gate.Against(Reference.Version("trips", 6)),
            gate => gate.Against(Reference.Rolling(3, "month")), gate => gate.Against(Reference.Rolling(3, "day")),
            gate => gate.Against(Reference.ChampionTraining("fare")), gate =>
                gate.Against(Reference.ChampionTraining("fare", "challenger")),
            gate => gate.Against(June).Columns("a"), gate => gate.Against(June).Method(DriftMethod.Psi), gate => gate.Against(June)
                .Method("a", DriftMethod.Psi),
            gate => gate.Against(June).Methods(numbers: DriftMethod.Psi), gate => gate.Against(June).Share(0.1), gate => gate.Against(June)
                .Threshold(0.1),
            gate => gate.Against(June).MinSamples(7), gate => gate.Against(June).Windows(1, of: 2), gate => gate.Against(June)
                .Severity(Severity.Warn),
            gate => gate.Against(June).AllowUndecided(),
        ];

        variants.GroupBy(variant => Dag(variant).Hash).Where(same => same.Count() > 1).ShouldBeEmpty();
    }

    [Fact]
    public void Version_Slice_ReadsItsKeys()
    {
        var reference = Reference.Version("trips", "region=north, month=2019-06");

        reference.Slice.ShouldBe(new Dictionary<string, string> { ["month"] = "2019-06", ["region"] = "north" }, ignoreOrder: true);
        reference.ToString().ShouldBe("trips month=2019-06,region=north");
    }

    [Fact]
    public void DriftGate_WhatMakesNoSense_IsRefused()
    {
        List<(Action<DriftGate> Define, string Reason)> wrong =
        [
            (_ => { }, "nothing to compare with"),
            (gate => gate.Share(0), "share"),
            (gate => gate.Share(double.NaN), "share"),
            (gate => gate.Threshold(-1), "threshold"),
            (gate => gate.Threshold(double.NaN), "threshold"),
            (gate => gate.MinSamples(0), "at least one sample"),
            (gate => gate.Severity(Severity.Quarantine), "sets no rows aside"),
            (gate => gate.Windows(3, of: 2), "3 of 2"),
            (gate => gate.Windows(0, of: 2), "0 of 2"),
            (gate => gate.Against(Reference.Version("trips", 0)), "count from 1"),
            (gate => gate.Against(Reference.Version("trips", "June")), "month=2019-06"),
            (gate => gate.Against(Reference.Version("trips", "")), "Name a slice"),
            (gate => gate.Against(Reference.Rolling(0, "month")), "at least one window"),
        ];

        foreach (var (define, reason) in wrong)
            Should.Throw<DagDefinitionException>(() => Dag(define)).Message.ShouldContain(reason);
    }

    private static DriftGateSettings Settings(Action<DriftGate> define) =>
        Dag(define).Code.Select(task => task.Spec).OfType<DriftGateSpec>().Single().Drift;

    private static DagDefinition Dag(Action<DriftGate> define) => DagDefinition.From(new Described(dag =>
    {
        dag.Id("drifting");
        dag.DriftGate("drift", dag.Task("raw", _ => Task.FromResult<DatasetVersion>(null!)), define);
    }));
}
