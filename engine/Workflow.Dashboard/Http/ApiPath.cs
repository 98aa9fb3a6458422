namespace Workflow.Dashboard.Http;

/// <summary>Where the API lies.</summary>
internal static class ApiPath
{
    public const string Base = "/api/v2";

    /// <summary>Whether a path belongs to the API, known or not. Routes match whatever the case, and so does this.</summary>
    public static bool Is(PathString path) => path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase);
}
