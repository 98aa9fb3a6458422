namespace Workflow.Hangfire.Tests;

/// <summary>What queues of tasks are called in Hangfire, which knows fewer letters.</summary>
public sealed class QueueNamesTests
{
    [Theory]
    [InlineData("default")]
    [InlineData("etl_2-night")]
    public void Of_NameThatHangfireAllows_IsTheSame(string queue) => QueueNames.Of(queue).ShouldBe(queue);

    [Theory]
    [InlineData("GPU")]
    [InlineData("gpu.big")]
    [InlineData("Größe")]
    public void Of_OtherName_FitsAndBelongsToThatQueueAlone(string queue)
    {
        var name = QueueNames.Of(queue);

        name.ShouldMatch("^[a-z0-9_-]+$");
        name.ShouldNotBe(QueueNames.Of(queue.ToLowerInvariant().Replace('.', '-')));
        name.ShouldBe(QueueNames.Of(queue));
    }
}
