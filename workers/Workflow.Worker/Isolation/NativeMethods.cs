using System.Runtime.InteropServices;

namespace Workflow.Worker.Isolation;

/// <summary>What isolation needs of the C library. Nothing happens on systems that lack it.</summary>
internal static partial class NativeMethods
{
    private const string LibC = "libc";
    private const int KillSignal = 9;
    private const int SetDescriptorFlags = 2;
    private const int CloseOnExec = 1;

    /// <summary>Puts the calling process into a group of its own, which its own children inherit.</summary>
    public static void LeadGroup()
    {
        if (!OperatingSystem.IsWindows())
            _ = SetGroup(0, 0);
    }

    /// <summary>Ends every process of a group at once. A group that is already empty is no error.</summary>
    public static void KillGroup(int leader)
    {
        if (!OperatingSystem.IsWindows())
            _ = Kill(-leader, KillSignal);
    }

    /// <summary>Ends every process of the caller's group at once, and the caller with it.</summary>
    public static void KillOwnGroup()
    {
        if (!OperatingSystem.IsWindows())
            _ = Kill(0, KillSignal);
    }

    /// <summary>Keeps a descriptor from programs that this process starts.</summary>
    /// <remarks>Linux only: elsewhere a function of a variable number of arguments may want them in other places.</remarks>
    public static void KeepToSelf(int descriptor)
    {
        if (OperatingSystem.IsLinux())
            _ = Control(descriptor, SetDescriptorFlags, CloseOnExec);
    }

    /// <summary>Writes out what native code has printed so far: to a pipe, the C library holds it back.</summary>
    public static void FlushOutput()
    {
        if (!OperatingSystem.IsWindows())
            _ = Flush(nint.Zero);
    }

    [LibraryImport(LibC, EntryPoint = "setpgid")]
    private static partial int SetGroup(int processId, int groupId);

    [LibraryImport(LibC, EntryPoint = "kill")]
    private static partial int Kill(int processId, int signal);

    [LibraryImport(LibC, EntryPoint = "fcntl")]
    private static partial int Control(int descriptor, int command, int argument);

    [LibraryImport(LibC, EntryPoint = "fflush")]
    private static partial int Flush(nint stream);
}
