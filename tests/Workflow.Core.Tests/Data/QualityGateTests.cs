using System.Text.Json;
using System.Text.Json.Serialization;
using Workflow.Graphs;

namespace Workflow.Core.Tests.Data;

public sealed class QualityGateTests
{
    private static readonly JsonSerializerOptions Canonical = new() { Converters = { new JsonStringEnumConverter() } };

    [Fact]
    public void Serialize_CheckOfTheFirstKinds_IsAsItWasWhenTheyWereAll() => JsonSerializer.Serialize(
        new QualityGateSpec([new DataCheck(CheckKind.Between, "x", 0, 1, Mostly: 0.9)], new GateOptions()).Settings, Canonical).ShouldBe(
        """[{"Kind":"Between","Column":"x","Minimum":0,"Maximum":1,"Values":null,"Mostly":0.9,"Severity":"Block"}]""");

    [Fact]
    public void Serialize_BoundsOfTimes_AreThoseOfUtcWhateverTheirKind()
    {
        var time = new DateTime(2024, 1, 31, 12, 0, 0, DateTimeKind.Utc);
        var local = time.ToLocalTime();

        var texts = new[] { time, local, DateTime.SpecifyKind(time, DateTimeKind.Unspecified) }
            .Select(bound => JsonSerializer.Serialize(Checks(gate => gate.MinBetween("x", bound, null)), Canonical)).Distinct();

        texts.ShouldHaveSingleItem().ShouldContain("\"Earliest\":\"2024-01-31T12:00:00Z\"");
        JsonSerializer.Deserialize<DataCheck[]>(texts.First(), Canonical)![0].Earliest.ShouldBe(time);
    }

    [Fact]
    public void Define_WithOneBoundOnly_LeavesTheOtherOpen()
    {
        var checks = Checks(gate => gate.Between("x", 0, null).Between("x", null, 9).RowCount(100, with => with.Where("x > 1")));

        checks.Select(check => (check.Minimum, check.Maximum)).ShouldBe([(0, null), (null, 9), (100, long.MaxValue)]);
        checks[2].Policy.ShouldNotBeNull();
    }

    [Fact]
    public void Define_TableCheckWithBoundsTheWrongWay_NamesNoColumn() =>
        Should.Throw<DagDefinitionException>(() => Checks(gate => gate.RowCount(100, 50))).Message
            .ShouldBe("RowCount: the minimum 100 is above the maximum 50.");

    [Fact]
    public void Hash_GateThatDoesMore_IsAnother()
    {
        var hashes = new[] { "", "mask", "into", "hold", "learnt" }.Select(what => Hash(gate => _ = what switch
        {
            "mask" => gate.NotNull("x").MaskColumns("x"),
            "into" => gate.NotNull("x").Into("good"),
            "hold" => gate.NotNull("x").HoldBatches(),
            "learnt" => gate.NotNull("x").Learnt(),
            _ => gate.NotNull("x"),
        })).Append(Hash(gate => gate.NotNull("x", with => with.Where("x > 1"))))
            .Append(Hash(gate => gate.NotNull("x", with => with.Where("x > 2"))));

        hashes.Distinct().Count().ShouldBe(7);
    }

    [Theory]
    [InlineData(Severity.Block, false, false, Verdict.Fail, false)]
    [InlineData(Severity.Block, true, false, Verdict.Fail, false)]
    [InlineData(Severity.Block, false, true, Verdict.Fail, true)]
    [InlineData(Severity.Quarantine, false, false, Verdict.Fail, true)]
    [InlineData(Severity.Quarantine, true, false, Verdict.Pass, false)]
    [InlineData(Severity.Warn, false, true, Verdict.Pass, false)]
    public void Verdict_OfAFailingCheck_FollowsItsSeverity(Severity severity, bool hasRows, bool holdsBatches, Verdict verdict, bool isHeld)
    {
        var found = GateVerdict.Of("s", [Failing(severity, hasRows)]);

        (found.Verdict, found.IsHeld(holdsBatches)).ShouldBe((verdict, isHeld));
    }

    [Fact]
    public void Verdict_OneThatBlocksBesideOneThatHolds_FailsAndIsNotHeld() =>
        GateVerdict.Of("s", [Failing(Severity.Block, false), Failing(Severity.Quarantine, false)]).IsHeld(holdsBatches: false)
        .ShouldBeFalse();

    [Fact]
    public void Add_WhatCannotBe_IsRefusedAtItsDefinition()
    {
        Refused(gate => gate.KlDivergenceBelow("x", new DataPartition { Values = ["a"], Weights = [0.5] }, 1)).ShouldContain("add up to 1");
        Refused(gate => gate.KlDivergenceBelow("x", new DataPartition { Edges = [1, 1], Weights = [1] }, 1)).ShouldContain("ascend");
        Refused(gate => gate.KlDivergenceBelow("x", new DataPartition { Weights = [1] }, 1)).ShouldContain("either values or edges");
        Refused(gate => gate.MatchesRegex("x", "a", mostly: 2)).ShouldContain("mostly");
        Refused(gate => gate.MeanBetween("x", 2, 1)).ShouldContain("above");
        Refused(gate => gate.Between("x", new DateTime(2024, 2, 1), new DateTime(2024, 1, 1))).ShouldContain("is after the latest");
        Refused(gate => gate.MinBetween("x", (DateTime?)null, null)).ShouldContain("give the earliest time, the latest, or both");
        Refused(gate => gate.MatchesJsonSchema("x", "{\"type\": \"text\"}")).ShouldContain("got 'text'");
        Refused(gate => gate.NotNull("x", with => with.Where(" "))).ShouldContain("Where");
        Refused(gate => gate.NotNull("x", with => with.Slice())).ShouldContain("Slice");
        Refused(_ => { }).ShouldContain("has no checks");
    }

    private static string Refused(Action<QualityGate> define) => Should.Throw<DagDefinitionException>(() => Hash(define)).Message;

    private static CheckResult Failing(Severity severity, bool hasRows) =>
        new("c", null, Verdict.Fail, severity, null, "", 1, hasRows ? 1 : null, [], "") { HasRows = hasRows };

    private static IReadOnlyList<DataCheck> Checks(Action<QualityGate> define) =>
        DagDefinition.From(new Gated(define)).Code.Select(code => code.Spec).OfType<QualityGateSpec>().Single().Checks;

    private static string Hash(Action<QualityGate> define) => DagDefinition.From(new Gated(define)).Hash;

    private sealed class Gated(Action<QualityGate> define) : IDag
    {
        public void Define(DagBuilder dag)
        {
            dag.Id("gated");
            dag.Gate("gate", dag.Task("rows", _ => Task.FromResult<DatasetVersion>(null!)), define);
        }
    }
}
