using Workflow.Runs;
using static Workflow.Timetables.Tests.Times;

namespace Workflow.Timetables.Tests;

public sealed class BackfillPlanTests
{
    private static readonly ScheduleSettings Daily = new(Cron.Of("0 2 * * *"));
    private static readonly DateTimeOffset Now = At("2026-01-10T12:00Z");

    [Theory]
    // Both ends are included, to the instant.
    [InlineData("2026-01-02T02:00Z", "2026-01-04T02:00Z", "01-02 02:00, 01-03 02:00, 01-04 02:00")]
    [InlineData("2026-01-02T02:01Z", "2026-01-04T01:59Z", "01-03 02:00")]
    // What has not come yet is left to the schedule.
    [InlineData("2026-01-09T00:00Z", "2026-01-20T00:00Z", "01-09 02:00, 01-10 02:00")]
    public void Dates_Table(string from, string to, string expected) => Text(Fires(Daily, Range(from, to))).ShouldBe(expected);

    [Theory]
    [InlineData("2026-01-03T02:00Z", null, "01-03 02:00, 01-04 02:00")]
    [InlineData(null, "2026-01-03T01:00Z", "01-02 02:00")]
    [InlineData("2025-01-03T02:00Z", "2027-01-03T01:00Z", "01-02 02:00, 01-03 02:00, 01-04 02:00")]
    public void Dates_ScheduleWithBounds_KeepsToThem(string? start, string? end, string expected)
    {
        var settings = Daily with { StartDate = Maybe(start), EndDate = Maybe(end) };

        Text(Fires(settings, Range("2026-01-02T00:00Z", "2026-01-04T12:00Z"))).ShouldBe(expected);
    }

    [Fact]
    public void Dates_Backwards_ComeNewestFirstWithTheirOwnIntervals()
    {
        var dates = Dates(Daily, Range("2026-01-02T00:00Z", "2026-01-04T12:00Z") with { RunBackwards = true });

        dates.ShouldBe(
        [
            new DueRun(At("2026-01-04T02:00Z"), At("2026-01-03T02:00Z")),
            new DueRun(At("2026-01-03T02:00Z"), At("2026-01-02T02:00Z")),
            new DueRun(At("2026-01-02T02:00Z"), At("2026-01-01T02:00Z")),
        ]);
    }

    [Fact]
    public void Dates_FirstOfAll_HasNoInterval()
    {
        var list = new ScheduleSettings(Workflow.At.Of(At("2026-01-02T00:00Z"), At("2026-01-05T00:00Z")));

        Dates(list, Range("2026-01-01T00:00Z", "2026-01-09T00:00Z"))
            .ShouldBe([new DueRun(At("2026-01-02T00:00Z"), null), new DueRun(At("2026-01-05T00:00Z"), At("2026-01-02T00:00Z"))]);
    }

    [Theory]
    [InlineData("2026-01-05T00:00Z", "2026-01-04T00:00Z", "from_date", "swap the dates")]
    [InlineData("2026-01-11T00:00Z", "2026-01-14T00:00Z", "from_date", "in the future")]
    [InlineData("2026-01-05T03:00Z", "2026-01-05T04:00Z", "from_date", "does not fire from")]
    public void Dates_RangeWithoutAny_IsRefused(string from, string to, string field, string message) =>
        Refused(Daily, Range(from, to), dependsOnPast: false, field, message);

    [Fact]
    public void Dates_ScheduleThatIsNotPeriodic_IsRefused()
    {
        var datasets = OnDatasets.Of(Dataset.Named("a"));
        Schedule?[] schedules =
        [
            null, new Continuous(), new Custom("Mine"), datasets, AnyOf.Of(datasets, datasets), Workflow.At.Of(At("2026-01-02T00:00Z")),
        ];

        foreach (var schedule in schedules)
            Refused(new ScheduleSettings(schedule), Range("2026-01-01T00:00Z", "2026-01-09T00:00Z"), dependsOnPast: false, "dag_id",
                "cannot be backfilled");
    }

    [Fact]
    public void Dates_UnionThatIsPartlyPeriodic_AreThoseOfThatPart()
    {
        var union = new ScheduleSettings(AnyOf.Of(OnDatasets.Of(Dataset.Named("a")), Cron.Of("0 2 * * *")));

        Text(Fires(union, Range("2026-01-02T00:00Z", "2026-01-03T12:00Z"))).ShouldBe("01-02 02:00, 01-03 02:00");
    }

