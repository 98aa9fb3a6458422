using Workflow.Runs;

namespace Workflow.Hangfire.Tests;

/// <summary>What a job hears of the task that it offered to the worker's loop.</summary>
public sealed class OfferedTasksTests
{
    private readonly OfferedTasks offers = new();

    [Fact]
    public async Task Add_TaskThatTheWorkerStarts_IsTakenAndEndsWithTheAttempt()
    {
        var offer = offers.Add(Key(1));
        offers.Started(Key(1));
        offers.Answered([Key(1)]);

        (await offer.Answered).ShouldBe(Answer.Taken);
        offer.Ended.IsCompleted.ShouldBeFalse();
        offers.Ended(Key(1));
        await offer.Ended;
    }

    [Fact]
    public async Task Answered_TaskThatDidNotStart_IsGoneAndNotAskedAgain()
    {
        var offer = offers.Add(Key(1));
        var other = offers.Add(Key(2));
        offers.Answered([Key(1)]);

        (await offer.Answered).ShouldBe(Answer.Gone);
        other.Answered.IsCompleted.ShouldBeFalse();
        offers.Next(5).ShouldBe([Key(2)]);
    }

    [Fact]
    public void Next_UntilAnswered_NamesTheOldestAgain()
    {
        foreach (var number in (int[])[3, 1, 2])
            offers.Add(Key(number));

        offers.Next(2).ShouldBe([Key(3), Key(1)]);
        offers.Next(2).ShouldBe([Key(3), Key(1)]);
    }

    [Fact]
    public async Task Add_TaskThatRunsHere_IsAnOfferOfItsOwn()
    {
        var first = offers.Add(Key(1));
        offers.Started(Key(1));
        var doubled = offers.Add(Key(1));
        offers.Answered([Key(1)]);

        (await doubled.Answered).ShouldBe(Answer.Gone);
        first.Ended.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task Started_TaskWhoseFormerAttemptIsStillHere_EndsTheFormerJob()
    {
        var former = offers.Add(Key(1));
        offers.Started(Key(1));
        var next = offers.Add(Key(1));
        offers.Started(Key(1));

        await former.Ended;
        (await next.Answered).ShouldBe(Answer.Taken);
        next.Ended.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task Close_OffersThatWaitAndThoseToCome_AreNotAskedFor()
    {
        var taken = offers.Add(Key(1));
        offers.Started(Key(1));
        var waiting = offers.Add(Key(2));
        offers.Close();

        (await waiting.Answered).ShouldBe(Answer.NotAsked);
        (await offers.Add(Key(3)).Answered).ShouldBe(Answer.NotAsked);
        offers.Next(5).ShouldBeEmpty();
        taken.Ended.IsCompleted.ShouldBeFalse();
    }

    private static TaskKey Key(int number) => new(number, 0, -1);
}
