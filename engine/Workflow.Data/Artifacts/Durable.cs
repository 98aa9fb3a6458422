using System.Runtime.InteropServices;

namespace Workflow.Data;

/// <summary>Brings what was written to the disk itself, so that it outlives a power cut.</summary>
internal static partial class Durable
{
    /// <exception cref="IOException">The disk refused; the bytes may be lost.</exception>
    public static void File(string path)
    {
        using var handle = System.IO.File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(handle);
    }

    /// <summary>
    /// Makes the names in a folder durable. On Windows a rename is as durable as its journal makes it: there is nothing to call.
    /// </summary>
    public static void Folder(string path)
    {
        if (OperatingSystem.IsWindows())
            return;
        var descriptor = open(path, 0);
        if (descriptor < 0)
            throw new IOException($"Cannot open the folder {path} (error {Marshal.GetLastPInvokeError()}).");
        try
        {
            if (fsync(descriptor) != 0)
                throw new IOException($"Cannot make the folder {path} durable (error {Marshal.GetLastPInvokeError()}).");
        }
        finally
        {
            _ = close(descriptor);
        }
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int descriptor);
}
