using Workflow.Core.Tests.Runs.Histories;
using Workflow.Runs;

namespace Workflow.Core.Tests.Runs;

public sealed class TriggerRulesTests
{
    private const TaskState Queued = TaskState.Queued;
    private const TaskState UpstreamFailed = TaskState.UpstreamFailed;
    private const TaskState Skipped = TaskState.Skipped;

    /// <remarks>
    /// Each row: rule, upstreams, how many ended in success, failed, upstream_failed and skipped, and what becomes of the task.
    /// </remarks>
    [Theory]
    [InlineData(TriggerRule.AllSuccess, 2, 1, 0, 0, 0, null)]
    [InlineData(TriggerRule.AllSuccess, 2, 2, 0, 0, 0, Queued)]
    [InlineData(TriggerRule.AllSuccess, 3, 1, 1, 0, 0, UpstreamFailed)]
    [InlineData(TriggerRule.AllSuccess, 3, 1, 0, 1, 0, UpstreamFailed)]
    [InlineData(TriggerRule.AllSuccess, 3, 0, 0, 0, 1, null)]
    [InlineData(TriggerRule.AllSuccess, 3, 2, 0, 0, 1, Skipped)]
    [InlineData(TriggerRule.AllSuccess, 3, 0, 1, 0, 1, UpstreamFailed)]
    [InlineData(TriggerRule.AllFailed, 2, 0, 1, 0, 0, null)]
    [InlineData(TriggerRule.AllFailed, 2, 0, 1, 1, 0, Queued)]
    [InlineData(TriggerRule.AllFailed, 3, 1, 0, 0, 0, Skipped)]
    [InlineData(TriggerRule.AllFailed, 3, 0, 2, 0, 1, Skipped)]
    [InlineData(TriggerRule.AllDoneMinOneSuccess, 3, 1, 1, 0, 0, null)]
    [InlineData(TriggerRule.AllDoneMinOneSuccess, 3, 1, 1, 1, 0, Queued)]
    [InlineData(TriggerRule.AllDoneMinOneSuccess, 3, 1, 0, 0, 1, Skipped)]
    [InlineData(TriggerRule.AllDoneMinOneSuccess, 2, 0, 1, 1, 0, UpstreamFailed)]
    [InlineData(TriggerRule.AllDone, 4, 1, 1, 1, 0, null)]
    [InlineData(TriggerRule.AllDone, 4, 1, 1, 1, 1, Queued)]
    [InlineData(TriggerRule.AllDone, 1, 0, 0, 1, 0, Queued)]
    [InlineData(TriggerRule.AllSkipped, 2, 0, 0, 0, 1, null)]
    [InlineData(TriggerRule.AllSkipped, 2, 0, 0, 0, 2, Queued)]
    [InlineData(TriggerRule.AllSkipped, 3, 1, 0, 0, 0, Skipped)]
    [InlineData(TriggerRule.AllSkipped, 3, 0, 1, 0, 0, Skipped)]
    [InlineData(TriggerRule.AllSkipped, 3, 0, 0, 1, 2, Skipped)]
    [InlineData(TriggerRule.OneFailed, 3, 0, 1, 0, 0, Queued)]
    [InlineData(TriggerRule.OneFailed, 3, 0, 0, 1, 0, Queued)]
    [InlineData(TriggerRule.OneFailed, 3, 1, 0, 0, 1, null)]
    [InlineData(TriggerRule.OneFailed, 3, 2, 0, 0, 1, Skipped)]
    [InlineData(TriggerRule.OneSuccess, 3, 1, 0, 0, 0, Queued)]
    [InlineData(TriggerRule.OneSuccess, 3, 0, 1, 0, 1, null)]
    [InlineData(TriggerRule.OneSuccess, 2, 0, 0, 0, 2, Skipped)]
    [InlineData(TriggerRule.OneSuccess, 2, 0, 1, 0, 1, UpstreamFailed)]
    [InlineData(TriggerRule.OneSuccess, 2, 0, 0, 1, 1, UpstreamFailed)]
    [InlineData(TriggerRule.OneDone, 3, 1, 0, 0, 0, Queued)]
    [InlineData(TriggerRule.OneDone, 3, 0, 1, 0, 0, Queued)]
    [InlineData(TriggerRule.OneDone, 3, 0, 0, 1, 1, null)]
    [InlineData(TriggerRule.OneDone, 3, 0, 0, 1, 2, Skipped)]
    [InlineData(TriggerRule.NoneFailed, 3, 1, 0, 0, 1, null)]
    [InlineData(TriggerRule.NoneFailed, 2, 1, 0, 0, 1, Queued)]
    [InlineData(TriggerRule.NoneFailed, 2, 0, 0, 0, 2, Queued)]
    [InlineData(TriggerRule.NoneFailed, 3, 0, 1, 0, 0, UpstreamFailed)]
    [InlineData(TriggerRule.NoneFailed, 3, 0, 0, 1, 0, UpstreamFailed)]
    [InlineData(TriggerRule.NoneFailedMinOneSuccess, 3, 1, 0, 0, 1, null)]
    [InlineData(TriggerRule.NoneFailedMinOneSuccess, 2, 1, 0, 0, 1, Queued)]
    [InlineData(TriggerRule.NoneFailedMinOneSuccess, 2, 0, 0, 0, 2, Skipped)]
    [InlineData(TriggerRule.NoneFailedMinOneSuccess, 3, 1, 1, 0, 0, UpstreamFailed)]
    [InlineData(TriggerRule.NoneSkipped, 3, 1, 1, 0, 0, null)]
    [InlineData(TriggerRule.NoneSkipped, 3, 1, 1, 1, 0, Queued)]
    [InlineData(TriggerRule.NoneSkipped, 3, 0, 0, 0, 1, Skipped)]
    [InlineData(TriggerRule.Always, 3, 0, 0, 0, 0, Queued)]
    [InlineData(TriggerRule.Always, 3, 0, 3, 0, 0, Queued)]
    public void Decide_Table(TriggerRule rule, int upstreams, int success, int failed, int upstreamFailed, int skipped,
        TaskState? expected) =>
        TriggerRules.Decide(rule, upstreams, new UpstreamCounters(success, failed, upstreamFailed, skipped)).ShouldBe(expected);

