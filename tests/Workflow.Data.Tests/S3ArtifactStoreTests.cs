using System.Security.Cryptography;
using System.Text;
using Workflow.Artifacts;
using Workflow.Testing.S3;

namespace Workflow.Data.Tests;

/// <summary>Two machines with folders of their own, and a bucket between them.</summary>
public sealed class S3ArtifactStoreTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Limit = new(2020, 6, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly DataFixture data = new();
    private readonly List<S3ArtifactStore> opened = [];
    private S3Stub stub = null!;

    public async ValueTask InitializeAsync() => stub = await S3Stub.StartAsync();

    public async ValueTask DisposeAsync()
    {
        opened.ForEach(store => store.Dispose());
        await stub.DisposeAsync();
        data.Dispose();
    }

    [Fact]
    public async Task Commit_NewContent_IsReadByAnotherMachine()
    {
        var (sha256, bytes) = await CommitAsync(Open("one"), "hello");

        sha256.ShouldBe(Hash("hello"));
        bytes.ShouldBe(5);
        stub.Objects.Keys.ShouldBe([KeyOf(sha256)]);
        var other = Open("two");
        var path = await other.PathAsync(sha256, default);
        path.ShouldStartWith(Folder("two"));
        File.ReadAllText(path).ShouldBe("hello");
        Leftovers().ShouldBeEmpty();
    }

    [Fact]
    public async Task Path_OfWhatWasFetchedOrWrittenHere_AsksTheServerForNothing()
    {
        var (one, two) = (Open("one"), Open("two"));
        var (sha256, _) = await CommitAsync(one, "hello");
        var path = await two.PathAsync(sha256, default);
        stub.Requests.Clear();

        (await two.PathAsync(sha256, default)).ShouldBe(path);
        await one.PathAsync(sha256, default);

        stub.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Commit_SameContentTwice_IsSentOnceAndRenewed()
    {
        var (first, _) = await CommitAsync(Open("one"), "hello");
        stub.Objects[KeyOf(first)] = stub.Objects[KeyOf(first)] with { At = default };

        var (second, _) = await CommitAsync(Open("two"), "hello");

        second.ShouldBe(first);
        stub.Requests.Count(request => request.StartsWith("PUT", StringComparison.Ordinal)).ShouldBe(1);
        stub.Objects[KeyOf(first)].At.ShouldBeGreaterThan(default);
        Leftovers().ShouldBeEmpty();
    }

    [Fact]
    public async Task Commit_ManyAtOnce_MakesOneObject()
    {
        var stores = Enumerable.Range(0, 4).Select(number => Open($"machine-{number}")).ToList();

        var results = await Task.WhenAll(Enumerable.Range(0, 32).Select(index => CommitAsync(stores[index % 4], "same")));

        results.Distinct().ShouldHaveSingleItem();
        stub.Objects.Keys.ShouldBe([KeyOf(Hash("same"))]);
        Leftovers().ShouldBeEmpty();
    }

    [Fact]
    public async Task Path_ManyAtOnce_FetchesOnce()
    {
        var (sha256, _) = await CommitAsync(Open("one"), "hello");
        var two = Open("two");
        stub.Requests.Clear();

        var paths = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => two.PathAsync(sha256, default)));

        paths.Distinct().ShouldHaveSingleItem();
        stub.Requests.ShouldBe([$"GET {KeyOf(sha256)}"]);
    }

    [Fact]
    public async Task Commit_MoreThanAPart_IsSentInPartsAndComesBackWhole()
    {
        var content = string.Concat(Enumerable.Range(0, 1000).Select(number => $"{number},"));

        var (sha256, bytes) = await CommitAsync(Open("one", partBytes: 1000), content);

        bytes.ShouldBe(content.Length);
        stub.Requests.Count(request => request.StartsWith("PUT", StringComparison.Ordinal)).ShouldBe(4);
        File.ReadAllText(await Open("two").PathAsync(sha256, default)).ShouldBe(content);
    }

    [Fact]
    public async Task Path_DamagedObject_IsNamedAndLeavesNothing()
    {
        var (sha256, _) = await CommitAsync(Open("one"), "hello");
        stub.Damage(KeyOf(sha256));
        var two = Open("two");

        var error = await Should.ThrowAsync<WorkflowException>(() => two.PathAsync(sha256, default));

        error.Message.ShouldContain(KeyOf(sha256));
        error.Message.ShouldContain("'artifacts' at http://127.0.0.1");
        error.Message.ShouldContain("damaged");
        await Should.ThrowAsync<WorkflowException>(() => two.PathAsync(sha256, default));
        Leftovers().ShouldBeEmpty();
    }

    [Fact]
    public async Task Commit_ObjectOfAnotherLengthUnderTheName_IsRefusedAndNotOverwritten()
    {
        var key = KeyOf(Hash("hello"));
        stub.Objects[key] = new S3Object("hel"u8.ToArray(), default);

        var error = await Should.ThrowAsync<WorkflowException>(() => CommitAsync(Open("one"), "hello"));

        error.Message.ShouldContain("damaged");
        stub.Objects[key].Bytes.Length.ShouldBe(3);
    }

    [Fact]
    public async Task Path_UnknownHash_NamesKeyAndBucket()
    {
        var unknown = new string('a', 64);

        var error = await Should.ThrowAsync<FileNotFoundException>(() => Open("one").PathAsync(unknown, default));

        error.Message.ShouldContain(KeyOf(unknown));
        error.Message.ShouldContain("'artifacts'");
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("")]
    public async Task Path_NoHash_IsRefused(string hash) =>
        await Should.ThrowAsync<ArgumentException>(() => Open("one").PathAsync(hash, default));

    [Fact]
    public async Task Commit_ServerAwayForAMoment_IsTriedAgain()
    {
        stub.FailNext(2);

        var (sha256, _) = await CommitAsync(Open("one"), "hello");

        stub.Objects.Keys.ShouldBe([KeyOf(sha256)]);
    }

    [Fact]
    public async Task Path_ConnectionBreaksInTheMiddle_IsTriedAgain()
    {
        var (sha256, _) = await CommitAsync(Open("one"), new string('x', 100_000));
        stub.BreakNext(2);

        new FileInfo(await Open("two").PathAsync(sha256, default)).Length.ShouldBe(100_000);
    }

    [Theory]
    [InlineData("wrong", S3Stub.SecretKey, S3Stub.Bucket, "Artifacts:S3:AccessKey")]
    [InlineData(S3Stub.AccessKey, "wrong-secret", S3Stub.Bucket, "Artifacts:S3:SecretKey")]
    [InlineData(S3Stub.AccessKey, S3Stub.SecretKey, "elsewhere", "Artifacts:S3:Bucket")]
    public async Task Check_WrongSettings_NamesThem(string accessKey, string secretKey, string bucket, string setting)
    {
        var store = Open("one", stub.Options with { AccessKey = accessKey, SecretKey = secretKey, Bucket = bucket });

        var error = await Should.ThrowAsync<WorkflowException>(() => store.CheckAsync(default));

        error.Message.ShouldContain(setting);
        error.Message.ShouldContain($"'{bucket}' at {stub.Endpoint.GetLeftPart(UriPartial.Authority)}");
        error.ToString().ShouldNotContain(secretKey);
    }

    [Theory]
    [InlineData("wrong", S3Stub.SecretKey, S3Stub.Bucket)]
    [InlineData(S3Stub.AccessKey, S3Stub.SecretKey, "elsewhere")]
    public async Task Commit_WrongSettings_KeepsTheStagedFile(string accessKey, string secretKey, string bucket)
    {
        var store = Open("one", stub.Options with { AccessKey = accessKey, SecretKey = secretKey, Bucket = bucket });

        var error = await Should.ThrowAsync<WorkflowException>(() => CommitAsync(store, "hello"));

        error.Message.ShouldContain(bucket);
        Leftovers().ShouldHaveSingleItem();
        stub.Objects.ShouldBeEmpty();
    }

    [Fact]
    public async Task Check_ServerIsThere_Passes() => await Open("one").CheckAsync(default);

    [Fact]
    public void Print_Options_KeepsKeysToItself()
    {
        var printed = $"{stub.Options}";

        printed.ShouldContain(S3Stub.Bucket);
        printed.ShouldNotContain(S3Stub.SecretKey);
        printed.ShouldNotContain(S3Stub.AccessKey);
    }

    [Fact]
    public async Task List_OldAndYoungOnSeveralPages_ListsTheOldOnes()
    {
        var one = Open("one");
        List<StoredArtifact> old = [];
        for (var number = 0; number < 5; number++)
        {
            var (sha256, bytes) = await CommitAsync(one, $"old {number}");
            old.Add(new StoredArtifact(sha256, bytes));
            MakeOld(sha256);
        }

        await CommitAsync(one, "young");
        stub.Objects["some/place/README"] = new S3Object([0], default);
        stub.Objects[$"elsewhere/aa/{new string('a', 64)}"] = new S3Object([0], default);

        var listed = await one.ListAsync(Limit, default).ToListAsync(TestContext.Current.CancellationToken);

        listed.ShouldBe(old, ignoreOrder: true);
    }

    [Fact]
    public async Task Delete_Old_IsGoneFromBucketAndFolder()
    {
        var one = Open("one");
        var (sha256, _) = await CommitAsync(one, "hello");
        MakeOld(sha256);

        (await one.DeleteAsync(sha256, Limit, default)).ShouldBeTrue();

        stub.Objects.ShouldBeEmpty();
        await Should.ThrowAsync<FileNotFoundException>(() => one.PathAsync(sha256, default));
        (await one.DeleteAsync(sha256, Limit, default)).ShouldBeFalse();
    }

    [Fact]
    public async Task Delete_CommittedAgainSinceItWasListed_KeepsIt()
    {
        var (sha256, _) = await CommitAsync(Open("one"), "hello");
        MakeOld(sha256);
        await CommitAsync(Open("two"), "hello");

        (await Open("one").DeleteAsync(sha256, Limit, default)).ShouldBeFalse();

        stub.Objects.Keys.ShouldBe([KeyOf(sha256)]);
    }

    [Fact]
    public async Task Sweep_StagedFiles_DeletesTheOldOnes()
    {
        var one = Open("one");
        File.WriteAllText(one.Stage(), "left");

        (await one.SweepStagedAsync(Limit, default)).ShouldBe(0);
        (await one.SweepStagedAsync(DateTimeOffset.MaxValue, default)).ShouldBe(1);

        Leftovers().ShouldBeEmpty();
    }

    private void MakeOld(string sha256) => stub.Objects[KeyOf(sha256)] = stub.Objects[KeyOf(sha256)] with { At = Limit.AddDays(-1) };

    private S3ArtifactStore Open(string machine, S3Options? options = null, long partBytes = 64 << 20)
    {
        var store = new S3ArtifactStore(options ?? stub.Options, Folder(machine)) { PartBytes = partBytes };
        opened.Add(store);
        return store;
    }

    private string Folder(string machine) => Path.Combine(data.Folder, machine);

    private string KeyOf(string sha256) => $"{stub.Options.Prefix}/{sha256[..2]}/{sha256}";

    private static string Hash(string content) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)));

    private static Task<(string Sha256, long Bytes)> CommitAsync(S3ArtifactStore store, string content)
    {
        var staged = store.Stage();
        File.WriteAllText(staged, content);
        return store.CommitAsync(staged, TestContext.Current.CancellationToken);
    }

    private IEnumerable<string> Leftovers() =>
        Directory.GetDirectories(data.Folder, "staging", SearchOption.AllDirectories).SelectMany(Directory.GetFiles);
}
