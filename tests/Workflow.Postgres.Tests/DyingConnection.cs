using System.Net;
using System.Net.Sockets;
using System.Text;
using Npgsql;

namespace Workflow.Postgres.Tests;

/// <summary>
/// Stands between a client and PostgreSQL and breaks the connection once, at a statement: before the server has got it, as when the client
/// is killed just before, or after the server has carried it out and before the client hears of it.
/// </summary>
internal sealed class DyingConnection : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource ending = new();
    private readonly NpgsqlConnectionStringBuilder server;
    private readonly byte[] statement;
    private readonly bool afterwards;
    private readonly Task accepting;
    private volatile bool isDeaf;

    public DyingConnection(string connectionString, string statement, bool afterwards)
    {
        server = new NpgsqlConnectionStringBuilder(connectionString);
        (this.statement, this.afterwards) = (Encoding.UTF8.GetBytes(statement), afterwards);
        listener.Start();
        var through = new NpgsqlConnectionStringBuilder(connectionString) { Port = ((IPEndPoint)listener.LocalEndpoint).Port };
        Data = Database.OpenQueue(through.ConnectionString, "dying");
        accepting = AcceptAsync();
    }

    /// <summary>Connections that go through it.</summary>
    public NpgsqlDataSource Data { get; }

    /// <summary>Whether it has broken one.</summary>
    public bool HasDied { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await Data.DisposeAsync();
        await ending.CancelAsync();
        listener.Stop();
        await accepting;
        ending.Dispose();
    }

    private async Task AcceptAsync()
    {
        var passing = new List<Task>();
        try
        {
            while (true)
                passing.Add(PassAsync(await listener.AcceptTcpClientAsync(ending.Token)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(passing);
        }
    }

    private async Task PassAsync(TcpClient client)
    {
        using var taken = client;
        using var upstream = new TcpClient();
        try
        {
            await upstream.ConnectAsync(server.Host!, server.Port, ending.Token);
            var (up, down) = (upstream.GetStream(), client.GetStream());
            using var broken = CancellationTokenSource.CreateLinkedTokenSource(ending.Token);
            await Task.WhenAny(ForwardAsync(down, up, broken.Token), ReturnAsync(up, down, broken.Token));
            await broken.CancelAsync();
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException)
        {
            // One side has gone, and the other goes with it.
        }
    }

    /// <summary>Passes on what the client says, up to the statement.</summary>
    private async Task ForwardAsync(NetworkStream client, NetworkStream upstream, CancellationToken cancellationToken)
    {
        var buffer = new byte[1 << 20];
        while (await client.ReadAsync(buffer, cancellationToken) is > 0 and var length)
        {
            var dies = !HasDied && buffer.AsSpan(0, length).IndexOf(statement) >= 0;
            if (dies)
                HasDied = true;
            if (dies && !afterwards)
                return;
            if (dies)
                isDeaf = true;
            await upstream.WriteAsync(buffer.AsMemory(0, length), cancellationToken);
        }
    }

    /// <summary>Passes on what the server says, up to the answer to the statement.</summary>
    private async Task ReturnAsync(NetworkStream upstream, NetworkStream client, CancellationToken cancellationToken)
    {
        var buffer = new byte[1 << 20];
        while (await upstream.ReadAsync(buffer, cancellationToken) is > 0 and var length)
        {
            // The answer comes once the statement was carried out, and a commit is durable by then.
            if (isDeaf)
            {
                isDeaf = false;
                return;
            }

            await client.WriteAsync(buffer.AsMemory(0, length), cancellationToken);
        }
    }
}
