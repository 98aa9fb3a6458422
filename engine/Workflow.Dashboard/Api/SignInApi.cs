using Workflow.Dashboard.Auth;
using Workflow.Dashboard.Http;

namespace Workflow.Dashboard.Api;

/// <summary>Who is signed in.</summary>
/// <param name="Name">The name.</param>
public sealed record User([property: System.Text.Json.Serialization.JsonPropertyName("user")] string Name);

/// <summary>Asks for a bearer token.</summary>
public sealed record TokenRequest(string Password);

/// <summary>A bearer token.</summary>
/// <param name="AccessToken">Goes into the Authorization header, after Bearer; ends after a day.</param>
public sealed record TokenResponse(string AccessToken);

/// <summary>Signs a browser in, with the password or with the code of a one-time link.</summary>
public sealed record LoginRequest(string? Password = null, string? Code = null);

/// <summary>Signing in and out.</summary>
internal static class SignInApi
{
    /// <summary>There is one user: whoever has the token.</summary>
    public const string UserName = "user";

    public static void Map(RouteGroupBuilder api)
    {
        var signIn = api.MapGroup("").WithTags("Sign-in");
        signIn.MapGet("/me", () => new User(UserName)).WithSummary("Who is signed in.").Refuses(401);
        signIn.MapPost("/auth/token", (TokenRequest request, DashboardAuth auth, HttpContext context) =>
                new TokenResponse(auth.AccessToken(context, request.Password)))
            .WithSummary("Exchanges the password for a bearer token.").Open().Refuses(401, 422, 429);
        signIn.MapPost("/auth/login", Login).WithSummary("Sets the session cookie.").Produces(204).Open().Refuses(401, 403, 422, 429);
        signIn.MapPost("/auth/logout", (DashboardAuth auth, HttpContext context) =>
            {
                auth.SignOut(context);
                return TypedResults.NoContent();
            })
            .WithSummary("Ends the session.").Produces(204).Refuses(401, 403);
    }

    private static IResult Login(LoginRequest request, DashboardAuth auth, HttpContext context)
    {
        if (request is { Password: null, Code: null })
            throw ApiException.Invalid("password", "or code is required");
        auth.SignIn(context, request.Password, request.Code);
        return TypedResults.NoContent();
    }
}