    /// <remarks>Each row: upstreams and how many ended, setups and how many of them succeeded, failed and were skipped.</remarks>
    [Theory]
    [InlineData(2, 1, 1, 1, 0, 0, null)]
    [InlineData(2, 2, 1, 0, 0, 0, null)]
    [InlineData(2, 2, 1, 1, 0, 0, Queued)]
    [InlineData(2, 2, 1, 0, 1, 0, UpstreamFailed)]
    [InlineData(2, 2, 1, 0, 0, 1, Skipped)]
    [InlineData(2, 2, 2, 1, 1, 0, Queued)]
    [InlineData(2, 2, 2, 1, 0, 1, Queued)]
    [InlineData(2, 2, 2, 0, 1, 1, UpstreamFailed)]
    [InlineData(2, 2, 2, 0, 0, 2, Skipped)]
    [InlineData(2, 2, 2, 1, 0, 0, null)]
    [InlineData(2, 2, 0, 0, 0, 0, Queued)]
    public void Decide_AllDoneSetupSuccess_Table(
        int upstreams, int ended, int setups, int success, int failed, int skipped, TaskState? expected)
    {
        var seen = new UpstreamCounters(0, ended, 0, 0, SetupSuccess: success, SetupFailed: failed, SetupSkipped: skipped);
        TriggerRules.Decide(TriggerRule.AllDoneSetupSuccess, upstreams, seen, setups).ShouldBe(expected);
    }

    /// <remarks>Two of two upstreams were cancelled with their run, or one was and the other succeeded.</remarks>
    [Theory]
    [InlineData(TriggerRule.AllSuccess, Skipped, Skipped)]
    [InlineData(TriggerRule.AllFailed, Skipped, Skipped)]
    [InlineData(TriggerRule.AllDone, Queued, Queued)]
    [InlineData(TriggerRule.AllSkipped, Skipped, Skipped)]
    [InlineData(TriggerRule.OneFailed, Skipped, Skipped)]
    [InlineData(TriggerRule.OneSuccess, Skipped, Queued)]
    [InlineData(TriggerRule.OneDone, Skipped, Queued)]
    [InlineData(TriggerRule.NoneFailed, Queued, Queued)]
    [InlineData(TriggerRule.NoneFailedMinOneSuccess, Skipped, Queued)]
    [InlineData(TriggerRule.NoneSkipped, Queued, Queued)]
    [InlineData(TriggerRule.Always, Queued, Queued)]
    [InlineData(TriggerRule.AllDoneMinOneSuccess, UpstreamFailed, Queued)]
    [InlineData(TriggerRule.AllDoneSetupSuccess, Queued, Queued)]
    public void Decide_CancelledUpstreams_Table(TriggerRule rule, TaskState both, TaskState one)
    {
        TriggerRules.Decide(rule, 2, new UpstreamCounters(0, 0, 0, 0, Cancelled: 2)).ShouldBe(both);
        TriggerRules.Decide(rule, 2, new UpstreamCounters(1, 0, 0, 0, Cancelled: 1)).ShouldBe(one);
    }

