using System.Globalization;

namespace Workflow.Data.DuckDb;

/// <summary>
/// The folder in which one session spills, beside a file that the process keeps locked. The system lets go of the lock however the process
/// ends, so whoever can lock the file of another session may clear up after it: each session does so when it opens.
/// </summary>
internal sealed class SpillFolder : IDisposable
{
    private const string LockEnding = ".lock";
    private const int MaxAttempts = 10;

    private readonly FileStream held;

    private SpillFolder(string path, FileStream held)
    {
        Path = path;
        this.held = held;
    }

    /// <summary>Where to spill; DuckDB makes the folder when it first does.</summary>
    public string Path { get; }

    /// <summary>Clears up after sessions whose process has gone, and takes a folder of its own.</summary>
    /// <param name="root">The folder of all sessions, on a local disk; made if it does not exist.</param>
    /// <exception cref="WorkflowException">The folder cannot be written to; the message names it.</exception>
    public static SpillFolder Open(string root)
    {
        try
        {
            Directory.CreateDirectory(root);
            Sweep(root);
            return Take(root);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new WorkflowException(
                $"Cannot use the folder {root}, into which queries spill: {error.Message} It must be writable and its disk must have room.",
                error);
        }
    }

    /// <inheritdoc />
    public void Dispose() => Clear(Path, held);

    private static SpillFolder Take(string root)
    {
        for (var attempt = 1; ; attempt++)
        {
            var path = System.IO.Path.Combine(root, Guid.CreateVersion7().ToString("N", CultureInfo.InvariantCulture));
            try
            {
                return new SpillFolder(path, Lock(path, FileMode.CreateNew));
            }
            catch (IOException) when (attempt < MaxAttempts)
            {
                // Between the making of the file and its lock, another session may have taken it for a dead one's.
            }
        }
    }

    private static void Sweep(string root)
    {
        foreach (var file in Directory.EnumerateFiles(root, $"*{LockEnding}"))
        {
            var path = file[..^LockEnding.Length];
            try
            {
                Clear(path, Lock(path, FileMode.Open));
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // Its session lives, is another account's, or has just been cleared up.
            }
        }
    }

    /// <summary>The lock's file goes last: a kill before leaves it to the next session.</summary>
    private static void Clear(string path, FileStream held)
    {
        using (held)
        {
            if (Directory.Exists(path))
                Directory.Delete(path, recursive: true);
        }

        File.Delete(path + LockEnding);
    }

    private static FileStream Lock(string path, FileMode mode) => new(path + LockEnding, mode, FileAccess.ReadWrite, FileShare.None);
}
