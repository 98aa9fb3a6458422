namespace Workflow.Engine.Embedded;

/// <summary>What the server's log says about a start that failed, and what to do about it.</summary>
internal static class StartFailure
{
    private const int LinesShown = 15;

    private static readonly (string Symptom, string Advice)[] Known =
    [
        ("No space left on device", "The disk is full: free space below the data folder and start again."),
        ("could not bind", "The port is taken: end the program that uses it, or let the engine choose a free one (port 0)."),
        ("wrong ownership", "The data folder belongs to another user: start as that user, or give the folder to this one with chown -R."),
        ("has group or world access", "The cluster's folder is open to others: chmod 700 it."),
        ("is not compatible with this version",
            "The cluster was made by another major version of PostgreSQL: start the engine version that made it, "
            + "dump the data and load them into a new data folder."),
        ("Permission denied",
            "The user that runs PostgreSQL cannot reach its programs or its data: move the folder or correct its permissions."),
        ("shared memory",
            "The system refuses shared memory: give the container more (Docker: --shm-size), or end its old postgres processes."),
    ];

    /// <summary>Another process took the port between choosing it and binding it.</summary>
    internal static bool IsPortTaken(string log) => log.Contains("could not bind", StringComparison.Ordinal);

    /// <summary>The backends of a postmaster that was killed end by themselves, within a moment.</summary>
    internal static bool IsOldServerEnding(string log) => log.Contains("pre-existing shared memory block", StringComparison.Ordinal);

    internal static EmbeddedPostgresException Explain(string logFile, string log, string output)
    {
        var text = log.Length > 0 ? log : output;
        var advice = Known.FirstOrDefault(known => text.Contains(known.Symptom, StringComparison.Ordinal)).Advice
                     ?? "The log says why; the data are untouched.";
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return new EmbeddedPostgresException(
            $"""
            PostgreSQL did not start. {advice}
            The last lines of {logFile}:
              {string.Join("\n  ", lines.TakeLast(LinesShown))}
            """);
    }
}
