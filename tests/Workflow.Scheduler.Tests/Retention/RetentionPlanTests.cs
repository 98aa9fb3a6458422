using Workflow.Postgres.Retention;
using Workflow.Scheduler.Retention;

namespace Workflow.Scheduler.Tests.Retention;

public sealed class RetentionPlanTests
{
    private static readonly DateTime Now = new(2026, 6, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <remarks>Ages are in days; null for a partition without runs.</remarks>
    [Theory]
    [InlineData(91, 91, false, true, PartitionFate.Goes)]
    [InlineData(91, null, false, false, PartitionFate.Goes)]
    [InlineData(91, 89, false, true, PartitionFate.LosesLogs)]
    [InlineData(91, 89, false, false, PartitionFate.Stays)]
    [InlineData(91, 29, false, true, PartitionFate.Stays)]
    [InlineData(91, 91, true, true, PartitionFate.Stays)]
    [InlineData(91, null, true, true, PartitionFate.Stays)]
    [InlineData(89, null, false, false, PartitionFate.Stays)]
    [InlineData(31, 31, false, true, PartitionFate.LosesLogs)]
    [InlineData(31, 30, false, true, PartitionFate.Stays)]
    [InlineData(29, 29, false, true, PartitionFate.Stays)]
    public void Of_ByTheAgeOfItsLastRun_Decides(int closed, int? ended, bool isUnfinished, bool hasLogs, PartitionFate fate) =>
        RetentionPlan.Of(Partition(closed, ended, isUnfinished, hasLogs), new RetentionOptions()).ShouldBe(fate);

    [Theory]
    [InlineData(0, 0, PartitionFate.Stays)]
    [InlineData(0, 30, PartitionFate.LosesLogs)]
    [InlineData(90, 0, PartitionFate.Goes)]
    [InlineData(2000, 0, PartitionFate.Stays)]
    public void Of_ZeroDays_KeepsForEver(int runDays, int logDays, PartitionFate fate) =>
        RetentionPlan.Of(Partition(1000, 1000, isUnfinished: false, hasLogs: true), Options(runDays, logDays)).ShouldBe(fate);

    [Fact]
    public void Of_DropThatWasBegun_IsEnded() =>
        RetentionPlan.Of(Partition(1, null, isUnfinished: false, hasLogs: false) with { IsDetached = true }, Options(0, 0))
        .ShouldBe(PartitionFate.Goes);

    [Theory]
    [InlineData(90, 30, 30)]
    [InlineData(10, 30, 10)]
    [InlineData(0, 30, 30)]
    [InlineData(90, 0, 90)]
    [InlineData(0, 0, null)]
    public void Youngest_IsTheShorterOfBoth(int runDays, int logDays, int? youngest) =>
        RetentionPlan.Youngest(Options(runDays, logDays)).ShouldBe(youngest is { } days ? TimeSpan.FromDays(days) : null);

    [Theory]
    [InlineData(90, 30, 180)]
    [InlineData(3650, 30, 7300)]
    [InlineData(1, 30, 24)]
    [InlineData(0, 30, 720)]
    [InlineData(0, 0, null)]
    public void Period_IsATwelfthOfTheRetention(int runDays, int logDays, int? hours) =>
        Options(runDays, logDays).Period.ShouldBe(hours is { } given ? TimeSpan.FromHours(given) : null);

    private static RetentionOptions Options(int runDays, int logDays) => new()
    {
        Runs = TimeSpan.FromDays(runDays),
        Logs = TimeSpan.FromDays(logDays),
    };

    private static RunPartition Partition(int closed, int? ended, bool isUnfinished, bool hasLogs) => new(
        0, Now - TimeSpan.FromDays(closed), IsDetached: false, isUnfinished, ended is { } days ? Now - TimeSpan.FromDays(days) : null,
        hasLogs, Now);
}
