using System.Net;
using System.Net.Sockets;
using Npgsql;
using Workflow.Testing;

namespace Workflow.EndToEnd.Up;

/// <summary>Processes that start where something is missing: they say what, and wait for it or refuse; never a stack trace.</summary>
public sealed class StartTests
{
    private const string Token = "a-token-for-tests-1234567890";

    [Theory]
    [InlineData("worker")]
    [InlineData("scheduler")]
    [InlineData("server")]
    public async Task Start_DatabaseAwayForLong_WaitsAndThenRefuses(string verb)
    {
        var result = await RunAsync("Host=127.0.0.1;Port=1;Username=x;Password=secret", verb, ("Database__WaitSeconds", "1"));

        ShouldRefuse(result, "PostgreSQL at 127.0.0.1:1 cannot be reached yet", "Waiting up to 1 seconds", "Database__ConnectionString");
        result.Error.ShouldNotContain("secret");
    }

    [Fact]
    public async Task Start_DatabaseComesUp_GoesOn()
    {
        await using var database = await TestDatabase.CreateAsync();
        var real = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        var port = FreePort();
        using var door = new TcpListener(IPAddress.Loopback, port);
        var late = new NpgsqlConnectionStringBuilder(database.ConnectionString)
        {
            Host = "127.0.0.1",
            Port = port,
            SslMode = SslMode.Disable,
        };
        var start = Start(late.ConnectionString, "server", ("Dashboard__Token", Token));
        start.ArgumentList.Add("--port");
        start.ArgumentList.Add("0");
        using var process = System.Diagnostics.Process.Start(start)!;
        var token = TestContext.Current.CancellationToken;
        try
        {
            (await process.StandardError.ReadLineAsync(token)).ShouldNotBeNull().ShouldContain("cannot be reached yet");
            door.Start();
            var forwarding = ForwardAsync(door, real);

            (await process.StandardError.ReadLineAsync(token)).ShouldBe($"PostgreSQL at 127.0.0.1:{port} answers.");
            string? line;
            do
                line = await process.StandardOutput.ReadLineAsync(token);
            while (line?.StartsWith("Workflow serves at", StringComparison.Ordinal) == false);
            line.ShouldNotBeNull();
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }

    [Theory]
    [InlineData("worker")]
    [InlineData("scheduler")]
    [InlineData("server")]
    public async Task Start_SchemaOfANewerBuild_SaysToUpgrade(string verb)
    {
        await using var database = await TestDatabase.CreateAsync();
        await ExecuteAsync(database, "INSERT INTO schema_migration (number, name, sha256) VALUES (9999, 'come_later', repeat('0', 64))");

        ShouldRefuse(await RunAsync(database.ConnectionString, verb), "schema 9999 is newer than this build knows", "upgrade the engine");
    }

    [Fact]
    public async Task Start_WorkerWhoseArtifactFolderIsAFile_NamesIt()
    {
        await using var database = await TestDatabase.CreateAsync();
        var file = Path.GetTempFileName();

        ShouldRefuse(
            await RunAsync(database.ConnectionString, "worker", ("Artifacts__Folder", file)),
            "Cannot use the artifact store", file, "must be writable");

        File.Delete(file);
    }

    [Theory]
    [InlineData("Retention__RunDays", "Retention:RunDays", "a week")]
    [InlineData("Retention__LogDays", "Retention:LogDays", "-1")]
    [InlineData("Database__WaitSeconds", "Database:WaitSeconds", "1.5")]
    public async Task Start_SettingThatIsNoNumber_SaysWhichAndWhatIsWanted(string variable, string key, string value)
    {
        await using var database = await TestDatabase.CreateAsync();

        ShouldRefuse(
            await RunAsync(database.ConnectionString, "scheduler", (variable, value)),
            key, variable, "a whole number of", $"got '{value}'");
    }

    private static void ShouldRefuse(CliResult result, params string[] parts)
    {
        result.ExitCode.ShouldBe(1, result.ToString());
        foreach (var part in parts)
            result.Error.ShouldContain(part);
        result.Error.ShouldNotContain("   at ");
    }

    private static Task<CliResult> RunAsync(string connectionString, string verb, params (string Name, string Value)[] settings) =>
        Playground.RunAsync(Start(connectionString, verb, [("Dashboard__Token", Token), .. settings]));

    private static System.Diagnostics.ProcessStartInfo Start(
        string connectionString, string verb, params (string Name, string Value)[] settings)
    {
        var start = Playground.StartInfo([verb]);
        start.Environment["Database__ConnectionString"] = connectionString;
        foreach (var (name, value) in settings)
            start.Environment[name] = value;
        return start;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Lets everybody who knocks through to the real server.</summary>
    private static async Task ForwardAsync(TcpListener door, NpgsqlConnectionStringBuilder real)
    {
        while (true)
        {
            var guest = await door.AcceptSocketAsync(TestContext.Current.CancellationToken);
            var isFolder = real.Host!.StartsWith('/');
            var server = new Socket(isFolder ? AddressFamily.Unix : AddressFamily.InterNetwork, SocketType.Stream,
                ProtocolType.Unspecified);
            await server.ConnectAsync(
                isFolder
                    ? new UnixDomainSocketEndPoint($"{real.Host}/.s.PGSQL.{real.Port}")
                    : new DnsEndPoint(real.Host, real.Port, AddressFamily.InterNetwork));
            var (here, there) = (new NetworkStream(guest, ownsSocket: true), new NetworkStream(server, ownsSocket: true));
            _ = here.CopyToAsync(there);
            _ = there.CopyToAsync(here);
        }
    }

    private static async Task ExecuteAsync(TestDatabase database, string sql)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
