using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;
using Workflow.Dashboard.Http;

namespace Workflow.Dashboard.Events;

/// <summary>One client's stream of changes, as server-sent events.</summary>
internal static class EventStream
{
    /// <summary>The browser comes back after two seconds when the stream ends.</summary>
    private const string Opening = "retry: 2000\n: connected\n\n";

    public static async Task WriteAsync(HttpContext context, ChangeHub hub, IHostApplicationLifetime lifetime)
    {
        var stream = hub.Open()
            ?? throw new ApiException(StatusCodes.Status503ServiceUnavailable, "Too many pages follow the changes already. Close some, or ask again later.");
        try
        {
            // A stream has no end of its own, and must not hold up the end of the server.
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
            context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            context.Response.ContentType = "text/event-stream";
            await SendAsync(context, Opening, ending.Token).ConfigureAwait(false);
            await foreach (var text in stream.Reader.ReadAllAsync(ending.Token).ConfigureAwait(false))
                await SendAsync(context, text, ending.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The client left, or the server stops.
        }
        finally
        {
            hub.Close(stream);
        }
    }

    private static async Task SendAsync(HttpContext context, string text, CancellationToken cancellationToken)
    {
        await context.Response.WriteAsync(text, cancellationToken).ConfigureAwait(false);
        await context.Response.Body.FlushAsync(cancellationToken).ConfigureAwait(false);
    }
}
