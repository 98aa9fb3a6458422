using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Workflow.Engine.Embedded;

/// <summary>
/// The PostgreSQL server that the engine brings along, so that a fresh clone needs no database.
/// <para>
/// The server is nobody's child: it runs in a session of its own, so the terminal's Ctrl-C does not reach it (workers drain first, the
/// database ends last), and a <c>kill -9</c> of the engine leaves it running. The next start on the same data folder finds it through
/// <c>postmaster.pid</c>, proves by its password and its data folder that it is the right one, and adopts it: same data, same port.
/// Starts on the same folder from several processes are serialised by a lock file, so all of them end up with one server.
/// </para>
/// </summary>
public sealed partial class EmbeddedPostgres : IAsyncDisposable
{
    /// <summary>The superuser of the cluster.</summary>
    public const string UserName = "workflow";

    /// <summary>The database of <see cref="ConnectionString"/>.</summary>
    public const string DatabaseName = "workflow";

    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(20);

    private readonly EmbeddedPostgresOptions _options;
    private readonly PostgresAccount _account;
    private readonly PostgresCluster _cluster;

    private EmbeddedPostgres(EmbeddedPostgresOptions options, PostgresAccount account, PostgresCluster cluster, string password)
    {
        (_options, _account, _cluster) = (options, account, cluster);
        Password = password;
    }

    /// <summary>How to reach the database <see cref="DatabaseName"/> as superuser. Contains the password.</summary>
    public string ConnectionString => ConnectionTo(DatabaseName);

    /// <summary>The port on 127.0.0.1.</summary>
    public int Port { get; private set; }

    /// <summary>The process of the postmaster.</summary>
    public int ProcessId { get; private set; }

    /// <summary>Whether the server was already running and was taken over.</summary>
    public bool IsAdopted { get; private set; }

    /// <summary>The server's log.</summary>
    public string LogFile => _cluster.LogFile;

    /// <summary>
    /// The words of the command that stops the server, for a process that outlives this one: program first, each word unquoted.
    /// </summary>
    public IReadOnlyList<string> StopCommand => Stop("fast");

    private string Password { get; }

    /// <summary>
    /// Starts the server of the data folder, or adopts it if it runs; makes the cluster and the database first where they are missing.
    /// </summary>
    /// <exception cref="EmbeddedPostgresException">It cannot be started; the message shows the log's last lines and what to do.</exception>
    public static async Task<EmbeddedPostgres> StartAsync(EmbeddedPostgresOptions options, CancellationToken cancellationToken = default)
    {
        var deadline = options.TimeProvider.GetUtcNow() + options.StartLimit;
        Directory.CreateDirectory(options.DataFolder);
        await using var startLock = await StartLock.TakeAsync(options, deadline, cancellationToken);
        var account = await PostgresAccount.FindAsync(options.Programs, cancellationToken);
        var cluster = new PostgresCluster(options, account);
        await cluster.CreateIfMissingAsync(cancellationToken);

        var server = new EmbeddedPostgres(options, account, cluster, await cluster.ReadPasswordAsync(cancellationToken));
        if (await server.TryAdoptAsync(deadline, cancellationToken))
        {
            await server.EnsureDatabaseAsync(cancellationToken);
            return server;
        }

        try
        {
            await server.StartNewAsync(deadline, cancellationToken);
            await server.EnsureDatabaseAsync(cancellationToken);
            return server;
        }
        catch
        {
            // Nobody holds what this start made, a cancelled one's half started server included.
            await server.StopAsync(CancellationToken.None);
            throw;
        }
    }

    /// <summary>
    /// Stops the server: running statements are cancelled and everything committed is written out; after <see
    /// cref="EmbeddedPostgresOptions.StopLimit"/> it ends at once, and the next start replays the log. Does nothing if it no longer runs.
    /// </summary>
    /// <exception cref="EmbeddedPostgresException">It still runs.</exception>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        if (PostmasterFile.Read(_cluster.Path) is not { } file || !file.IsRunning() || !file.IsServerOf(_cluster.Path))
            return;
        foreach (var mode in new[] { "fast", "immediate" })
        {
            var deadline = _options.TimeProvider.GetUtcNow() + _options.StopLimit;
            await Tool.RunAsync(Stop(mode), _cluster.Root, cancellationToken);

            // pg_ctl waits for the pid file to go, which a server removes a moment before it ends.
            while (file.IsRunning() && _options.TimeProvider.GetUtcNow() < deadline)
                await Task.Delay(RetryDelay, _options.TimeProvider, cancellationToken);
            if (!file.IsRunning())
                return;
        }

