using Shouldly;
using Workflow.Graphs;

namespace Workflow.Core.Tests.Data;

public sealed class ContractTests
{
    private static DataContract Raw(Action<ContractBuilder> define) => DataContract.Of("taxi.raw", define);

    [Fact]
    public void Of_WholeContract_KeepsWhatItSaysThroughJson()
    {
        var contract = Raw(contract => contract
            .Owner("data-science").Licence("NYC open data").Meaning("Trips.").Compatibility(Compatibility.FullTransitive)
            .AllowExtraColumns()
            .Column("vendor_id", "int8", column => column.OneOf("2", "+1", "1"))
            .Column("fare_amount", "float8", column => column.Required().Between(-1_000, 10_000).Unit("USD").Meaning("The fare."))
            .Column("passenger", "text", column => column.PersonalData(PersonalData.Personal))
            .Column("pickup", "timestamptz")
            .Key("vendor_id", "pickup"));

        contract.Columns.Select(column => column.Type).ShouldBe(["BIGINT", "DOUBLE", "VARCHAR", "TIMESTAMP WITH TIME ZONE"]);
        contract.Columns[0].Values.ShouldBe(["1", "2"]);
        contract.Columns.Select(column => column.Required).ShouldBe([true, true, false, true]);
        contract.Masked.ShouldBe(["passenger"]);
        var read = DataContract.FromJson(contract.ToJson());
        read.ToJson().ShouldBe(contract.ToJson());
        read.Hash.ShouldBe(contract.Hash);
    }

    [Fact]
    public void Hash_OfReorderedColumns_IsTheSame_OfAnythingElseIsNot()
    {
        var one = Raw(contract => contract.Column("a", "INT").Column("b", "TEXT"));

        Raw(contract => contract.Column("b", "VARCHAR").Column("a", "INTEGER")).Hash.ShouldBe(one.Hash);
        Raw(contract => contract.Column("b", "VARCHAR").Column("a", "INTEGER").Owner("me")).Hash.ShouldNotBe(one.Hash);
    }

    [Theory]
    [InlineData("numeric", "DECIMAL(18,3)")]
    [InlineData("Decimal( 10 , 2 )", "DECIMAL(10,2)")]
    [InlineData("decimal(9)", "DECIMAL(9,0)")]
    [InlineData("varchar(20)", "VARCHAR")]
    [InlineData("int[]", "INTEGER[]")]
    [InlineData("STRUCT(a INTEGER)", "STRUCT(a INTEGER)")]
    [InlineData("timestamp  with time zone", "TIMESTAMP WITH TIME ZONE")]
    public void Column_OfAnAlias_GetsTheNameThatDuckDbWrites(string given, string expected) =>
        Raw(contract => contract.Column("a", given)).Columns[0].Type.ShouldBe(expected);

    public static TheoryData<Action<ContractBuilder>, string> Wrong => new()
    {
        { contract => contract.Owner("me"), "no columns" },
        { contract => contract.Column("a", "MONEY"), "column 'a' has the type 'MONEY'" },
        { contract => contract.Column("a", "DECIMAL(2,3)"), "column 'a' has the type 'DECIMAL(2,3)'" },
        { contract => contract.Column("a", "INT").Column("A", "INT"), "two columns are called 'a'" },
        { contract => contract.Column("a", "INT").Key("b"), "the key names 'b'" },
        { contract => contract.Column("a", "INT").Key("a", "a"), "a column twice" },
        { contract => contract.Column("a", "VARCHAR", column => column.AtLeast(1)), "no number" },
        { contract => contract.Column("a", "INT", column => column.Between(2, 1)), "above the maximum" },
        { contract => contract.Column("a", "INT", column => column.AtMost(double.NaN)), "no finite number" },
        { contract => contract.Column("a", "INT", column => column.OneOf()), "no values at all" },
        { contract => contract.Column("a", "INT", column => column.OneOf("1", "x")), "allows 'x'" },
        { contract => contract.Column(" ", "INT"), "no name" },
        { contract => contract.Column("a", "INT").Meaning("a\0b"), "NUL" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Of_WhatCannotHold_IsRefusedByName(Action<ContractBuilder> define, string says) =>
        Should.Throw<DagDefinitionException>(() => Raw(define)).Message.ShouldSatisfyAllConditions(
            message => message.ShouldStartWith("Contract of 'taxi.raw': "), message => message.ShouldContain(says));

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"dataset":"a","columns":[null]}""")]
    [InlineData("""{"dataset":"a","columns":[{"name":"x","type":"INT"}],"key":null}""")]
    [InlineData("""{"dataset":"a","columns":[{"name":"x","type":"INT"}],"compatibility":"sometimes"}""")]
    public void FromJson_OfNoContract_Throws(string json) => Should.Throw<DagDefinitionException>(() => DataContract.FromJson(json));

    [Fact]
    public void Definition_WithContracts_CarriesThemInItsHashAndNotTheirLines()
    {
        var without = DagDefinition.From(new Dag(_ => { }));
        var first = DagDefinition.From(new Dag(dag => dag.Contract("a", contract => contract.Column("x", "INT"), line: 3)));
        var moved = DagDefinition.From(new Dag(dag => dag.Contract("a", contract => contract.Column("x", "INT"), line: 9)));
        var other = DagDefinition.From(new Dag(dag => dag.Contract("a", contract => contract.Column("x", "BIGINT"), line: 3)));

        without.Settings.ToJson().ShouldNotContain("contracts");
        first.Hash.ShouldNotBe(without.Hash);
        moved.Hash.ShouldBe(first.Hash);
        other.Hash.ShouldNotBe(first.Hash);
        first.Settings.Contracts!.Single().Line.ShouldBe(3);
        DagSettings.FromJson(first.Settings.ToJson()).Contracts!.Single().Hash.ShouldBe(first.Settings.Contracts!.Single().Hash);
    }

    [Fact]
    public void Contract_TwiceForOneDataset_IsRefusedWithItsLine()
    {
        var shared = Raw(contract => contract.Column("x", "INT"));

        var refused =
            Should.Throw<DagDefinitionException>(() => DagDefinition.From(new Dag(dag => dag.Contract(shared).Contract(shared, line: 7))));

        refused.Message.ShouldContain("'taxi.raw' has two contracts");
        refused.Line.ShouldBe(7);
    }

    private sealed class Dag(Action<DagBuilder> define) : IDag
    {
        public void Define(DagBuilder dag)
        {
            dag.Id("contracted");
            dag.Task("only", _ => Task.CompletedTask);
            define(dag);
        }
    }
}
