using Workflow.Worker.Execution;

namespace Workflow.Worker.Tests;

public sealed class SharedReadTests
{
    private readonly List<TaskCompletionSource<int>> reads = [];
    private readonly SharedRead<int> shared;

    public SharedReadTests() => shared = new SharedRead<int>(() =>
    {
        reads.Add(new TaskCompletionSource<int>());
        return reads[^1].Task;
    });

    [Fact]
    public async Task Ask_WhileAReadIsUnderWay_WaitsForOneThatBeginsAfterIt()
    {
        var first = shared.AskAsync();
        var second = shared.AskAsync();
        var third = shared.AskAsync();
        reads.Count.ShouldBe(1, "nobody may take what was read before he asked, and those who wait share the next read");

        reads[0].SetResult(1);
        (await first).ShouldBe(1);
        await Workflow.Testing.Eventually.TrueAsync(() => reads.Count == 2, TimeSpan.FromSeconds(10), "the next read has begun");
        reads[1].SetResult(2);

        (await second, await third).ShouldBe((2, 2));
    }

    [Fact]
    public async Task Ask_AfterAReadThatFailed_ReadsAgain()
    {
        var first = shared.AskAsync();
        var second = shared.AskAsync();
        reads[0].SetException(new IOException("away"));
        await Should.ThrowAsync<IOException>(() => first);
        await Workflow.Testing.Eventually.TrueAsync(() => reads.Count == 2, TimeSpan.FromSeconds(10), "the next read has begun");
        reads[1].SetResult(2);

        (await second).ShouldBe(2);
    }
}
