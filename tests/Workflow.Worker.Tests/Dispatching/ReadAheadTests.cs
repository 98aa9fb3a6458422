using Workflow.Worker.Dispatching;

namespace Workflow.Worker.Tests.Dispatching;

public sealed class ReadAheadTests
{
    [Fact]
    public void Tasks_BeforeAnythingIsKnown_IsNone() => new ReadAhead(slots: 20).Tasks.ShouldBe(0);

    [Theory]
    [InlineData(0.1, 20 * ReadAhead.MostPerSlot)]
    [InlineData(10, 40)]
    [InlineData(40, 10)]
    [InlineData(1_000, 0)]
    public void Tasks_AfterManyAttempts_IsWhatTheSlotsFinishInTheHorizon(double milliseconds, int tasks)
    {
        var ahead = new ReadAhead(slots: 20);
        for (var i = 0; i < 500; i++)
            ahead.Took(TimeSpan.FromMilliseconds(milliseconds));

        ahead.Tasks.ShouldBeInRange(tasks - 1, tasks);
    }

    [Fact]
    public void Tasks_AfterWhatWasClaimedAheadFoundNoSlot_IsNone()
    {
        var ahead = new ReadAhead(slots: 20);
        for (var i = 0; i < 500; i++)
            ahead.Took(TimeSpan.FromMilliseconds(0.1));

        ahead.Stalled();

        ahead.Tasks.ShouldBe(0);
    }

    [Fact]
    public void Tasks_AfterOneLongAttempt_IsFewAgain()
    {
        var ahead = new ReadAhead(slots: 20);
        for (var i = 0; i < 500; i++)
            ahead.Took(TimeSpan.FromMilliseconds(0.1));

        ahead.Took(TimeSpan.FromMinutes(1));

        ahead.Tasks.ShouldBe(0);
    }
}
