namespace Workflow.Chaos.Dags;

/// <summary>
/// What really was executed, kept outside of the engine: a file for each attempt, and the file system refuses a second one of the same
/// name.
/// </summary>
internal static class Ledger
{
    /// <summary>Names the folder, for every process that runs tasks.</summary>
    internal const string FolderVariable = "WORKFLOW_CHAOS_LEDGER";

    /// <summary>Names the instant from which on the scheduled DAG has runs.</summary>
    internal const string StartVariable = "WORKFLOW_CHAOS_START";

    /// <summary>What stands in the name of an attempt that was executed before.</summary>
    internal const string Again = "~again~";

    private const int Lines = 4;

    /// <summary>What every attempt logs, in this order.</summary>
    internal static IReadOnlyList<string> AllLines { get; } = [.. Enumerable.Range(1, Lines).Select(line => $"line {line} of {Lines}")];

    private static string Folder => Environment.GetEnvironmentVariable(FolderVariable)
        ?? throw new InvalidOperationException($"{FolderVariable} names no folder.");

    /// <summary>An attempt: enters itself, then takes a while and logs numbered lines. Its end is the author's.</summary>
    internal static async Task WorkAsync(TaskContext run, int milliseconds)
    {
        Enter(string.Join('~', run.Run.DagId, run.Run.RunKey, run.TaskId, run.MapIndex, run.Attempt));
        foreach (var line in AllLines)
        {
            run.Log(line);
            await Task.Delay(milliseconds / Lines, run.Cancellation);
        }
    }

    /// <summary>An attempt that takes no time and logs nothing.</summary>
    internal static void Pass(TaskContext run) =>
        Enter(string.Join('~', run.Run.DagId, run.Run.RunKey, run.TaskId, run.MapIndex, run.Attempt));

    /// <summary>A call of a callback; these may come more than once.</summary>
    internal static Task CallAsync(CallbackContext call)
    {
        File.AppendAllText(
            Path.Combine(Folder,
                string.Join('~', "callback", call.Run.DagId, call.Run.RunKey, call.TaskId, call.MapIndex, call.Attempt, call.Kind)), "x");
        return Task.CompletedTask;
    }

    private static void Enter(string attempt)
    {
        var path = Path.Combine(Folder, attempt);
        try
        {
            new FileStream(path, FileMode.CreateNew).Dispose();
        }
        catch (IOException) when (File.Exists(path))
        {
            File.WriteAllText($"{path}{Again}{Guid.CreateVersion7()}", "");
        }
    }
}
