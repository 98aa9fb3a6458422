using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;
using Workflow.Dashboard.Http;

namespace Workflow.Dashboard.Auth;

/// <summary>How a request said who it is.</summary>
internal enum Credential
{
    None,
    Bearer,
    Cookie,
}

/// <summary>
/// Who may use the API: whoever has the token, as a bearer token or as a password that a browser exchanged for a cookie. A secret in a URL
/// ends up in histories and logs, so it is read from nowhere but the header, the cookie and the body of a sign-in.
/// </summary>
internal sealed class DashboardAuth(
    DashboardOptions options, SessionTokens sessions, SignInCodes codes, FailureLimit limit, ILogger<DashboardAuth> logger)
{
    public const string CookieName = "workflow_session";
    private const string Scheme = "Bearer ";

    /// <summary>What a request proves. One with an Authorization header is judged by that alone.</summary>
    public Credential Authenticate(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        if (header.Length > 0)
        {
            var token = header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header[Scheme.Length..].Trim() : "";
            return FixedTime.Equals(token, options.Token) || sessions.IsValid(token, TokenUse.Bearer) ? Credential.Bearer : Credential.None;
        }

        return request.Cookies[CookieName] is { Length: > 0 } cookie && sessions.IsValid(cookie, TokenUse.Cookie) ? Credential.Cookie : Credential.None;
    }

    /// <summary>Signs a browser in: sets the session cookie.</summary>
    public void SignIn(HttpContext context, string? password, string? code)
    {
        if (code is not null)
            CheckCode(code);
        else
            CheckPassword(context, password ?? "");
        context.Response.Headers.Append(HeaderNames.SetCookie, Cookie(context, sessions.Issue(TokenUse.Cookie, options.SessionLifetime), options.SessionLifetime));
    }

    /// <summary>A bearer token that ends by itself.</summary>
    public string AccessToken(HttpContext context, string password)
    {
        CheckPassword(context, password);
        return sessions.Issue(TokenUse.Bearer, options.AccessTokenLifetime);
    }

    /// <summary>Makes the session void and deletes its cookie.</summary>
    public void SignOut(HttpContext context)
    {
        if (context.Request.Cookies[CookieName] is { Length: > 0 } cookie)
            sessions.Revoke(cookie, TokenUse.Cookie);
        context.Response.Headers.Append(HeaderNames.SetCookie, Cookie(context, "", TimeSpan.Zero));
    }

    private void CheckCode(string code)
    {
        if (codes.Redeem(code))
            return;
        logger.SignInRefused();
        throw new ApiException(
            StatusCodes.Status401Unauthorized,
            $"The link was used already, or is older than {SignInCodes.Lifetime.TotalMinutes} minutes. Sign in with the password, or restart the engine for a new link.");
    }

    private void CheckPassword(HttpContext context, string password)
    {
        // Refused before it is compared: a right password tells nothing while the limit holds.
        if (limit.Wait() is { } wait)
        {
            var seconds = (int)Math.Ceiling(wait.TotalSeconds);
            context.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
            throw new ApiException(StatusCodes.Status429TooManyRequests, $"Too many wrong passwords. Try again in {seconds} s.");
        }

        if (FixedTime.Equals(password, options.Token))
            return;
        limit.Failed();
        logger.SignInRefused();
        throw new ApiException(StatusCodes.Status401Unauthorized, "The password is wrong.");
    }

    private static string Cookie(HttpContext context, string value, TimeSpan lifetime) => new SetCookieHeaderValue(CookieName, value)
    {
        HttpOnly = true,
        SameSite = Microsoft.Net.Http.Headers.SameSiteMode.Strict,
        Secure = context.Request.IsHttps,
        Path = "/",
        MaxAge = lifetime,
    }.ToString();
}
