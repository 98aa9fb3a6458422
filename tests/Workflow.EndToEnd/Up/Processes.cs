using System.Diagnostics;
using Workflow.Testing;

namespace Workflow.EndToEnd.Up;

/// <summary>Processes that are not the test's own children, and how to end them.</summary>
internal static class Processes
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>Whether a process lives. One that has ended but that its parent has not asked after yet (a zombie) does not.</summary>
    public static bool IsRunning(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return !process.HasExited && !IsZombie(processId);
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Sends a signal, such as <c>TERM</c>.</summary>
    public static async Task SignalAsync(int processId, string signal)
    {
        using var kill = Process.Start(new ProcessStartInfo("kill", [$"-{signal}", $"{processId}"]) { RedirectStandardError = true })!;
        await kill.WaitForExitAsync();
    }

    public static Task UntilEndedAsync(int processId, string what) =>
        Eventually.TrueAsync(() => !IsRunning(processId), Limit, $"{what} (process {processId}) has ended");

    /// <summary>Ends a process as a crash does.</summary>
    public static async Task KillAsync(int processId, string what)
    {
        await SignalAsync(processId, "KILL");
        await UntilEndedAsync(processId, what);
    }

    private static bool IsZombie(int processId)
    {
        try
        {
            // The state is the first field after the name, which stands in parentheses and may hold any character.
            return OperatingSystem.IsLinux() && File.ReadAllText($"/proc/{processId}/stat").Split(')')[^1].TrimStart().StartsWith('Z');
        }
        catch (IOException)
        {
            return true;
        }
    }
}
