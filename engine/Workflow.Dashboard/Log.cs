using Microsoft.Extensions.Logging;

namespace Workflow.Dashboard;

/// <summary>The dashboard's log events, 4000 to 4099.</summary>
internal static partial class Log
{
    [LoggerMessage(4000, LogLevel.Error, "Reference {Reference}: {Method} {Path} failed")]
    public static partial void RequestFailed(this ILogger logger, Exception exception, string reference, string method, string path);

    [LoggerMessage(4001, LogLevel.Warning, "The database does not answer {Method} {Path}: {Reason}")]
    public static partial void DatabaseAway(this ILogger logger, string method, string path, string reason);

    [LoggerMessage(4002, LogLevel.Warning, "There are no built pages in {Folder}: build engine/Workflow.Npm. The API works without them")]
    public static partial void NoPages(this ILogger logger, string folder);

    [LoggerMessage(4003, LogLevel.Warning, "The stream of changes could not look and looks again: {Reason}")]
    public static partial void LookFailed(this ILogger logger, string reason);

    [LoggerMessage(4004, LogLevel.Warning, "A sign-in with a wrong password or code was refused")]
    public static partial void SignInRefused(this ILogger logger);

    [LoggerMessage(4005, LogLevel.Warning, "Refused a request for the host {Host}: it is neither localhost nor an allowed host")]
    public static partial void HostRefused(this ILogger logger, string host);
}
