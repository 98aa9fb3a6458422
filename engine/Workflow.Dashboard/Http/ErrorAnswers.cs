using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Npgsql;
using Workflow.Dashboard.Api;

namespace Workflow.Dashboard.Http;

/// <summary>Answers whatever goes wrong with a status and a <see cref="Problem"/>, never with an empty body or a stack trace.</summary>
internal sealed partial class ErrorAnswers(RequestDelegate next, ILogger<ErrorAnswers> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is left to be answered.
            return;
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            var (status, problem) = Answer(context, exception);
            await WriteAsync(context, status, problem).ConfigureAwait(false);
            return;
        }

        // Routing and the framework refuse without a body.
        if (ApiPath.Is(context.Request.Path) && context.Response is { HasStarted: false, StatusCode: >= 400, ContentType: null })
        {
            var status = context.Response.StatusCode;
            await WriteAsync(context, status, new Problem(Sentence(context, status))).ConfigureAwait(false);
        }
    }

    private (int Status, Problem Problem) Answer(HttpContext context, Exception exception)
    {
        var (method, path) = (context.Request.Method, context.Request.Path.Value ?? "");
        switch (exception)
        {
            case ApiException refused:
                return (refused.Status, refused.Problem);
            case BadHttpRequestException { StatusCode: StatusCodes.Status400BadRequest } bad:
                return (StatusCodes.Status422UnprocessableEntity, Invalid(bad));
            case BadHttpRequestException bad:
                return (bad.StatusCode, new Problem(Sentence(context, bad.StatusCode)));
            // Class 22, data exception: PostgreSQL cannot hold what was given, such as a text with NUL in it.
            case PostgresException { SqlState: ['2', '2', ..] } data:
                return (StatusCodes.Status422UnprocessableEntity,
                    new Problem($"PostgreSQL cannot hold a value that was given: {data.MessageText}."));
            case var _ when IsDatabaseAway(exception):
                logger.DatabaseAway(method, path, exception.Message);
                return (StatusCodes.Status503ServiceUnavailable,
                    new Problem("The database does not answer. It may be restarting; the engine goes on by itself as soon as it is back."));
            default:
                logger.RequestFailed(exception, context.TraceIdentifier, method, path);
                return (StatusCodes.Status500InternalServerError,
                    new Problem($"Something failed inside the engine. Its log tells more under the reference {context.TraceIdentifier}."));
        }
    }

    /// <summary>No connection, or one that the server ended: it is down, starting, stopping or full.</summary>
    internal static bool IsDatabaseAway(Exception exception) => exception switch
    {
        PostgresException refused => refused.SqlState is ['5', '7', 'P', ..] or ['0', '8', ..] or PostgresErrorCodes.TooManyConnections
            or PostgresErrorCodes.InvalidCatalogName,
        NpgsqlException => true,
        System.Net.Sockets.SocketException or TimeoutException => true,
        _ => false,
    };

    private static Problem Invalid(BadHttpRequestException bad)
    {
        if (bad.InnerException is JsonException json)
        {
            var place = json.LineNumber is null ? "" : $" (line {json.LineNumber + 1}, byte {json.BytePositionInLine + 1})";
            var field = json.Path is { Length: > 2 } path ? path[2..] : "body";
            var complaint = json.InnerException is null && json.Message.Contains("missing required", StringComparison.Ordinal)
                ? json.Message.Split('\n')[0]
                : $"is not what the API's description says{place}";
            return new Problem($"The body is not valid: {field} {complaint}.", [new ParamError(field, complaint)]);
        }

        if (Missing().Match(bad.Message) is { Success: true } missing)
            return Wrong(missing, "must be given");
        if (Unbindable().Match(bad.Message) is { Success: true } unfit)
            return Wrong(unfit, $"must be {Wanted(unfit.Groups["type"].Value)}, got '{unfit.Groups["value"].Value}'");
        return new Problem("The body is not valid: it must be a JSON object.", [new ParamError("body", "must be a JSON object")]);
    }

    private static Problem Wrong(Match parameter, string message)
    {
        // The framework says the name that the code has.
        var name = JsonNamingPolicy.SnakeCaseLower.ConvertName(parameter.Groups["name"].Value);
        return new Problem($"{name} {message}.", [new ParamError(name, message)]);
    }

    private static string Wanted(string type) => (type.StartsWith("Nullable<", StringComparison.Ordinal) ? type[9..^1] : type) switch
    {
        "int" or "long" => "a whole number",
        "double" => "a number",
        "bool" => "true or false",
        "DateTimeOffset" or "DateTime" => "a time such as 2026-01-31T02:00:00Z",
        _ => "what the API's description says",
    };

    private static string Sentence(HttpContext context, int status) => status switch
    {
        StatusCodes.Status404NotFound => $"The API has no {context.Request.Path.Value}.",
        StatusCodes.Status405MethodNotAllowed =>
            $"{context.Request.Path.Value} does not take {context.Request.Method}; it takes {context.Response.Headers.Allow}.",
        StatusCodes.Status413PayloadTooLarge => "The body is larger than 1 MB.",
        StatusCodes.Status415UnsupportedMediaType => "The body must be of the media type application/json.",
        _ => Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status),
    };

    private static Task WriteAsync(HttpContext context, int status, Problem problem)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(problem, context.RequestAborted);
    }

    /// <summary>The framework's sentence on a parameter that does not fit its type; it offers no other form.</summary>
    [GeneratedRegex("parameter \"(?<type>\\S+) (?<name>\\w+)\" from \"(?<value>.*)\"", RegexOptions.Singleline)]
    private static partial Regex Unbindable();

    /// <summary>Its sentence on one that is not there; what is said of a body is another matter.</summary>
    [GeneratedRegex("^Required parameter \"\\S+ (?<name>\\w+)\" was not provided from (?!body)")]
    private static partial Regex Missing();
}
