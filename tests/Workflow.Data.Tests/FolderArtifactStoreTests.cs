using System.Security.Cryptography;
using System.Text;

namespace Workflow.Data.Tests;

public sealed class FolderArtifactStoreTests : IDisposable
{
    private readonly DataFixture data = new();

    public void Dispose() => data.Dispose();

    [Fact]
    public async Task Commit_NewContent_LiesUnderItsHash()
    {
        var (sha256, bytes) = await data.Store.CommitAsync(Staged("hello"), default);

        sha256.ShouldBe(Convert.ToHexStringLower(SHA256.HashData("hello"u8)));
        bytes.ShouldBe(5);
        var path = await data.Store.PathAsync(sha256, default);
        path.ShouldBe(Path.Combine(data.Store.Root, "sha256", sha256[..2], sha256));
        File.ReadAllText(path).ShouldBe("hello");
        Leftovers().ShouldBeEmpty();
    }

    [Fact]
    public async Task Commit_SameContentTwice_IsOneFileOfTheLaterDate()
    {
        var (first, _) = await data.Store.CommitAsync(Staged("hello"), default);
        var path = await data.Store.PathAsync(first, default);
        var old = new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(path, old);

        var (second, _) = await data.Store.CommitAsync(Staged("hello"), default);

        second.ShouldBe(first);
        File.GetLastWriteTimeUtc(path).ShouldBeGreaterThan(old);
        Leftovers().ShouldBeEmpty();
    }

    [Fact]
    public async Task Commit_NeverReached_LeavesAStagedFileThatIsNoArtifact()
    {
        Staged("hello");

        await Should.ThrowAsync<FileNotFoundException>(() =>
            data.Store.PathAsync(Convert.ToHexStringLower(SHA256.HashData("hello"u8)), default));
        var (sha256, _) = await data.Store.CommitAsync(Staged("hello"), default);

        File.ReadAllText(await data.Store.PathAsync(sha256, default)).ShouldBe("hello");
        Leftovers().ShouldHaveSingleItem("what the first left");
    }

    [Fact]
    public async Task Commit_ManyAtOnce_MakesOneFile()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => data.Store.CommitAsync(Staged("same"), default)));

        results.Distinct().ShouldHaveSingleItem();
        Directory.GetFiles(Path.Combine(data.Store.Root, "sha256"), "*", SearchOption.AllDirectories).ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("hel")]
    [InlineData("jello")]
    public async Task Commit_DamagedArtifactUnderTheName_IsReplacedByTheSoundOne(string damaged)
    {
        var (sha256, _) = await data.Store.CommitAsync(Staged("hello"), default);
        var path = await data.Store.PathAsync(sha256, default);
        File.Delete(path);
        File.WriteAllText(path, damaged);

        await data.Store.CommitAsync(Staged("hello"), default);

        File.ReadAllText(await data.Store.PathAsync(sha256, default)).ShouldBe("hello");
        (await data.Store.DamageAsync(sha256, default)).ShouldBeNull();
        Leftovers().ShouldBeEmpty();
    }

    [Fact]
    public void Open_FolderThatCannotBe_NamesIt()
    {
        var inTheWay = data.Write("file", "");

        Should.Throw<WorkflowException>(() => new FolderArtifactStore(Path.Combine(inTheWay, "store"))).Message.ShouldContain(inTheWay);
    }

    [Fact]
    public async Task Path_UnknownHash_SaysWhichStore()
    {
        var error = await Should.ThrowAsync<FileNotFoundException>(() => data.Store.PathAsync(new string('a', 64), default));

        error.Message.ShouldContain(data.Store.Root);
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("")]
    [InlineData("ABCDEF0000000000000000000000000000000000000000000000000000000000")]
    public async Task Path_NoHash_IsRefused(string text) =>
        await Should.ThrowAsync<ArgumentException>(() => data.Store.PathAsync(text, default));

    private string Staged(string content)
    {
        var path = data.Store.Stage();
        File.WriteAllBytes(path, Encoding.UTF8.GetBytes(content));
        return path;
    }

    private string[] Leftovers() => Directory.GetFiles(Path.Combine(data.Store.Root, "staging"));
}
