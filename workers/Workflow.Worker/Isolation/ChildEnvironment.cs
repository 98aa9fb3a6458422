using System.Globalization;

namespace Workflow.Worker.Isolation;

/// <summary>The environment of an attempt's process: the worker's, without what opens the engine.</summary>
internal static class ChildEnvironment
{
    /// <remarks>The engine's settings, and what clients of PostgreSQL and of AWS read.</remarks>
    private static readonly string[] Secret =
    [
        "Database__", "Database:", "Dashboard__", "Dashboard:", "ConnectionStrings__", "ConnectionStrings:", "WORKFLOW_TOKEN", "PG",
        "Artifacts__", "Artifacts:", "OpenLineage__", "OpenLineage:", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
    ];

    /// <summary>Makes the worker's environment that of an attempt.</summary>
    public static void Prepare(IDictionary<string, string?> environment, long? memoryLimit)
    {
        foreach (var name in environment.Keys.Where(IsSecret).ToList())
            environment.Remove(name);

        // The process is short-lived and starts cold: it saves what pays off late.
        environment["DOTNET_TieredPGO"] = "0";
        environment["DOTNET_gcConcurrent"] = "0";
        if (memoryLimit is { } bytes)
        {
            // Below the limit, since the runtime needs memory beside its heap: managed code hears of it by an exception then, before the
            // end.
            environment["DOTNET_GCHeapHardLimit"] = (bytes / 4 * 3).ToString("X", CultureInfo.InvariantCulture);
        }
    }

    private static bool IsSecret(string name) => Secret.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));
}
