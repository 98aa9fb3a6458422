using System.Diagnostics;
using Workflow.Testing;

namespace Workflow.Chaos;

/// <summary>Signals to processes, and which processes there are.</summary>
internal static class Signals
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    /// <summary>Sends a signal, such as <c>KILL</c>, to processes at once; to those that have ended, nothing.</summary>
    public static async Task SendAsync(IEnumerable<int> processIds, string signal)
    {
        using var kill =
            Process.Start(
                new ProcessStartInfo("kill", [$"-{signal}", .. processIds.Select(id => $"{id}")]) { RedirectStandardError = true })!;
        await kill.WaitForExitAsync();
    }

    public static Task SendAsync(int processId, string signal) => SendAsync([processId], signal);

    public static Task UntilEndedAsync(int processId, string what) =>
        Eventually.TrueAsync(() => !IsRunning(processId), Limit, $"{what} (process {processId}) has ended");

    /// <summary>
    /// The processes that run in a folder or below it, such as <c>1234 workflow</c>: everything that this program started does, and so does
    /// what those processes start. Known on Linux only.
    /// </summary>
    public static IReadOnlyList<string> In(string folder)
    {
        var found = new List<string>();
        foreach (var process in OperatingSystem.IsLinux() ? Directory.GetDirectories("/proc") : [])
        {
            try
            {
                var working = new DirectoryInfo(Path.Combine(process, "cwd")).LinkTarget;
                if (int.TryParse(Path.GetFileName(process), out var id) && working?.StartsWith(folder, StringComparison.Ordinal) == true)
                    found.Add($"{id} {File.ReadAllText(Path.Combine(process, "comm")).Trim()}");
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // It has ended meanwhile, or is somebody else's.
            }
        }

        return found;
    }

    private static bool IsRunning(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return !process.HasExited
                && !(OperatingSystem.IsLinux() && File.ReadAllText($"/proc/{processId}/stat").Split(')')[^1].TrimStart().StartsWith('Z'));
        }
        catch (Exception exception) when (exception is ArgumentException or IOException)
        {
            return false;
        }
    }
}
