using Workflow.Artifacts;
using Workflow.Testing.S3;

namespace Workflow.Data.Tests;

/// <summary>What a disk does to bytes is found when they are read.</summary>
public sealed class ArtifactDamageTests : IDisposable
{
    private readonly DataFixture data = new();

    public void Dispose() => data.Dispose();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Path_FlippedByte_IsFoundAndNamed()
    {
        var (sha256, path) = await CommittedAsync(data.Store, "hello");
        Flip(path, keepTime: false);

        var error = await Should.ThrowAsync<WorkflowException>(() => data.Store.PathAsync(sha256, Token));

        error.Message.ShouldContain(path);
        error.Message.ShouldContain(sha256);
        error.Message.ShouldContain("damaged");
    }

    [Fact]
    public async Task Path_FlippedByteBehindAnotherProcessesBack_IsFoundByTheNextProcess()
    {
        var (sha256, path) = await CommittedAsync(data.Store, "hello");
        Flip(path, keepTime: true);

        // This process hashed it a moment ago, and nothing tells it to look again; verifying does, and so does any other process.
        (await data.Store.PathAsync(sha256, Token)).ShouldBe(path);
        (await data.Store.DamageAsync(sha256, Token)).ShouldNotBeNull().ShouldContain(path);
        await Should.ThrowAsync<WorkflowException>(() => data.Store.PathAsync(sha256, Token));
        await Should.ThrowAsync<WorkflowException>(() => new FolderArtifactStore(data.Store.Root).PathAsync(sha256, Token));
    }

    [Fact]
    public async Task Damage_SoundArtifact_IsNone()
    {
        var (sha256, _) = await CommittedAsync(data.Store, "hello");

        (await data.Store.DamageAsync(sha256, Token)).ShouldBeNull();
        await Should.ThrowAsync<FileNotFoundException>(() => data.Store.DamageAsync(new string('0', 64), Token));
    }

    [Fact]
    public async Task Path_DamagedCopyOfABucketsObject_IsFetchedAnew()
    {
        await using var stub = await S3Stub.StartAsync();
        using var store = new S3ArtifactStore(stub.Options, Path.Combine(data.Folder, "machine"));
        var (sha256, path) = await CommittedAsync(store, "hello");
        Flip(path, keepTime: false);

        File.ReadAllText(await store.PathAsync(sha256, Token)).ShouldBe("hello");

        var key = stub.Objects.Keys.Single();
        stub.Objects[key] = stub.Objects[key] with { Bytes = "hellp"u8.ToArray() };
        (await store.DamageAsync(sha256, Token)).ShouldNotBeNull().ShouldContain(key);
    }

    [Fact]
    public async Task Path_ArtifactThatIsColdOnly_IsBroughtBack()
    {
        var cold = new FolderArtifactStore(Path.Combine(data.Folder, "cold"));
        using var tiered = new TieredArtifactStore(data.Store, cold);
        var (sha256, path) = await CommittedAsync(tiered, "hello");
        await tiered.CoolAsync(sha256, Token);
        (await data.Store.DeleteAsync(sha256, DateTimeOffset.MaxValue, Token)).ShouldBeTrue();

        (await tiered.DamageAsync(sha256, Token)).ShouldBeNull();
        File.ReadAllText(await tiered.PathAsync(sha256, Token)).ShouldBe("hello");

        File.Exists(path).ShouldBeTrue();
        await Should.ThrowAsync<FileNotFoundException>(() => tiered.PathAsync(new string('0', 64), Token));
    }

    [Fact]
    public async Task Cool_DamagedArtifact_NeverReachesTheColdStore()
    {
        var cold = new FolderArtifactStore(Path.Combine(data.Folder, "cold"));
        using var tiered = new TieredArtifactStore(data.Store, cold);
        var (sha256, path) = await CommittedAsync(tiered, "hello");
        Flip(path, keepTime: true);

        await Should.ThrowAsync<WorkflowException>(() => tiered.CoolAsync(sha256, Token));

        Directory.GetFiles(cold.Root, "*", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    private static async Task<(string Sha256, string Path)> CommittedAsync(IArtifactStore store, string content)
    {
        var staged = store.Stage();
        await File.WriteAllTextAsync(staged, content, Token);
        var (sha256, _) = await store.CommitAsync(staged, Token);
        return (sha256, await store.PathAsync(sha256, Token));
    }

    private static void Flip(string path, bool keepTime)
    {
        var written = File.GetLastWriteTimeUtc(path);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var bytes = File.ReadAllBytes(path);
        bytes[1] ^= 1;
        File.WriteAllBytes(path, bytes);
        File.SetLastWriteTimeUtc(path, keepTime ? written : written.AddMinutes(1));
    }
}
