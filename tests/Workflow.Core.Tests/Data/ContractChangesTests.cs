using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Workflow.Contracts;

namespace Workflow.Core.Tests.Data;

/// <summary>The rules of compatibility as a table, and what must hold of any two contracts.</summary>
public sealed class ContractChangesTests
{
    private const BreakDirection Nobody = BreakDirection.None;
    private const BreakDirection Backward = BreakDirection.Backward;
    private const BreakDirection Forward = BreakDirection.Forward;
    private const BreakDirection Both = Backward | Forward;

    private static readonly Compatibility[] Levels = Enum.GetValues<Compatibility>();

    [Theory]
    // From, to: what holds every value, as lossless conversions go.
    [InlineData("INTEGER", "BIGINT", Forward)]
    [InlineData("BIGINT", "INTEGER", Backward)]
    [InlineData("INTEGER", "DOUBLE", Forward)]
    [InlineData("BIGINT", "DOUBLE", Both)]
    [InlineData("SMALLINT", "FLOAT", Forward)]
    [InlineData("INTEGER", "FLOAT", Both)]
    [InlineData("FLOAT", "DOUBLE", Forward)]
    [InlineData("UINTEGER", "BIGINT", Forward)]
    [InlineData("UINTEGER", "INTEGER", Both)]
    [InlineData("INTEGER", "UBIGINT", Both)]
    [InlineData("DECIMAL(10,2)", "DECIMAL(12,3)", Forward)]
    [InlineData("DECIMAL(10,2)", "DECIMAL(10,3)", Both)]
    [InlineData("INTEGER", "DECIMAL(10,0)", Forward)]
    [InlineData("INTEGER", "DECIMAL(9,0)", Both)]
    [InlineData("DECIMAL(10,2)", "DOUBLE", Both)]
    [InlineData("DATE", "TIMESTAMP", Forward)]
    [InlineData("TIMESTAMP_S", "TIMESTAMP", Forward)]
    [InlineData("TIMESTAMP", "TIMESTAMP WITH TIME ZONE", Both)]
    [InlineData("INTEGER", "VARCHAR", Both)]
    public void Between_Types_BreaksWhereValuesDoNotFit(string old, string now, BreakDirection expected) =>
        Breaks(One(old), One(now)).ShouldBe(expected);

