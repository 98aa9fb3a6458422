using Microsoft.Extensions.Logging;

namespace Workflow.Dashboard.Http;

/// <summary>Answers only to its own names, and tells browsers what its pages never do.</summary>
internal sealed class HostGuard(RequestDelegate next, DashboardOptions options, ILogger<HostGuard> logger)
{
    // The built pages load scripts, styles and images from their own origin, and put nothing inline.
    private const string ContentPolicy = "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'";

    private readonly HashSet<string> hosts = new(["localhost", "127.0.0.1", "[::1]", .. options.AllowedHosts], StringComparer.OrdinalIgnoreCase);

    public Task InvokeAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = ContentPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (ApiPath.Is(context.Request.Path))
            headers.CacheControl = "no-store";

        // A page of another site whose name was rebound to this address would be same-origin with us, were its name accepted.
        if (!hosts.Contains(context.Request.Host.Host))
        {
            logger.HostRefused(context.Request.Host.Value ?? "");
            throw new ApiException(
                StatusCodes.Status421MisdirectedRequest,
                "This engine does not answer under that host name. Use localhost, or add the name to the allowed hosts.");
        }

        return next(context);
    }
}
