namespace Workflow.Worker.Isolation;

/// <summary>Says in words how a process ended.</summary>
internal static class ExitText
{
    private const int SignalBase = 128;

    /// <summary>The exit code, and the signal that it stands for.</summary>
    public static string Of(int exitCode) => (OperatingSystem.IsWindows() ? 0 : exitCode - SignalBase) switch
    {
        4 => $"exit code {exitCode} (SIGILL: an illegal instruction)",
        6 => $"exit code {exitCode} (SIGABRT: an unhandled exception, a stack overflow, Environment.FailFast or an abort of native code)",
        7 => $"exit code {exitCode} (SIGBUS: native code touched memory that is not there)",
        8 => $"exit code {exitCode} (SIGFPE: an arithmetic error of native code)",
        9 => $"exit code {exitCode} (SIGKILL: ended from outside, as the system does when memory runs out)",
        11 => $"exit code {exitCode} (SIGSEGV: native code touched memory that is not its own)",
        15 => $"exit code {exitCode} (SIGTERM: ended from outside)",
        > 0 and var signal and <= 64 => $"exit code {exitCode} (signal {signal})",
        _ => $"exit code {exitCode}",
    };
}