    [Fact]
    public void Dates_MoreThanTheMost_AreRefusedAndTheMostAreNot()
    {
        var minutely = new ScheduleSettings(Every.Of(TimeSpan.FromMinutes(1)));
        var from = At("2025-01-01T00:00Z");
        var range = new BackfillRange(from, from.AddMinutes(BackfillPlan.MostDates - 1), ReprocessBehavior.None, RunBackwards: false);

        Dates(minutely, range).Count.ShouldBe(BackfillPlan.MostDates);
        Refused(minutely, range with { To = range.To.AddMinutes(1) }, dependsOnPast: false, "to_date", "more than 100,000 times");
    }

    [Fact]
    public void Dates_DagThatDependsOnThePast_NeedsOrderAndReprocessing()
    {
        var range = Range("2026-01-02T00:00Z", "2026-01-03T12:00Z");

        Refused(Daily, range, dependsOnPast: true, "reprocess_behavior", "failed or completed");
        Refused(
            Daily, range with { Reprocess = ReprocessBehavior.Failed, RunBackwards = true }, dependsOnPast: true, "run_backwards",
            "backwards");
        BackfillPlan.Dates(range with { Reprocess = ReprocessBehavior.Failed }, Daily, dependsOnPast: true, Now).Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("2026-01-31", "2026-01-30 23:00:00.000000", "2026-01-31 22:59:59.999999")]
    // The day on which clocks go forward has 23 hours.
    [InlineData("2026-03-29", "2026-03-28 23:00:00.000000", "2026-03-29 21:59:59.999999")]
    [InlineData("2026-01-31T02:00", "2026-01-31 02:00:00.000000", "2026-01-31 02:00:00.000000")]
    [InlineData("2026-01-31T02:00:01.5Z", "2026-01-31 02:00:01.500000", "2026-01-31 02:00:01.500000")]
    [InlineData("2026-01-31T02:00:00-05:00", "2026-01-31 07:00:00.000000", "2026-01-31 07:00:00.000000")]
    public void Parse_DatesInTheSchedulesZoneAndTimesInUtc_Table(string text, string from, string to)
    {
        var schedule = Cron.Of("0 2 * * *", "Europe/Berlin");

        Precise(BackfillPlan.From(text, schedule)).ShouldBe(from);
        Precise(BackfillPlan.To(text, schedule)).ShouldBe(to);
    }

    [Theory]
    [InlineData("")]
    [InlineData("yesterday")]
    [InlineData("2026-02-30")]
    [InlineData("0001-01-01")]
    [InlineData("9999-12-31T00:00Z")]
    public void Parse_WhatIsNoDate_IsRefused(string text)
    {
        Should.Throw<BackfillRefusedException>(() => BackfillPlan.From(text, null)).Field.ShouldBe("from_date");
        Should.Throw<BackfillRefusedException>(() => BackfillPlan.To(text, null)).Message.ShouldContain($"'{text}' is neither a date");
    }

    [Theory]
    [InlineData(ReprocessBehavior.None, "created in_flight in_flight already_exists already_exists already_exists")]
    [InlineData(ReprocessBehavior.Failed, "created in_flight in_flight already_exists cleared cleared")]
    [InlineData(ReprocessBehavior.Completed, "created in_flight in_flight cleared cleared cleared")]
    public void Decide_NoRunThenEachState_Table(ReprocessBehavior reprocess, string expected)
    {
        RunState?[] states = [null, RunState.Queued, RunState.Running, RunState.Success, RunState.Failed, RunState.Cancelled];

        string.Join(' ', states.Select(state => BackfillPolicy.Decide(reprocess, state).Name())).ShouldBe(expected);
    }

    private static void Refused(ScheduleSettings settings, BackfillRange range, bool dependsOnPast, string field, string message)
    {
        var refused = Should.Throw<BackfillRefusedException>(() => BackfillPlan.Dates(range, settings, dependsOnPast, Now));
        refused.Field.ShouldBe(field);
        refused.Message.ShouldContain(message);
    }

    private static IReadOnlyList<DueRun> Dates(ScheduleSettings settings, BackfillRange range) =>
        BackfillPlan.Dates(range, settings, dependsOnPast: false, Now);

    private static IEnumerable<DateTimeOffset> Fires(ScheduleSettings settings, BackfillRange range) =>
        Dates(settings, range).Select(date => date.Fire);

    private static BackfillRange Range(string from, string to) => new(At(from), At(to), ReprocessBehavior.None, RunBackwards: false);

    private static DateTimeOffset? Maybe(string? text) => text is null ? null : At(text);

    private static string Precise(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.ffffff", System.Globalization.CultureInfo.InvariantCulture);
}
