using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Workflow.EndToEnd.Cli;

/// <summary>A server that answers with canned JSON, in turn where there are several answers, the last for ever.</summary>
internal sealed class StubApi : IAsyncDisposable
{
    internal const string FirstToken = "right-token";

    private readonly WebApplication app;
    private readonly ConcurrentDictionary<string, ConcurrentQueue<Func<HttpContext, Task>>> answers = new();

    private StubApi(WebApplication app) => this.app = app;

    internal string Url => app.Urls.Single();

    /// <summary>The token that it accepts.</summary>
    internal string Token { get; set; } = FirstToken;

    /// <summary>Method, path with query, and body, in the order of arrival.</summary>
    internal ConcurrentQueue<string> Requests { get; } = new();

    internal static async Task<StubApi> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        var stub = new StubApi(app);
        app.Run(stub.HandleAsync);
        await app.StartAsync();
        return stub;
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    /// <summary>Answers requests such as <c>GET dags/taxi</c>, whatever their query.</summary>
    internal StubApi On(string request, params string[] bodies)
    {
        foreach (var body in bodies)
            On(request, context => WriteAsync(context, StatusCodes.Status200OK, body));
        return this;
    }

    internal StubApi OnError(string request, int status, string body) => On(request, context => WriteAsync(context, status, body));

    /// <summary>The connection breaks so many times before the next answer.</summary>
    internal StubApi OnBroken(string request, int times = 1)
    {
        for (var i = 0; i < times; i++)
        {
            On(request, context =>
            {
                context.Abort();
                return Task.CompletedTask;
            });
        }

        return this;
    }

    internal StubApi On(string request, Func<HttpContext, Task> answer)
    {
        answers.GetOrAdd(request, _ => new()).Enqueue(answer);
        return this;
    }

    internal static async Task WriteAsync(HttpContext context, int status, string body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(body);
    }

    private async Task HandleAsync(HttpContext context)
    {
        // Not Request.Path, which is unescaped: an id's slash must arrive as %2F.
        var target = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        var (path, query) = target.Split('?', 2) is [var first, var second] ? (first, "?" + second) : (target, "");
        path = path.StartsWith("/api/v2/", StringComparison.Ordinal) ? path["/api/v2/".Length..] : path;
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        var request = $"{context.Request.Method} {path}";
        Requests.Enqueue($"{request}{query} {body}".TrimEnd());
        if (context.Request.Headers.Authorization != $"Bearer {Token}")
            await WriteAsync(context, StatusCodes.Status401Unauthorized, """{"detail": "Sign in first."}""");
        else if (Next(request) is { } answer)
            await answer(context);
        else
            await WriteAsync(context, StatusCodes.Status404NotFound, $$"""{"detail": "The stub has no {{request}}."}""");
    }

    private Func<HttpContext, Task>? Next(string request)
    {
        if (!answers.TryGetValue(request, out var queue))
            return null;
        return (queue.Count > 1 ? queue.TryDequeue(out var answer) : queue.TryPeek(out answer)) ? answer : null;
    }
}
