using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Xml.Linq;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Workflow.Data;

namespace Workflow.Testing.S3;

/// <summary>
/// An S3-compatible server in memory, with one bucket: objects, uploads in parts, lists. It checks signatures and the hashes of bodies, and
/// refuses bodies in signed chunks, which not every compatible server takes.
/// </summary>
public sealed class S3Stub : IAsyncDisposable
{
    public const string Bucket = "artifacts";
    public const string AccessKey = "stub-access";
    public const string SecretKey = "stub-secret-key";

    private static readonly XNamespace Names = "http://s3.amazonaws.com/doc/2006-03-01/";

    private readonly WebApplication app;
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<int, byte[]>> uploads = new();
    private int failures;
    private int broken;

    private S3Stub()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        app = builder.Build();
        app.Run(AnswerAsync);
    }

    /// <summary>What it holds, by key.</summary>
    public ConcurrentDictionary<string, S3Object> Objects { get; } = new();

    /// <summary>The methods and keys of the requests that it has answered, in order.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public Uri Endpoint => new(app.Urls.Single());

    /// <summary>What opens it.</summary>
    public S3Options Options => new()
    {
        Endpoint = Endpoint,
        Bucket = Bucket,
        Prefix = "some/place",
        AccessKey = AccessKey,
        SecretKey = SecretKey,
    };

    /// <summary>The environment of a process whose artifact store it is.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["Artifacts__Store"] = "s3",
        ["Artifacts__S3__Endpoint"] = Endpoint.ToString(),
        ["Artifacts__S3__Bucket"] = Bucket,
        ["Artifacts__S3__AccessKey"] = AccessKey,
        ["Artifacts__S3__SecretKey"] = SecretKey,
    };

    public static async Task<S3Stub> StartAsync()
    {
        var stub = new S3Stub();
        await stub.app.StartAsync();
        return stub;
    }

    /// <summary>Answers the next requests as a server does that is overloaded.</summary>
    public void FailNext(int requests) => failures = requests;

    /// <summary>Breaks the connection in the middle of the next bodies that it sends.</summary>
    public void BreakNext(int bodies) => broken = bodies;

    /// <summary>Flips a bit of an object, as a broken disk does.</summary>
    public void Damage(string key)
    {
        var held = Objects[key];
        var bytes = held.Bytes.ToArray();
        bytes[^1] ^= 1;
        Objects[key] = held with { Bytes = bytes };
    }

    public async Task StopAsync() => await app.StopAsync();

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        if (Interlocked.Decrement(ref failures) >= 0)
        {
            await RefuseAsync(context, 503, "SlowDown");
            return;
        }

        if (S3Signature.Check(context, AccessKey, SecretKey) is { } wrong)
        {
            await RefuseAsync(context, 403, wrong);
            return;
        }

        var path = context.Request.Path.Value!.TrimStart('/').Split('/', 2);
        if (path[0] != Bucket)
        {
            await RefuseAsync(context, 404, "NoSuchBucket");
            return;
        }

        var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        if (HashIsWrong(context.Request, body.ToArray()))
        {
            await RefuseAsync(context, 400, "XAmzContentSHA256Mismatch");
            return;
        }

        var key = path.Length > 1 ? path[1] : "";
        if (context.Request.Method != "PUT" || context.Request.Query.ContainsKey("uploadId"))
            Requests.Enqueue($"{context.Request.Method} {key}");
        await (key.Length == 0 ? ListAsync(context) : AnswerAsync(context, key, body.ToArray()));
    }

    private Task AnswerAsync(HttpContext context, string key, byte[] body)
    {
        var query = context.Request.Query;
        switch (context.Request.Method)
        {
            case "POST" when query.ContainsKey("uploads"):
                var id = Guid.CreateVersion7().ToString("N");
                uploads[id] = new();
                return WriteAsync(context, new XElement(Names + "InitiateMultipartUploadResult", new XElement(Names + "UploadId", id)));
            case "PUT" when query.TryGetValue("uploadId", out var upload):
                uploads[upload!][int.Parse(query["partNumber"]!, CultureInfo.InvariantCulture)] = body;
                context.Response.Headers.ETag = $"\"{Convert.ToHexStringLower(SHA256.HashData(body))[..32]}\"";
                return Task.CompletedTask;
            case "POST" when query.TryGetValue("uploadId", out var upload) && uploads.TryRemove(upload!, out var parts):
                Keep(key, [.. parts.OrderBy(part => part.Key).SelectMany(part => part.Value)]);
                return WriteAsync(context, new XElement(Names + "CompleteMultipartUploadResult", new XElement(Names + "Key", key)));
            case "DELETE" when query.TryGetValue("uploadId", out var upload):
                uploads.TryRemove(upload!, out _);
                context.Response.StatusCode = 204;
                return Task.CompletedTask;
            case "PUT" when context.Request.Headers.TryGetValue("x-amz-copy-source", out var from):
                Requests.Enqueue($"COPY {key}");
                if (!Objects.TryGetValue(Uri.UnescapeDataString($"{from}").TrimStart('/')[(Bucket.Length + 1)..], out var source))
                    return RefuseAsync(context, 404, "NoSuchKey");
                Keep(key, source.Bytes);
                return WriteAsync(context, new XElement(Names + "CopyObjectResult", new XElement(Names + "ETag", "\"copied\"")));
            case "PUT":
                Requests.Enqueue($"PUT {key}");
                Keep(key, body);
                return Task.CompletedTask;
            case "DELETE":
                Objects.TryRemove(key, out _);
                context.Response.StatusCode = 204;
                return Task.CompletedTask;
            case "GET" or "HEAD" when Objects.TryGetValue(key, out var held):
                return SendAsync(context, held);
            case "GET" or "HEAD":
                return RefuseAsync(context, 404, "NoSuchKey");
            default:
                return RefuseAsync(context, 501, "NotImplemented");
        }
    }

    private void Keep(string key, byte[] bytes) => Objects[key] = new S3Object(bytes, TimeProvider.System.GetUtcNow());

    private async Task SendAsync(HttpContext context, S3Object held)
    {
        var response = context.Response;
        (response.ContentLength, response.Headers.LastModified) = (held.Bytes.Length, held.At.ToString("R", CultureInfo.InvariantCulture));
        if (context.Request.Method == "HEAD")
            return;
        var isBroken = Interlocked.Decrement(ref broken) >= 0;
        await response.Body.WriteAsync(held.Bytes.AsMemory(0, isBroken ? held.Bytes.Length / 2 : held.Bytes.Length));
        if (isBroken)
            context.Abort();
    }

    /// <remarks>Two keys to a page, so that whoever reads one page only is found out.</remarks>
    private Task ListAsync(HttpContext context)
    {
        var (prefix, after) = ($"{context.Request.Query["prefix"]}", $"{context.Request.Query["continuation-token"]}");
        var found =
            Objects.Where(held => held.Key.StartsWith(prefix, StringComparison.Ordinal) && string.CompareOrdinal(held.Key, after) > 0)
            .OrderBy(held => held.Key, StringComparer.Ordinal).ToList();
        var page = found.Take(2).ToList();
        return WriteAsync(context, new XElement(
            Names + "ListBucketResult",
            new XElement(Names + "Name", Bucket),
            new XElement(Names + "IsTruncated", page.Count < found.Count ? "true" : "false"),
            page.Count < found.Count ? new XElement(Names + "NextContinuationToken", page[^1].Key) : null,
            page.Select(held => new XElement(
                Names + "Contents",
                new XElement(Names + "Key", held.Key),
                new XElement(Names + "LastModified", held.Value.At.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture)),
                new XElement(Names + "Size", held.Value.Bytes.Length)))));
    }

    private static bool HashIsWrong(HttpRequest request, byte[] body)
    {
        var hash = SHA256.HashData(body);
        var given = request.Headers["x-amz-checksum-sha256"].ToString();
        return request.Headers["x-amz-content-sha256"] != Convert.ToHexStringLower(hash)
            || (given.Length > 0 && given != Convert.ToBase64String(hash));
    }

    private static Task RefuseAsync(HttpContext context, int status, string code)
    {
        context.Response.StatusCode = status;
        return context.Request.Method == "HEAD"
            ? Task.CompletedTask
            : WriteAsync(context, new XElement("Error", new XElement("Code", code), new XElement("Message", $"The stub says {code}.")));
    }

    private static Task WriteAsync(HttpContext context, XElement answer)
    {
        context.Response.ContentType = "application/xml";
        return context.Response.WriteAsync(answer.ToString());
    }
}

/// <summary>What the server holds under a key.</summary>
public sealed record S3Object(byte[] Bytes, DateTimeOffset At);
