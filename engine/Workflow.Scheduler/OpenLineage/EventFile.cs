using System.Text;

namespace Workflow.Scheduler.OpenLineage;

/// <summary>A file of events, one a line, that others may move away at any time.</summary>
internal static class EventFile
{
    /// <summary>Appends an event. It is on the disk then, as its record in the database is.</summary>
    /// <exception cref="IOException">Another scheduler is writing, or the disk is full: try again.</exception>
    public static async Task AppendAsync(string path, string json, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);

        // Nobody else writes meanwhile: the place to append at is looked up, not left to the system.
        var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        await using (file.ConfigureAwait(false))
        {
            var isCut = false;
            if (file.Length > 0)
            {
                file.Seek(-1, SeekOrigin.End);
                isCut = file.ReadByte() != '\n';
            }

            // What a kill cut off is a line by itself: it spoils no other, and is sent again.
            await file.WriteAsync(Encoding.UTF8.GetBytes($"{(isCut ? "\n" : "")}{json}\n"), cancellationToken).ConfigureAwait(false);
            file.Flush(flushToDisk: true);
        }
    }
}
