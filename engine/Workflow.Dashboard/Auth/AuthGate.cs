using Workflow.Dashboard.Http;

namespace Workflow.Dashboard.Auth;

/// <summary>Marks an endpoint that needs no sign-in.</summary>
internal sealed class OpenToAll
{
    public static readonly OpenToAll Mark = new();
}

/// <summary>Lets a request through to the API only with a credential. Whatever is not marked open is closed, also what does not exist.</summary>
internal sealed class AuthGate(RequestDelegate next, DashboardAuth auth)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var endpoint = context.GetEndpoint();
        if (!ApiPath.Is(context.Request.Path) && endpoint is null)
        {
            await next(context).ConfigureAwait(false);
            return;
        }

        var credential = auth.Authenticate(context.Request);
        if (credential == Credential.None && endpoint?.Metadata.GetMetadata<OpenToAll>() is null)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            throw new ApiException(StatusCodes.Status401Unauthorized, "Sign in first: no valid bearer token or session cookie came with the request.");
        }

        // A page of another site can make a browser send a cookie or a sign-in, but not a bearer token.
        if (credential != Credential.Bearer && !IsSafe(context.Request.Method) && !IsSameOrigin(context.Request))
            throw new ApiException(StatusCodes.Status403Forbidden, "The request comes from a page of another origin.");
        await next(context).ConfigureAwait(false);
    }

    private static bool IsSafe(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method);

    /// <summary>The scheme is not compared: a proxy may speak TLS for us.</summary>
    private static bool IsSameOrigin(HttpRequest request)
    {
        var origin = request.Headers.Origin.ToString();
        if (origin.Length == 0)
            return true;
        var authority = origin.IndexOf("://", StringComparison.Ordinal) is var at and >= 0 ? origin[(at + 3)..] : "";
        return string.Equals(authority, request.Host.Value, StringComparison.OrdinalIgnoreCase);
    }
}