    public static TheoryData<string, DataContract, DataContract, BreakDirection> Table => new()
    {
        { "an optional column more", Of(), Of(("y", null)), Nobody },
        { "a required column more", Of(), Of(("y", column => column.Required())), Backward },
        { "an optional column less", Of(("y", null)), Of(), Nobody },
        { "a required column less", Of(("y", column => column.Required())), Of(), Forward },
        { "an optional column renamed", Of(("y", null)), Of(("z", null)), Nobody },
        { "a required column renamed", Of(("y", column => column.Required())), Of(("z", column => column.Required())), Both },
        { "an optional column more where extras were allowed", Open(), Open(("y", null)), Backward },
        { "an optional column less where extras are allowed", Open(("y", null)), Open(), Forward },
        { "required", Of(("y", null)), Of(("y", column => column.Required())), Backward },
        { "no longer required", Of(("y", column => column.Required())), Of(("y", null)), Forward },
        { "values more", Of(("y", column => column.OneOf("1"))), Of(("y", column => column.OneOf("1", "2"))), Forward },
        { "values fewer", Of(("y", column => column.OneOf("1", "2"))), Of(("y", column => column.OneOf("1"))), Backward },
        { "values other", Of(("y", column => column.OneOf("1"))), Of(("y", column => column.OneOf("2"))), Both },
        { "values for the first time", Of(("y", null)), Of(("y", column => column.OneOf("1"))), Backward },
        { "any value again", Of(("y", column => column.OneOf("1"))), Of(("y", null)), Forward },
        { "the same values in another order", Of(("y", column => column.OneOf("1", "2"))), Of(("y", column => column.OneOf("2", "1"))),
            Nobody },
        { "a wider range", Of(("y", column => column.Between(0, 1))), Of(("y", column => column.Between(0, 2))), Forward },
        { "a narrower range", Of(("y", column => column.Between(0, 2))), Of(("y", column => column.AtMost(1).AtLeast(0))), Backward },
        { "a range that moved", Of(("y", column => column.Between(0, 2))), Of(("y", column => column.Between(1, 3))), Both },
        { "a bound less", Of(("y", column => column.Between(0, 2))), Of(("y", column => column.AtLeast(0))), Forward },
        { "another unit", Of(("y", column => column.Unit("km"))), Of(("y", column => column.Unit("mile"))), Both },
        { "a first unit", Of(("y", null)), Of(("y", column => column.Unit("km"))), Nobody },
        { "no unit any more", Of(("y", column => column.Unit("km"))), Of(("y", null)), Both },
        { "a stricter class", Of(("y", null)), Of(("y", column => column.PersonalData(PersonalData.Personal))), Nobody },
        {
            "a less strict class", Of(("y", column => column.PersonalData(PersonalData.Sensitive))),
            Of(("y", column => column.PersonalData(PersonalData.Personal))), BreakDirection.Protection
        },
        { "another meaning", Of(("y", column => column.Meaning("a"))), Of(("y", column => column.Meaning("b"))), Nobody },
        { "a first key", Keyed("x"), Keyed("x") with { Key = ["x"] }, Backward },
        { "no key any more", Keyed("x") with { Key = ["x"] }, Keyed("x"), Forward },
        { "a key of fewer columns", Keyed("x", "y") with { Key = ["x", "y"] }, Keyed("x", "y") with { Key = ["x"] }, Backward },
        { "a key of more columns", Keyed("x", "y") with { Key = ["x"] }, Keyed("x", "y") with { Key = ["x", "y"] }, Forward },
        { "another key", Keyed("x", "y") with { Key = ["x"] }, Keyed("x", "y") with { Key = ["y"] }, Both },
        { "another owner", Of(), Of() with { Owner = "you" }, Nobody },
        { "another licence", Of(), Of() with { Licence = "MIT" }, Nobody },
        { "extra columns allowed", Of(), Open(), Nobody },
        { "another level", Of(), Of() with { Compatibility = Compatibility.None }, Nobody },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void Between_AChange_BreaksWhomTheTableSays(string change, DataContract old, DataContract now, BreakDirection expected)
    {
        Breaks(old, now).ShouldBe(expected, change);
        foreach (var found in ContractChanges.Between(old, now))
            (found.Remedy.Length > 0).ShouldBe(found.Breaks != Nobody, change);
    }

    [Fact]
    public void Between_ContractsOfOtherLevelsAndClasses_NamesThemAsTheApiDoes()
    {
        var old = Of(("y", null)) with { Compatibility = Compatibility.Backward };
        var now = Of(("y", column => column.PersonalData(PersonalData.Personal))) with { Compatibility = Compatibility.BackwardTransitive };

        ContractChanges.Between(old, now).Select(change => change.ToString()).ShouldBe(
            ["personal data of 'y' changed: none → personal", "the compatibility changed: backward → backward_transitive"],
            ignoreOrder: true);
    }

    [Theory]
    [InlineData(Compatibility.None, "")]
    [InlineData(Compatibility.Backward, "type")]
    [InlineData(Compatibility.Forward, "required")]
    [InlineData(Compatibility.Full, "type required")]
    public void Judge_OfChangesInBothDirections_RefusesThoseOfTheLevel(Compatibility level, string refused)
    {
        var old = Of(("a", column => column.Required()), ("b", null)) with { Compatibility = level };
        var now = DataContract.Of("d", contract => contract.Column("x", "INT").Column("a", "INT").Column("b", "SMALLINT"));

        var verdict = ContractRules.Judge(now, [new(4, old)]);

        string.Join(' ', verdict.Breaks.Select(found => found.Change.What).OrderDescending()).ShouldBe(refused);
        verdict.Breaks.ShouldAllBe(found => found.Version == 4);
        verdict.Level.ShouldBe(level);
    }

    [Fact]
    public void Judge_OfALoosenedLevelWithABreak_KeepsTheRegisteredLevel()
    {
        var verdict = ContractRules.Judge(One("VARCHAR") with { Compatibility = Compatibility.None }, [new(1, One("INTEGER"))]);

        verdict.IsCompatible.ShouldBeFalse();
    }

    [Fact]
    public void Judge_TransitiveLevel_LooksAtEveryVersion()
    {
        // Each step only takes away from what the last one said: the first version still holds what the third forbids.
        var history = new List<RegisteredContract>
        {
            new(1, Of(("y", column => column.Unit("km")))),
            new(2, Of()),
        };
        var proposed = Of(("y", column => column.Unit("mile")));

        ContractRules.Judge(proposed, history).IsCompatible.ShouldBeTrue();
        history[1] = new(2, Of() with { Compatibility = Compatibility.BackwardTransitive });
        ContractRules.Judge(proposed, history).Breaks.Select(found => (found.Version, found.Change.What)).ShouldBe([(1, "unit")]);
    }

    [Fact]
    public void Judge_LessStrictClass_IsRefusedAtEveryLevel()
    {
        foreach (var level in Levels)
        {
            var old = Of(("y", column => column.PersonalData(PersonalData.Personal))) with { Compatibility = level };
            ContractRules.Judge(Of(("y", null)), [new(1, old)]).IsCompatible.ShouldBeFalse($"{level}");
        }
    }

    [Fact]
    public void Judge_FirstContract_IsCompatible() => ContractRules.Judge(Of(), []).ShouldSatisfyAllConditions(
        verdict => verdict.IsCompatible.ShouldBeTrue(), verdict => verdict.Newest.ShouldBe(0), verdict =>
        verdict.IsUnchanged.ShouldBeFalse());

    [Fact]
    public void Judge_EqualContracts_AreCompatibleAtEveryLevel() => Prop.ForAll(Contracts, contract => Levels.All(level =>
    {
        var verdict = ContractRules.Judge(contract with { Compatibility = level }, [new(1, contract with { Compatibility = level })]);
        return verdict is { IsCompatible: true, IsUnchanged: true, Changes.Count: 0 };
    })).QuickCheckThrowOnFailure();

    [Fact]
    public void Judge_Full_IsBackwardAndForward() => Prop.ForAll(Contracts, Contracts, (old, now) =>
    {
        bool At(Compatibility level) => ContractRules.Judge(now, [new(1, old with { Compatibility = level })]).IsCompatible;
        return At(Compatibility.Full) == (At(Compatibility.Backward) && At(Compatibility.Forward))
            && (!At(Compatibility.Full) || At(Compatibility.None));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Between_TheOtherWayRound_BreaksTheOtherWayRound() => Prop.ForAll(Contracts, Contracts, (old, now) =>
    {
        // Naming a first unit and taking one away are no mirror images: the promise was made or it was not.
        static BreakDirection ButUnits(DataContract from, DataContract to) => ContractChanges.Between(from, to)
            .Where(change => change.What != "unit").Aggregate(Nobody, (all, change) => all | change.Breaks);
        var (there, back) = (ButUnits(old, now), ButUnits(now, old));
        return there.HasFlag(Backward) == back.HasFlag(Forward) && there.HasFlag(Forward) == back.HasFlag(Backward);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Judge_Transitive_IsNeverMoreLenient() => Prop.ForAll(Contracts, Contracts, Contracts, (first, second, proposed) =>
    {
        bool At(Compatibility level) =>
            ContractRules.Judge(proposed, [new(1, first), new(2, second with { Compatibility = level })]).IsCompatible;
        return (!At(Compatibility.BackwardTransitive) || At(Compatibility.Backward))
            && (!At(Compatibility.ForwardTransitive) || At(Compatibility.Forward))
            && (!At(Compatibility.FullTransitive) || At(Compatibility.Full));
    }).QuickCheckThrowOnFailure();

    private static Arbitrary<DataContract> Contracts
    {
        get
        {
            var column =
                from name in Gen.Elements("a", "b", "c")
                from type in Gen.Elements("INTEGER", "BIGINT", "DOUBLE")
                from required in Gen.Elements(true, false)
                from minimum in Gen.Elements<double?>(null, 0, 1)
                from values in Gen.Elements<IReadOnlyList<string>?>(null, ["1"], ["1", "2"])
                from unit in Gen.Elements(null, "km", "mile")
                select new ContractColumn(name, type) { Required = required, Minimum = minimum, Values = values, Unit = unit };
            var contract =
                from columns in column.NonEmptyListOf()
                from open in Gen.Elements(true, false)
                from keyed in Gen.Elements(true, false)
                let distinct = columns.DistinctBy(one => one.Name).ToList()
                let raw = new DataContract("d", distinct) { ExtraColumns = open, Key = keyed ? [distinct[0].Name] : [] }
                select DataContract.FromJson(raw.ToJson());
            return contract.ToArbitrary();
        }
    }

    private static BreakDirection Breaks(DataContract old, DataContract now) =>
        ContractChanges.Between(old, now).Aggregate(Nobody, (all, change) => all | change.Breaks);

    private static DataContract One(string type) => DataContract.Of("d", contract => contract.Column("x", type));

    private static DataContract Of(params (string Name, Action<ContractColumnBuilder>? Define)[] more) => DataContract.Of("d", contract =>
    {
        contract.Column("x", "INT");
        foreach (var (name, define) in more)
            contract.Column(name, "INT", define);
    });

    private static DataContract Open(params (string Name, Action<ContractColumnBuilder>? Define)[] more) =>
        Of(more) with { ExtraColumns = true };

    private static DataContract Keyed(params string[] names) => DataContract.Of("d", contract =>
    {
        foreach (var name in names)
            contract.Column(name, "INT", column => column.Required());
    });
}
