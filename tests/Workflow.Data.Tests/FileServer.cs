using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Workflow.Data.Tests;

/// <summary>
/// Serves one file by ranges, ends connections after some bytes of it, and may change the file after the first. It writes to bare sockets:
/// a web server would reset a connection that it ends early, and the client would lose bytes that were sent.
/// </summary>
internal sealed class FileServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly Queue<int> breaks;
    private readonly byte[] changed;
    private readonly CancellationToken cancellationToken;
    private readonly Task serving;
    private byte[] content;

    public FileServer(string content, IEnumerable<int> breakAfter, string changed, CancellationToken cancellationToken)
    {
        this.content = Encoding.UTF8.GetBytes(content);
        this.changed = Encoding.UTF8.GetBytes(changed);
        this.cancellationToken = cancellationToken;
        breaks = new Queue<int>(breakAfter);
        listener.Start();
        serving = ServeAsync();
    }

    public string Address => $"http://{listener.LocalEndpoint}/rows.csv";

    /// <summary>The ranges asked for, in order; empty for the whole file.</summary>
    public List<string> Ranges { get; } = [];

    public async ValueTask DisposeAsync()
    {
        // A test that fails before its last request must say why, not that the server was stopped.
        listener.Dispose();
        await serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task ServeAsync()
    {
        for (var isLast = false; !isLast;)
        {
            using var client = await listener.AcceptTcpClientAsync(cancellationToken);
            await using var stream = client.GetStream();
            isLast = await AnswerAsync(stream);
        }
    }

    private async Task<bool> AnswerAsync(NetworkStream stream)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        using var reader = new StreamReader(stream, leaveOpen: true);
        while (await reader.ReadLineAsync(cancellationToken) is { Length: > 0 } line)
        {
            if (line.Split(": ", 2) is [var name, var value])
                headers[name] = value;
        }

        var range = headers.GetValueOrDefault("Range", "");
        Ranges.Add(range);
        var tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(content))}\"";
        var from = headers.GetValueOrDefault("If-Range") == tag ? int.Parse(range["bytes=".Length..^1], CultureInfo.InvariantCulture) : 0;
        var status = from > 0 ? $"206 Partial Content\r\nContent-Range: bytes {from}-{content.Length - 1}/{content.Length}" : "200 OK";
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes(
                $"HTTP/1.1 {status}\r\nETag: {tag}\r\nContent-Length: {content.Length - from}\r\nConnection: close\r\n\r\n"),
                cancellationToken);
        if (!breaks.TryDequeue(out var bytes))
        {
            await stream.WriteAsync(content.AsMemory(from), cancellationToken);
            return true;
        }

        await stream.WriteAsync(content.AsMemory(from, bytes), cancellationToken);
        content = changed;
        return false;
    }
}