        throw new EmbeddedPostgresException(
            $"PostgreSQL (process {file.ProcessId}) does not stop. See {LogFile}; "
            + $"kill -QUIT {file.ProcessId} ends it without loss of committed data.");
    }

    /// <summary>Stops the server. Whoever wants it to be adopted later does not dispose.</summary>
    public async ValueTask DisposeAsync() => await StopAsync();

    /// <summary>How to reach a database of this server as superuser.</summary>
    public string ConnectionTo(string database) =>
        new NpgsqlConnectionStringBuilder
        {
            Host = IPAddress.Loopback.ToString(),
            Port = Port,
            Username = UserName,
            Password = Password,
            Database = database,
        }.ConnectionString;

    private static int FindFreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string Seconds(TimeSpan limit) => Math.Max(1, (int)limit.TotalSeconds).ToString(CultureInfo.InvariantCulture);

    private async Task<bool> TryAdoptAsync(DateTimeOffset deadline, CancellationToken cancellationToken)
    {
        while (true)
        {
            var file = PostmasterFile.Read(_cluster.Path);
            if (file is not null && !file.IsRunning())
            {
                // The file stays: from it the new postmaster learns which shared memory the backends of the old one may still hold.
                file.DisownIfUnreaped(_cluster.Path);
                return false;
            }

            if (file is null || !file.IsServerOf(_cluster.Path))
            {
                // PostgreSQL would take any living process of that number for its old self and refuse to start.
                File.Delete(PostmasterFile.PathIn(_cluster.Path));
                return false;
            }

            if (file.Port is { } port && await AnswersAsync(port, cancellationToken))
            {
                (Port, ProcessId, IsAdopted) = (port, file.ProcessId, true);
                return true;
            }

            // It is starting, recovering or stopping.
            if (_options.TimeProvider.GetUtcNow() >= deadline)
                throw new EmbeddedPostgresException(
                    $"The PostgreSQL of {_cluster.Path} runs (process {file.ProcessId}) but does not answer. See {LogFile}; "
                    + $"if it hangs, end it with kill -QUIT {file.ProcessId} and start again.");
            await Task.Delay(RetryDelay, _options.TimeProvider, cancellationToken);
        }
    }

    private async Task<bool> AnswersAsync(int port, CancellationToken cancellationToken)
    {
        Port = port;
        try
        {
            await using var connection = await OpenAsync("postgres", cancellationToken);
            await using var command = new NpgsqlCommand(Sql.DataDirectory, connection);
            var folder = (string?)await command.ExecuteScalarAsync(cancellationToken);
            return folder is not null && PostmasterFile.AreOne(folder, _cluster.Path)
                   ? true
                   : throw new EmbeddedPostgresException(
                       $"The PostgreSQL on port {port} serves {folder}, not {_cluster.Path}: "
                       + $"the folder was moved under a running server. "
                       + $"Stop process {PostmasterFile.Read(_cluster.Path)?.ProcessId} and start again.");
        }
        catch (PostgresException wrong) when (wrong.SqlState
            is PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification)
        {
            throw new EmbeddedPostgresException(
                $"The PostgreSQL of {_cluster.Path} does not accept the password in postgres.password: restore that file.", wrong);
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private async Task StartNewAsync(DateTimeOffset deadline, CancellationToken cancellationToken)
    {
        while (true)
        {
            Port = _options.Port != 0 ? _options.Port : FindFreePort();
            await _cluster.WriteSettingsAsync(Port, cancellationToken);
            var logStart = await _cluster.OpenLogAsync(cancellationToken);

            // pg_ctl gives the server its session, its log and no pipe of ours, and waits until it accepts connections.
            var result = await Tool.RunAsync(
                Control("start", "-w", "-t", Seconds(_options.StartLimit), "-l", LogFile), _cluster.Root, cancellationToken);
            if (result.Succeeded && PostmasterFile.Read(_cluster.Path) is { } file)
            {
                ProcessId = file.ProcessId;
                return;
            }

            var log = await _cluster.ReadLogAsync(logStart, cancellationToken);
            var passing = StartFailure.IsOldServerEnding(log) || (_options.Port == 0 && StartFailure.IsPortTaken(log));
            if (!passing || _options.TimeProvider.GetUtcNow() >= deadline)
                throw StartFailure.Explain(LogFile, log, result.Output);
            await Task.Delay(RetryDelay, _options.TimeProvider, cancellationToken);
        }
    }

    private async Task EnsureDatabaseAsync(CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync("postgres", cancellationToken);
        await using var exists = new NpgsqlCommand(Sql.DatabaseExists, connection);
        exists.Parameters.AddWithValue("name", DatabaseName);
        if (await exists.ExecuteScalarAsync(cancellationToken) is true)
            return;
        await using var create = new NpgsqlCommand(Sql.CreateDatabase, connection);
        await create.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<NpgsqlConnection> OpenAsync(string database, CancellationToken cancellationToken)
    {
        var unpooled = new NpgsqlConnectionStringBuilder(ConnectionTo(database)) { Pooling = false, Timeout = 5 };
        var connection = new NpgsqlConnection(unpooled.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private IReadOnlyList<string> Stop(string mode) => Control("stop", "-m", mode, "-w", "-t", Seconds(_options.StopLimit));

    private IReadOnlyList<string> Control(params IEnumerable<string> arguments) =>
        [.. _account.Prefix, PostgresAccount.Program(_options.Programs, "pg_ctl"), "-s", "-D", _cluster.Path, .. arguments];
}
