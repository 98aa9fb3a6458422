using Workflow.Artifacts;

namespace Workflow.Data.Tests;

public sealed class ArtifactSweepTests : IDisposable
{
    private static readonly DateTimeOffset Long = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Limit = new(2020, 6, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly DataFixture data = new();

    public void Dispose() => data.Dispose();

    [Fact]
    public async Task List_OldAndYoung_ListsTheOldOnes()
    {
        var old = await CommittedAsync("hello", Long);
        await CommittedAsync("young");
        File.WriteAllText(Path.Combine(data.Store.Root, "sha256", "README"), "Not an artifact.");

        var listed = await ListAsync(Limit);

        listed.ShouldBe([new StoredArtifact(old, 5)]);
        (await ListAsync(DateTimeOffset.MaxValue)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Delete_Old_IsGoneWithoutATrace()
    {
        var old = await CommittedAsync("hello", Long);
        var other = await CommittedAsync("other", Long);

        (await data.Store.DeleteAsync(old, Limit, default)).ShouldBeTrue();

        await Should.ThrowAsync<FileNotFoundException>(() => data.Store.PathAsync(old, default));
        File.ReadAllText(await data.Store.PathAsync(other, default)).ShouldBe("other");
        Staging().ShouldBeEmpty();
        (await data.Store.DeleteAsync(old, Limit, default)).ShouldBeFalse();
        (await data.Store.DeleteAsync(new string('a', 64), Limit, default)).ShouldBeFalse();
    }

    [Fact]
    public async Task Delete_CommittedAgainSinceItWasListed_KeepsIt()
    {
        var old = await CommittedAsync("hello", Long);
        (await ListAsync(Limit)).ShouldHaveSingleItem();
        await CommittedAsync("hello");

        (await data.Store.DeleteAsync(old, Limit, default)).ShouldBeFalse();

        File.ReadAllText(await data.Store.PathAsync(old, default)).ShouldBe("hello");
        (await ListAsync(Limit)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Delete_WhileOthersCommitTheSame_NeverLosesACommit()
    {
        var token = TestContext.Current.CancellationToken;
        var sha256 = await CommittedAsync("hello", Long);
        await Parallel.ForAsync(0, 200, token, async (turn, cancellation) =>
        {
            if (turn % 2 == 0)
                await data.Store.DeleteAsync(sha256, Limit, cancellation);
            else
                await data.Store.CommitAsync(Staged("hello"), cancellation);
        });

        File.ReadAllText(await data.Store.PathAsync(sha256, token)).ShouldBe("hello");
        Staging().ShouldBeEmpty();
    }

    [Fact]
    public async Task SweepStaged_OldAndYoung_RemovesTheOldOnes()
    {
        var old = Staged("left by a kill");
        File.SetLastWriteTimeUtc(old, Long.UtcDateTime);
        var young = Staged("being written");

        (await data.Store.SweepStagedAsync(Limit, default)).ShouldBe(1);

        Staging().ShouldBe([young]);
    }

    [Fact]
    public async Task SweepStaged_KillInTheMiddleOfDeletions_EndsThem()
    {
        var (old, renewed) = (await CommittedAsync("old", Long), await CommittedAsync("renewed"));
        foreach (var sha256 in new[] { old, renewed })
            File.Move(await data.Store.PathAsync(sha256, default), Path.Combine(data.Store.Root, "staging", sha256 + ".gone"));

        (await data.Store.SweepStagedAsync(Limit, default)).ShouldBe(1);

        Staging().ShouldBeEmpty();
        File.ReadAllText(await data.Store.PathAsync(renewed, default)).ShouldBe("renewed");
        await Should.ThrowAsync<FileNotFoundException>(() => data.Store.PathAsync(old, default));
    }

    private async Task<List<StoredArtifact>> ListAsync(DateTimeOffset before) =>
        await data.Store.ListAsync(before, TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);

    private async Task<string> CommittedAsync(string content, DateTimeOffset? at = null)
    {
        var (sha256, _) = await data.Store.CommitAsync(Staged(content), TestContext.Current.CancellationToken);
        if (at is { } time)
            File.SetLastWriteTimeUtc(await data.Store.PathAsync(sha256, TestContext.Current.CancellationToken), time.UtcDateTime);
        return sha256;
    }

    private string Staged(string content)
    {
        var path = data.Store.Stage();
        File.WriteAllText(path, content);
        return path;
    }

    private string[] Staging() => Directory.GetFiles(Path.Combine(data.Store.Root, "staging"));
}
