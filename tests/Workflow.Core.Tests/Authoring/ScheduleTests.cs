using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Workflow.Graphs;

namespace Workflow.Core.Tests.Authoring;

public sealed class ScheduleTests
{
    private static readonly DateTimeOffset Noon = DateTimeOffset.Parse("2026-05-01T14:00+02:00", CultureInfo.InvariantCulture);

    public static TheoryData<Schedule, string> Kinds => new()
    {
        { Cron.Of("0 2 * * *", "Europe/Berlin"), "0 2 * * *" },
        { Cron.Of("@daily") with { OnGap = Gap.Skip, OnFold = Fold.Both }, "@daily" },
        { Every.Of(TimeSpan.FromMinutes(90), Noon), "every 90 minutes" },
        { Every.Of(TimeSpan.FromDays(1)), "every day" },
        { Every.Of(TimeSpan.FromSeconds(2.5)), "every 2.5 seconds" },
        { At.Of(Noon), "at 2026-05-01 12:00Z" },
        { At.Of(Noon.AddDays(2), Noon, Noon), "at 2 times from 2026-05-01 12:00Z to 2026-05-03 12:00Z" },
        {
            BusinessCalendar.Of(Cron.Of("0 9 * * *"), [new(2026, 12, 25)], [DayOfWeek.Saturday], Holiday.NextBusinessDay),
            "0 9 * * * on business days, or the next one (1 holidays)"
        },
        { AnyOf.Of(Cron.Of("0 9 * * *", "Asia/Tokyo"), Every.Of(TimeSpan.FromHours(1))), "0 9 * * * or every hour" },
        { AnyOf.Of(Cron.Of("0 9 * * *", "Asia/Tokyo"), Cron.Of("0 9 * * *")), "0 9 * * * (Asia/Tokyo) or 0 9 * * * (UTC)" },
        { new Continuous(), "continuous" },
        { OnDatasets.Of(Dataset.Named("a") & (Dataset.Named("b") | Dataset.Named("c"))), "on a & (b | c)" },
        { new Custom("Mine"), "timetable Mine" },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void ToJson_EveryKind_ReadsBackEqual(Schedule schedule, string text)
    {
        var back = Schedule.FromJson(schedule.ToJson());

        back.ShouldBe(schedule);
        back.GetHashCode().ShouldBe(schedule.GetHashCode());
        back.ToJson().ShouldBe(schedule.ToJson());
        back.ToString().ShouldBe(text);
    }

    /// <remarks>As PostgreSQL does, by length and then by letter.</remarks>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void FromJson_KeysInAnotherOrder_ReadsTheSame(Schedule schedule, string text)
    {
        var stored = Sorted(JsonNode.Parse(schedule.ToJson()))!.ToJsonString();

        Schedule.FromJson(stored).ToJson().ShouldBe(schedule.ToJson(), text);
    }

    [Theory]
    [InlineData("""{"kind": "lunar"}""")]
    [InlineData("""{"kind": "cron", "expression": "0 0 * * *"}""")]
    [InlineData("null")]
    public void FromJson_NoSchedule_Throws(string json) => Should.Throw<JsonException>(() => Schedule.FromJson(json));

    [Theory]
    [InlineData("0 * * * *", true)]
    [InlineData("*/5 2 * * *", true)]
    [InlineData("0 0-12/2 * * *", true)]
    [InlineData("@hourly", true)]
    [InlineData("0 0,12 * * *", false)]
    [InlineData("15 1-3 * * *", false)]
    [InlineData("@daily", false)]
    [InlineData("0 2 */2 * *", false)]
    public void IsInterval_Table(string expression, bool expected) => Cron.Of(expression).IsInterval.ShouldBe(expected);

    [Theory]
    [InlineData("@often", "@hourly, @daily")]
    [InlineData("0 0 * *", "five fields")]
    public void Cron_Wrong_IsRefused(string expression, string part) =>
        Should.Throw<DagDefinitionException>(() => Cron.Of(expression)).Message.ShouldContain(part);

    [Theory]
    [InlineData("", false)]
    [InlineData("a", false)]
    [InlineData("b", false)]
    [InlineData("b c", false)]
    [InlineData("a b", true)]
    [InlineData("a c x", true)]
    public void IsMetBy_AndOr_Table(string changed, bool expected) =>
        (Dataset.Named("a") & (Dataset.Named("b") | Dataset.Named("c"))).IsMetBy(changed.Split(' ').ToHashSet()).ShouldBe(expected);

    [Fact]
    public void Condition_OfManyParts_IsFlatAndNamesEachOnce()
    {
        var condition = Dataset.Named("z") & Dataset.Named("a") & (Dataset.Named("b") | (Dataset.Named("z") | Dataset.Named("c")));

        condition.ToString().ShouldBe("z & a & (b | z | c)");
        condition.Names.ShouldBe(["a", "b", "c", "z"]);
    }

    [Fact]
    public void Condition_OfAUnion_IsMetByAnyOfItsMembers()
    {
        AnyOf.Of(Cron.Of("0 0 * * *"), OnDatasets.Of(Dataset.Named("a")), OnDatasets.Of(Dataset.Named("b") & Dataset.Named("c"))).Condition!
            .ToString().ShouldBe("a | b & c");
        AnyOf.Of(Cron.Of("0 0 * * *")).Condition.ShouldBeNull();
    }

    [Fact]
    public void Named_NoName_IsRefused() =>
        Should.Throw<DagDefinitionException>(() => Dataset.Named("a b")).Message.ShouldContain("dataset name");

    [Fact]
    public void Schedule_WithBounds_IsPartOfTheDefinition()
    {
        var definition = Define(dag => dag.Schedule(Cron.Of("0 2 * * *")).StartDate(Noon).EndDate(Noon.AddDays(1).AddTicks(3)).Catchup());

        definition.ScheduleSettings.ShouldBe(new ScheduleSettings(Cron.Of("0 2 * * *"), Noon, Noon.AddDays(1), Catchup: true));
        definition.Timetable.ShouldBeNull();
        Define(_ => { }).ScheduleSettings.ShouldBe(ScheduleSettings.Manual);
    }

    [Fact]
    public void Schedule_OwnTimetable_KeepsTheObjectAndStoresItsName()
    {
        var own = new Never();

        var definition = Define(dag => dag.Schedule(own));

        definition.ScheduleSettings.Schedule.ShouldBe(new Custom(typeof(Never).FullName!));
        definition.Timetable.ShouldBeSameAs(own);
        Define(dag => dag.Schedule(own).Schedule(new Continuous())).Timetable.ShouldBeNull();
    }

    [Fact]
    public void Schedule_CustomWithoutItsObject_IsRefused() =>
        Should.Throw<DagDefinitionException>(() =>
            Define(dag => dag.Schedule(new Custom("Never")))).Message.ShouldContain("new MyTimetable()");

    /// <remarks>Each is one change against the first: all must differ from it and from each other.</remarks>
    [Fact]
    public void Hash_AnyOneChangeOfTheSchedule_Differs()
    {
        var hashes = new Action<DagBuilder>[]
        {
            _ => { },
            dag => dag.Catchup(),
            dag => dag.StartDate(Noon),
            dag => dag.EndDate(Noon),
            dag => dag.Schedule(Cron.Of("0 2 * * *") with { OnGap = Gap.Skip }),
            dag => dag.Schedule(Every.Of(TimeSpan.FromHours(1))),
            dag => dag.Schedule(OnDatasets.Of(Dataset.Named("a") | Dataset.Named("b"))),
            dag => dag.Schedule(OnDatasets.Of(Dataset.Named("a") & Dataset.Named("b"))),
            dag => dag.Schedule(new Never()),
        }.Select(change => Define(dag => change(dag.Schedule(Cron.Of("0 2 * * *")))).Hash).ToList();

        hashes.Distinct().Count().ShouldBe(hashes.Count);
    }

    [Fact]
    public void DataInterval_Backwards_IsRefused() => Should.Throw<ArgumentException>(() => new DataInterval(Noon, Noon.AddTicks(-1)));

    private static DagDefinition Define(Action<DagBuilder> more) => DagDefinition.From(new Described(dag =>
    {
        dag.Id("d").Task("t", _ => Task.CompletedTask);
        more(dag);
    }));

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map.OrderBy(pair => pair.Key.Length).ThenBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => KeyValuePair.Create(pair.Key, Sorted(pair.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Sorted)]),
        _ => node?.DeepClone(),
    };

    private sealed class Never : ITimetable
    {
        public DateTimeOffset? Next(DateTimeOffset after) => null;
    }
}