    /// <remarks>Every rule, up to three upstreams, two setups and a decider, each in every state: counting them loses nothing.</remarks>
    [Fact]
    public void Decide_AnyStates_SaysWhatTheWordsSay()
    {
        TaskState[] states = [TaskState.Pending, TaskState.Success, TaskState.Failed, UpstreamFailed, Skipped, TaskState.Cancelled];
        var upstreams = Lists(states, 3).ToList();
        var setups = Lists(states, 2).ToList();
        (TaskState[] States, bool IsAgainst)[] deciders =
            [([], false), ([TaskState.Pending], false), ([TaskState.Success], false), ([TaskState.Success], true)];
        foreach (var rule in Enum.GetValues<TriggerRule>())
        {
            foreach (var ups in upstreams)
            {
                foreach (var set in setups)
                {
                    foreach (var (decider, isAgainst) in deciders)
                    {
                        var seen =
                            Count(Count(Count(default, ups, EdgeKind.Upstream), set, EdgeKind.Setup), decider, EdgeKind.Decider, isAgainst);
                        var decided = TriggerRules.Decide(rule, ups.Length, seen, set.Length, decider.Length);
                        if (decided != RuleWords.Decide(rule, ups, set, decider, isAgainst))
                            Assert.Fail(
                                $"{rule} after {string.Join(',', ups)} setups {string.Join(',', set)} against {isAgainst}: {decided}");
                    }
                }
            }
        }

        static IEnumerable<TaskState[]> Lists(TaskState[] states, int most) => most == 0
            ? [[]]
            : Lists(states, most - 1)
            .SelectMany(list => list.Length == most - 1 ? states.Select(state => (TaskState[])[.. list, state]).Append(list) : [list]);

        static UpstreamCounters Count(UpstreamCounters seen, TaskState[] states, EdgeKind kind, bool isAgainst = false)
        {
            foreach (var state in states)
                seen = state == TaskState.Pending ? seen : seen.Add(state, kind, isAgainst);
            return seen;
        }
    }

    [Fact]
    public void Decide_NoUpstreams_RunsAtOnceWhateverTheRule()
    {
        foreach (var rule in Enum.GetValues<TriggerRule>())
            TriggerRules.Decide(rule, 0, default).ShouldBe(Queued, rule.ToString());
    }

    [Fact]
    public void Decide_AllUpstreamsFinished_NeverWaits()
    {
        foreach (var rule in Enum.GetValues<TriggerRule>())
        {
            foreach (var seen in Counters(4).Where(seen => seen.Finished == 4))
                TriggerRules.Decide(rule, 4, seen).ShouldNotBeNull($"{rule} {seen}");
        }
    }

    /// <remarks>
    /// A task is decided once; what its other upstreams do later must not have led elsewhere. So the order of independent ends is of no
    /// matter.
    /// </remarks>
    [Fact]
    public void Decide_OnceDecided_NoLaterUpstreamWouldDecideOtherwise()
    {
        foreach (var rule in Enum.GetValues<TriggerRule>())
        {
            foreach (var seen in Counters(4))
            {
                if (TriggerRules.Decide(rule, 4, seen) is not { } decided)
                    continue;
                foreach (var later in Counters(4).Where(later => Contains(later, seen)))
                    TriggerRules.Decide(rule, 4, later).ShouldBe(decided, $"{rule} {seen} then {later}");
            }
        }
    }

    private static bool Contains(UpstreamCounters later, UpstreamCounters seen) =>
        later.Success >= seen.Success && later.Failed >= seen.Failed && later.UpstreamFailed >= seen.UpstreamFailed
        && later.Skipped >= seen.Skipped;

    private static IEnumerable<UpstreamCounters> Counters(int upstreams) =>
        from success in Enumerable.Range(0, upstreams + 1)
        from failed in Enumerable.Range(0, upstreams + 1)
        from upstreamFailed in Enumerable.Range(0, upstreams + 1)
        from skipped in Enumerable.Range(0, upstreams + 1)
        where success + failed + upstreamFailed + skipped <= upstreams
        select new UpstreamCounters(success, failed, upstreamFailed, skipped);
}
