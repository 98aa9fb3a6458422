using System.Globalization;
using Workflow.Artifacts;

namespace Workflow.Data;

/// <summary>
/// The artifact store in a local folder: artifacts at <c>sha256/ab/abcdef...</c>, files being written at <c>staging/</c>, both on
/// one file system so that a commit is a rename. An artifact is read-only once it has its name, and only an equal one ever takes its place.
/// <para>
/// A file's time says when its content was last committed. A deletion moves the file to <c>staging/abcdef....gone</c>, reads the time
/// there, and puts back what is younger than it was told: a commit comes before the move and is seen, or after it and brings its own file.
/// </para>
/// </summary>
public sealed partial class FolderArtifactStore : IArtifactStore
{
    private readonly string artifacts;
    private readonly string staging;
    private readonly TimeProvider time;

    /// <summary>Uses a folder, and makes it if it does not exist.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="time">Dates the commits; the system's clock unless given.</param>
    /// <exception cref="WorkflowException">The folder cannot be written to; the message names it.</exception>
    public FolderArtifactStore(string root, TimeProvider? time = null)
    {
        this.time = time ?? TimeProvider.System;
        Root = Path.GetFullPath(root);
        artifacts = Path.Combine(Root, "sha256");
        staging = Path.Combine(Root, "staging");
        Guard("use", () =>
        {
            Directory.CreateDirectory(artifacts);
            Directory.CreateDirectory(staging);
            return true;
        });
    }

    /// <summary>The folder's full path.</summary>
    public string Root { get; }

    /// <inheritdoc />
    public string Stage() => Path.Combine(staging, Guid.CreateVersion7().ToString("N", CultureInfo.InvariantCulture));

    /// <inheritdoc />
    /// <exception cref="WorkflowException">The folder is full or read-only; the message names it.</exception>
    public async Task<(string Sha256, long Bytes)> CommitAsync(string stagedPath, CancellationToken cancellationToken)
    {
        var (sha256, bytes) = await ContentAddress.OfAsync(stagedPath, cancellationToken).ConfigureAwait(false);
        Keep(stagedPath, sha256);
        return (sha256, bytes);
    }

    /// <inheritdoc />
    /// <exception cref="WorkflowException">What it holds under the name is something else: the disk, or somebody, changed it.</exception>
    public Task<string> PathAsync(string sha256, CancellationToken cancellationToken) => VerifiedAsync(sha256, cancellationToken);

    /// <summary>Where an artifact lies, if the store holds it.</summary>
    internal string PathOf(string sha256) => Path.Combine(artifacts, ContentAddress.Require(sha256)[..2], sha256);

    /// <summary>Makes a staged file whose hash is known durable under it.</summary>
    internal void Keep(string stagedPath, string sha256) => Guard("commit to", () =>
    {
        Place(stagedPath, sha256);
        return true;
    });

    private void Place(string stagedPath, string sha256)
    {
        var path = PathOf(sha256);
        var folder = Path.GetDirectoryName(path)!;
        Directory.CreateDirectory(folder);

        // Content reaches the disk before its name does: a name without its bytes would look committed after a power cut.
        Durable.File(stagedPath);
        File.SetLastWriteTimeUtc(stagedPath, time.GetUtcNow().UtcDateTime);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(stagedPath, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);

        // A kill before this line leaves a staged file, which the sweep of old staged files removes. An artifact that is held under the
        // name already gives way: its bytes were hashed long ago, if ever, and these a moment ago. Whoever reads it reads on in the old
        // file.
        File.Move(stagedPath, path, overwrite: true);

        // A kill before this line may lose the name in a power cut, but no record refers to it yet: the attempt is run again.
        Durable.Folder(folder);
        Durable.Folder(artifacts);

        // To find a damage there right away would take the disk to read it, not the cache.
        if (new FileInfo(path) is { Exists: true } held)
            Remember(sha256, held);
    }

    private T Guard<T>(string act, Func<T> body)
    {
        try
        {
            return body();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new WorkflowException(
                $"Cannot {act} the artifact store {Root}: {error.Message} The folder must be writable and its disk must have room.", error);
        }
    }
}
