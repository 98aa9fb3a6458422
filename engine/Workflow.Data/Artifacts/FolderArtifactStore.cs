using System.Globalization;
using Workflow.Artifacts;

namespace Workflow.Data;

/// <summary>
/// The artifact store in a local folder: artifacts at <c>sha256/ab/abcdef...</c>, files being written at <c>staging/</c>, both on
/// one file system so that a commit is a rename. An artifact is read-only once it has its name, and nothing ever writes over it.
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
    /// <exception cref="WorkflowException">The folder is full or read-only, or holds a file of that name and another length; the
    /// message names it.</exception>
    public async Task<(string Sha256, long Bytes)> CommitAsync(string stagedPath, CancellationToken cancellationToken)
    {
        var (sha256, bytes) = await ContentAddress.OfAsync(stagedPath, cancellationToken).ConfigureAwait(false);
        Keep(stagedPath, sha256, bytes);
        return (sha256, bytes);
    }

    /// <inheritdoc />
    /// <exception cref="WorkflowException">What it holds under the name is something else: the disk, or somebody, changed it.</exception>
    public Task<string> PathAsync(string sha256, CancellationToken cancellationToken) => VerifiedAsync(sha256, cancellationToken);

    /// <summary>Where an artifact lies, if the store holds it.</summary>
    internal string PathOf(string sha256) => Path.Combine(artifacts, ContentAddress.Require(sha256)[..2], sha256);

    /// <summary>Makes a staged file whose hash is known durable under it.</summary>
    internal void Keep(string stagedPath, string sha256, long bytes) => Guard("commit to", () =>
    {
        Place(stagedPath, sha256, bytes);
        return true;
    });

    private void Place(string stagedPath, string sha256, long bytes)
    {
        var path = PathOf(sha256);
        var folder = Path.GetDirectoryName(path)!;
        Directory.CreateDirectory(folder);

        // Content reaches the disk before its name does: a name without its bytes would look committed after a power cut.
        Durable.File(stagedPath);
        File.SetLastWriteTimeUtc(stagedPath, time.GetUtcNow().UtcDateTime);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(stagedPath, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);

        // A kill before this line leaves a staged file, which the sweep of old staged files removes.
        while (!TryMove(stagedPath, path))
        {
            RequireLength(path, bytes);
            if (TryRenew(stagedPath, path))
                break;
        }

        // A kill before this line may lose the name in a power cut, but no record refers to it yet: the attempt is run again.
        Durable.Folder(folder);
        Durable.Folder(artifacts);

        // It was hashed a moment ago, and to find a damage there right away would take the disk to read it, not the cache.
        if (new FileInfo(path) is { Exists: true } held)
            Remember(sha256, held);
    }

    private static bool TryMove(string stagedPath, string path)
    {
        try
        {
            File.Move(stagedPath, path, overwrite: false);
            return true;
        }
        catch (IOException error) when (IsTaken(error) || File.Exists(path))
        {
            return false;
        }
    }

    /// <summary>Whether there was a file of the name, which may have been moved away since.</summary>
    private static bool IsTaken(IOException error)
    {
        const int fileExistsOnUnix = 17;
        const int fileExistsOnWindows = unchecked((int)0x80070050);
        const int alreadyExistsOnWindows = unchecked((int)0x800700B7);
        return error.HResult is fileExistsOnUnix or fileExistsOnWindows or alreadyExistsOnWindows;
    }

    /// <summary>Dates an artifact that is held already, so that no deletion which is under way takes it.</summary>
    /// <returns>False if it has just been moved away.</returns>
    private bool TryRenew(string stagedPath, string path)
    {
        try
        {
            File.SetLastWriteTimeUtc(path, time.GetUtcNow().UtcDateTime);
            File.Delete(stagedPath);
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (UnauthorizedAccessException)
        {
            // Another account's file: only its owner may date it, but whoever may write to the folder may put an equal one in its place.
            File.Move(stagedPath, path, overwrite: true);
        }

        return true;
    }

    /// <summary>
    /// Equal hashes mean equal content, so an artifact of another length was damaged: better to stop than to hand it out.
    /// </summary>
    private void RequireLength(string path, long bytes)
    {
        var held = new FileInfo(path);
        if (held.Exists && held.Length != bytes)
        {
            throw new WorkflowException(
                $"The artifact store {Root} is damaged: {path} has {held.Length} bytes where its content has {bytes}. "
                + "Remove the file and run the task again.");
        }
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
