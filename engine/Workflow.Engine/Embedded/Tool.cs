using System.ComponentModel;
using System.Diagnostics;

namespace Workflow.Engine.Embedded;

/// <summary>Runs one of PostgreSQL's or the system's programs to its end.</summary>
internal static class Tool
{
    internal sealed record Result(int ExitCode, string Output)
    {
        internal bool Succeeded => ExitCode == 0;
    }

    /// <summary>
    /// Cancellation kills the program but not what it started: initdb's children end with it, and the postmaster is its caller's to stop.
    /// </summary>
    internal static async Task<Result> RunAsync(IEnumerable<string> command, string workingFolder, CancellationToken cancellationToken)
    {
        var (program, arguments) = (command.First(), command.Skip(1));
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = workingFolder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // A PGPORT or PGDATA of the user's shell must not lead to another server; errors are matched in English.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("PG", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        start.Environment["LC_ALL"] = "C";

        using var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (Win32Exception missing)
        {
            return new Result(-1, $"{program}: {missing.Message}");
        }

        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }

        return new Result(process.ExitCode, $"{await output}{await error}".Trim());
    }
}
