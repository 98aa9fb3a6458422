using System.Diagnostics;
using System.Globalization;

namespace Workflow.Engine.Embedded;

/// <summary>
/// What a running server says about itself in <c>postmaster.pid</c>. The user namespace that root's server runs in is not a process
/// namespace, so the number in the file is the one that everybody sees.
/// </summary>
/// <param name="ProcessId">The postmaster's process.</param>
/// <param name="Port">Its port, or null while the server has not yet written it.</param>
internal sealed record PostmasterFile(int ProcessId, int? Port)
{
    private const string Name = "postmaster.pid";
    private const int PortLine = 3;

    // Greater than any system's process numbers, and still one that PostgreSQL reads.
    private const int Nobody = int.MaxValue;

    internal static string PathIn(string cluster) => Path.Combine(cluster, Name);

    /// <summary>Null if there is no file, or none that can be understood (a full disk leaves an empty one).</summary>
    internal static PostmasterFile? Read(string cluster)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(PathIn(cluster));
        }
        catch (IOException)
        {
            // Not there, or removed between the look and the reading: the same to us.
            return null;
        }

        if (lines.Length == 0 || !int.TryParse(lines[0], CultureInfo.InvariantCulture, out var process) || process <= 0)
            return null;
        var hasPort = int.TryParse(lines.ElementAtOrDefault(PortLine), CultureInfo.InvariantCulture, out var port) && port > 0;
        return new PostmasterFile(process, hasPort ? port : null);
    }

    /// <summary>
    /// Whether the process runs at all. A dead one that nobody has reaped (a container whose first process does not) does not run.
    /// </summary>
    internal bool IsRunning()
    {
        try
        {
            using var process = Process.GetProcessById(ProcessId);
            return !process.HasExited && !(OperatingSystem.IsLinux() && IsZombie());
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException or IOException)
        {
            return false;
        }
    }

    /// <summary>
    /// Whether the process is this cluster's server and not one that got its number after a reboot. A postmaster's working folder is its
    /// cluster, which Linux shows; elsewhere, or where the process may not be looked at, its name decides.
    /// </summary>
    internal bool IsServerOf(string cluster)
    {
        try
        {
            var folder = $"/proc/{ProcessId}/cwd";
            if (OperatingSystem.IsLinux() && Directory.Exists(folder))
                return AreOne(folder, cluster);

            using var process = Process.GetProcessById(ProcessId);
            return process.ProcessName.StartsWith("postgres", StringComparison.Ordinal);
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException or UnauthorizedAccessException or IOException)
        {
            return false;
        }
    }

    /// <summary>
    /// PostgreSQL takes a dead process that nobody has reaped for a running server, and refuses to start. The file must stay all the
    /// same: from it the new postmaster learns which shared memory the backends of the old one may still hold. So it gets a number
    /// that no process has.
    /// </summary>
    internal void DisownIfUnreaped(string cluster)
    {
        try
        {
            if (!OperatingSystem.IsLinux() || !IsZombie())
                return;
        }
        catch (IOException)
        {
            // Reaped by now.
            return;
        }

        var lines = File.ReadAllLines(PathIn(cluster));
        lines[0] = Nobody.ToString(CultureInfo.InvariantCulture);
        File.WriteAllLines(PathIn(cluster), lines);
    }

    /// <summary>Whether two paths, through links perhaps, lead to the same running server.</summary>
    internal static bool AreOne(string cluster, string other) =>
        File.Exists(PathIn(cluster)) && Identity(cluster).SequenceEqual(Identity(other));

    // Process, folder and start time. The lines after them change while the server starts.
    private static IEnumerable<string> Identity(string folder) => File.ReadAllLines(PathIn(folder)).Take(PortLine);

    private bool IsZombie()
    {
        var status = File.ReadAllText($"/proc/{ProcessId}/stat");
        return status.AsSpan(status.LastIndexOf(')') + 1).TrimStart().StartsWith("Z");
    }
}
