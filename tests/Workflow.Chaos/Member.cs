using System.Diagnostics;
using System.Globalization;
using Workflow.Testing;
using Workflow.Testing.Running;

namespace Workflow.Chaos;

/// <summary>A scheduler or a worker: one process after the other, each under the same name.</summary>
internal sealed class Member(Playground playground, string kind, int number, Say say)
{
    public const string SchedulerKind = "scheduler";
    public const string WorkerKind = "worker";
    public const string ConnectionVariable = "Database__ConnectionString";
    public const string ArtifactsVariable = "Artifacts__Folder";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    private readonly Lock gate = new();
    private Process? process;
    private int disturbances;
    private volatile bool hasBegun;

    /// <summary>What people read.</summary>
    public string Title => $"{kind} {number} (pid {process?.Id})";

    /// <summary>A worker's name in the database.</summary>
    public string Name { get; } = $"chaos-{kind}-{number}";

    public bool IsWorker => kind == WorkerKind;

    /// <summary>Whether it is stopped by a signal.</summary>
    public bool IsFrozen { get; private set; }

    /// <summary>Whether it is meant to run. A process that ends all the same does so by itself.</summary>
    public bool IsMeantToRun { get; private set; }

    public bool HasEnded => process is null or { HasExited: true };

    /// <summary>
    /// Whether the process may have ended because it found the database away when it started: it says so and leaves it to whoever started
    /// it.
    /// </summary>
    public bool CouldNotStart => !hasBegun && playground.Disturbances > disturbances;

    /// <summary>Whether a signal to stop came before the process listened to any: the system then ends it, and nothing is lost.</summary>
    public bool WasStillStarting => !hasBegun;

    public int? ExitCode => process is { HasExited: true } ended ? ended.ExitCode : null;

    /// <summary>What all its processes printed.</summary>
    public string LogFile => Path.Combine(playground.Logs, $"{kind}-{number}.log");

    /// <summary>Starts a process.</summary>
    /// <param name="clock">How wrong its clock is.</param>
    public void Start(TimeSpan clock = default)
    {
        var start = clock == default
            ? new ProcessStartInfo(TestEngine.Executable,
                IsWorker ? ["worker", "--name", Name, "--stop-with-input"] : ["scheduler", "--dags", Playground.Dags])
            : new ProcessStartInfo(Own, [ShiftedHost.Verb, kind, Name, clock.ToString("c", CultureInfo.InvariantCulture)]);
        start.WorkingDirectory = playground.Folder;
        (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError) = (true, true, true);
        foreach (var (name, value) in playground.Environment)
            start.Environment[name] = value;
        process?.Dispose();
        (hasBegun, disturbances) = (false, playground.Disturbances);
        process = Process.Start(start)!;
        Log($"--- process {process.Id}, clock {clock}");
        process.OutputDataReceived += (_, line) => Log(line.Data);
        process.ErrorDataReceived += (_, line) => Log(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        IsMeantToRun = true;
        say.Line($"{Title} starts{(clock == default ? "" : $", its clock {(clock > TimeSpan.Zero ? "+" : "")}{clock.TotalHours} h")}");
    }

    /// <summary>Ends it as a crash does.</summary>
    public async Task KillAsync()
    {
        IsMeantToRun = false;
        process!.Kill();
        await UntilEndedAsync();
    }

    /// <summary>Asks it to stop, as a service manager does.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> TerminateAsync()
    {
        IsMeantToRun = false;
        await Signals.SendAsync(process!.Id, "TERM");
        await UntilEndedAsync();
        return process.ExitCode;
    }

    /// <summary>Stops it in its tracks, and lets it go on.</summary>
    public async Task FreezeAsync(TimeSpan duration, TimeProvider time)
    {
        var id = process!.Id;
        IsFrozen = true;
        await Signals.SendAsync(id, "STOP");
        try
        {
            await Task.Delay(duration, time);
        }
        finally
        {
            await Signals.SendAsync(id, "CONT");
            IsFrozen = false;
        }
    }

    // Not WaitForExitAsync: that waits for the end of the output too, which isolated tasks may share.
    private Task UntilEndedAsync() => Eventually.TrueAsync(() => HasEnded, Limit, $"{Title} has ended");

    private static string Own => Path.Combine(AppContext.BaseDirectory, "Workflow.Chaos");

    private void Log(string? line)
    {
        if (line is null)
            return;

        // The first line of its services.
        hasBegun |= line.Contains(": Workflow.", StringComparison.Ordinal);
        lock (gate)
            File.AppendAllText(LogFile, line + Environment.NewLine);
    }
}
