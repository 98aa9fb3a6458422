using System.Diagnostics;
using Npgsql;
using Workflow.Engine.Embedded;
using Workflow.Testing;

namespace Workflow.EndToEnd.Embedded;

public sealed class EmbeddedPostgresTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly string _folder = Directory.CreateTempSubdirectory("workflow-embedded-").FullName;
    private readonly List<EmbeddedPostgres> _servers = [];

    private string Cluster => Path.Combine(_folder, "postgres");

    private string PidFile => Path.Combine(Cluster, "postmaster.pid");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
            await server.StopAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Start_EmptyFolder_ServesOnlyLocallyWithPasswordAndPrivateFiles()
    {
        var server = await StartAsync(durable: true);

        server.IsAdopted.ShouldBeFalse();
        (await ScalarAsync(server, "SELECT current_database()")).ShouldBe("workflow");
        (await ScalarAsync(server, "SHOW listen_addresses")).ShouldBe("127.0.0.1");
        (await ScalarAsync(server, "SHOW unix_socket_directories")).ShouldBe("");
        (await ScalarAsync(server, "SHOW server_encoding")).ShouldBe("UTF8");
        (await ScalarAsync(server, "SHOW fsync")).ShouldBe("on");
        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(Path.Combine(_folder, "postgres.password")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var guess = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Password = "guess", Pooling = false };
        await using var stranger = new NpgsqlConnection(guess.ConnectionString);
        (await Should.ThrowAsync<PostgresException>(stranger.OpenAsync())).SqlState.ShouldBe(PostgresErrorCodes.InvalidPassword);
    }

    [Fact]
    public async Task Start_AfterStop_FindsItsData()
    {
        var first = await StartAsync();
        await ScalarAsync(first, "CREATE TABLE fruit AS SELECT 'apple' AS name");
        await first.StopAsync();
        File.Exists(PidFile).ShouldBeFalse();
        await EndAsync(first.ProcessId);

        var second = await StartAsync();

        second.IsAdopted.ShouldBeFalse();
        (await ScalarAsync(second, "SELECT name FROM fruit")).ShouldBe("apple");
    }

    [Fact]
    public async Task Start_ServerLeftByAnEarlierStart_AdoptsIt()
    {
        var left = await StartAsync();

        var next = await StartAsync();

        next.IsAdopted.ShouldBeTrue();
        (next.ProcessId, next.Port).ShouldBe((left.ProcessId, left.Port));
        (await ScalarAsync(next, "SHOW data_directory")).ShouldBe(Cluster);
    }

    [Fact]
    public async Task Start_ThroughALinkToTheFolder_AdoptsTheSameServer()
    {
        var left = await StartAsync();
        var link = _folder + "-link";
        Directory.CreateSymbolicLink(link, _folder);
        try
        {
            var next = await EmbeddedPostgres.StartAsync(new EmbeddedPostgresOptions { DataFolder = link });

            (next.IsAdopted, next.ProcessId).ShouldBe((true, left.ProcessId));
        }
        finally
        {
            Directory.Delete(link);
        }
    }

    [Fact]
    public async Task Start_SeveralAtOnce_AllGetOneServer()
    {
        var servers = await Task.WhenAll(StartAsync(), StartAsync(), StartAsync());

        servers.Select(server => server.ProcessId).Distinct().Count().ShouldBe(1);
        servers.Count(server => !server.IsAdopted).ShouldBe(1);
    }

    [Fact]
    public async Task Start_ServerWasKilled_RecoversWhatWasCommitted()
    {
        var killed = await StartAsync(durable: true);
        await ScalarAsync(killed, "CREATE TABLE fruit AS SELECT 'apple' AS name");
        await KillAsync(killed.ProcessId);
        File.Exists(PidFile).ShouldBeTrue();

        var next = await StartAsync();

        next.IsAdopted.ShouldBeFalse();
        (await ScalarAsync(next, "SELECT name FROM fruit")).ShouldBe("apple");
    }

    [Fact]
    public async Task Start_KilledServerThatNobodyHasReaped_StartsAnew()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux shows which processes nobody has reaped.");
        var server = await StartAsync();
        var lines = await File.ReadAllLinesAsync(PidFile);
        await server.StopAsync();

        // A parent that never asks after its child: once it is no shell any more.
        var start = new ProcessStartInfo("sh", ["-c", "sleep 600 & echo $!; exec sleep 600"]) { RedirectStandardOutput = true };
        using var parent = Process.Start(start)!;
        try
        {
            lines[0] = (await parent.StandardOutput.ReadLineAsync())!;
            await Eventually.TrueAsync(() => File.ReadAllText($"/proc/{parent.Id}/comm") == "sleep\n", Limit, "the parent sleeps");
            using var child = Process.GetProcessById(int.Parse(lines[0]));
            child.Kill();
            await Eventually.TrueAsync(() => File.ReadAllText($"/proc/{lines[0]}/stat").Contains(") Z"), Limit, "the child has ended");
            await File.WriteAllLinesAsync(PidFile, lines);

            (await StartAsync()).IsAdopted.ShouldBeFalse();
        }
        finally
        {
            parent.Kill();
        }
    }

    [Fact]
    public async Task Start_PidFileNamesAnotherLivingProcess_StartsAnew()
    {
        var server = await StartAsync();
        var lines = await File.ReadAllLinesAsync(PidFile);
        await server.StopAsync();

        // As after a reboot, when some other program has got the number of the old server.
        using var other = Process.Start("sleep", ["600"]);
        try
        {
            lines[0] = $"{other.Id}";
            await File.WriteAllLinesAsync(PidFile, lines);

            var next = await StartAsync();

            next.IsAdopted.ShouldBeFalse();
            IsRunning(other.Id).ShouldBeTrue();
            (await ScalarAsync(next, "SELECT current_database()")).ShouldBe("workflow");
        }
        finally
        {
            other.Kill();
        }
    }

    [Fact]
    public async Task Start_PidFileNamesAnotherClustersServer_LeavesThatAloneAndStartsAnew()
    {
        var server = await StartAsync();
        var lines = await File.ReadAllLinesAsync(PidFile);
        await server.StopAsync();
        await using var other = await EmbeddedPostgres.StartAsync(
            new EmbeddedPostgresOptions { DataFolder = Path.Combine(_folder, "other"), Durable = false });
        (lines[0], lines[3]) = ($"{other.ProcessId}", $"{other.Port}");
        await File.WriteAllLinesAsync(PidFile, lines);

        var next = await StartAsync();

        next.IsAdopted.ShouldBeFalse();
        next.ProcessId.ShouldNotBe(other.ProcessId);
        IsRunning(other.ProcessId).ShouldBeTrue();
        (await ScalarAsync(next, "SHOW data_directory")).ShouldBe(Cluster);
    }

    [Fact]
    public async Task Start_EmptyPidFileOfAFullDisk_StartsAnew()
    {
        await (await StartAsync()).StopAsync();
        await File.WriteAllTextAsync(PidFile, "");

        (await StartAsync()).IsAdopted.ShouldBeFalse();
    }

    [Fact]
    public async Task Start_InitdbWasKilled_StartsFromScratchAndRemovesTheRest()
    {
        var rest = Path.Combine(_folder, "postgres.new-00000000");
        Directory.CreateDirectory(rest);
        await File.WriteAllTextAsync(Path.Combine(rest, "PG_VERSION"), "18\n");
        await File.WriteAllTextAsync(Path.Combine(_folder, "postgres.password"), "cut sh");

        var server = await StartAsync();

        (await ScalarAsync(server, "SELECT current_database()")).ShouldBe("workflow");
        Directory.Exists(rest).ShouldBeFalse();
    }

    [Fact]
    public async Task Start_ForeignFilesInTheClustersPlace_RefusesAndKeepsThem()
    {
        Directory.CreateDirectory(Cluster);
        var file = Path.Combine(Cluster, "thesis.txt");
        await File.WriteAllTextAsync(file, "years of work");

        var error = await Should.ThrowAsync<EmbeddedPostgresException>(StartAsync());

        error.Message.ShouldContain("neither empty nor a PostgreSQL cluster");
        File.Exists(file).ShouldBeTrue();
    }

    [Fact]
    public async Task Start_PortTaken_SaysSoAndShowsTheLog()
    {
        var server = await StartAsync();

        var error = await Should.ThrowAsync<EmbeddedPostgresException>(EmbeddedPostgres.StartAsync(
            new EmbeddedPostgresOptions { DataFolder = Path.Combine(_folder, "other"), Port = server.Port }));

        error.Message.ShouldContain("The port is taken");
        error.Message.ShouldContain("could not bind");
    }

    [Fact]
    public async Task Start_ClusterOfAnotherMajorVersion_SaysSo()
    {
        await (await StartAsync()).StopAsync();
        await File.WriteAllTextAsync(Path.Combine(Cluster, "PG_VERSION"), "12\n");

        var error = await Should.ThrowAsync<EmbeddedPostgresException>(StartAsync());

        error.Message.ShouldContain("another major version of PostgreSQL");
    }

    [Fact]
    public async Task Start_WrongPasswordFile_SaysWhichFileToRestore()
    {
        await StartAsync();
        var file = Path.Combine(_folder, "postgres.password");
        var password = await File.ReadAllTextAsync(file);
        await File.WriteAllTextAsync(file, "guess");

        var error = await Should.ThrowAsync<EmbeddedPostgresException>(StartAsync());

        error.Message.ShouldContain("postgres.password");
        error.Message.ShouldNotContain(password.Trim());
    }

    private async Task<EmbeddedPostgres> StartAsync(bool durable = false)
    {
        var server = await EmbeddedPostgres.StartAsync(new EmbeddedPostgresOptions { DataFolder = _folder, Durable = durable });
        lock (_servers)
            _servers.Add(server);
        return server;
    }

    private static async Task<string?> ScalarAsync(EmbeddedPostgres server, string sql)
    {
        var unpooled = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Pooling = false };
        await using var connection = new NpgsqlConnection(unpooled.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (string?)await command.ExecuteScalarAsync();
    }

    private static async Task KillAsync(int processId)
    {
        using var process = Process.GetProcessById(processId);
        process.Kill();
        await EndAsync(processId);
    }

    // A process has ended for everybody once its parent, the system's first process, has reaped it.
    private static Task EndAsync(int processId) =>
        Eventually.TrueAsync(() => !IsRunning(processId), Limit, $"process {processId} has ended");

    private static bool IsRunning(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
