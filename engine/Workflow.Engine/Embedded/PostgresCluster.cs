using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Workflow.Engine.Embedded;

/// <summary>
/// The files of the embedded server: made once, completely or not at all. initdb works in a folder of a temporary name that becomes the
/// cluster by a rename, so a kill at any instant leaves either no cluster or a whole one, and at most a temporary folder that the next
/// start removes.
/// </summary>
internal sealed class PostgresCluster(EmbeddedPostgresOptions options, PostgresAccount account)
{
    private const string SettingsFile = "workflow.conf";
    private const int PasswordBytes = 24;
    private const long LogLimit = 16 * 1024 * 1024;

    internal string Root { get; } = System.IO.Path.GetFullPath(options.DataFolder);

    internal string Path => System.IO.Path.Combine(Root, "postgres");

    internal string LogFile => System.IO.Path.Combine(Root, "postgres.log");

    private string PasswordFile => System.IO.Path.Combine(Root, "postgres.password");

    private bool Exists => File.Exists(System.IO.Path.Combine(Path, "PG_VERSION"));

    internal async Task CreateIfMissingAsync(CancellationToken cancellationToken)
    {
        foreach (var leftover in Directory.GetDirectories(Root, "postgres.new-*"))
            Directory.Delete(leftover, recursive: true);
        if (Exists)
            return;
        if (Directory.Exists(Path) && Directory.EnumerateFileSystemEntries(Path).Any())
            throw new EmbeddedPostgresException(
                $"{Path} is neither empty nor a PostgreSQL cluster. Move it away, or choose another data folder.");

        // Before the rename a password file means nothing, so one that a kill cut short is simply written again.
        var password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(PasswordBytes));
        await WritePrivateAsync(PasswordFile, password + "\n", cancellationToken);
        await account.TakeOverAsync(PasswordFile, cancellationToken);

        var temporary = System.IO.Path.Combine(Root, $"postgres.new-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}");
        CreatePrivateFolder(temporary);
        await account.TakeOverAsync(temporary, cancellationToken);
        List<string> command =
        [
            .. account.Prefix, PostgresAccount.Program(options.Programs, "initdb"), "-D", temporary, "--encoding=UTF8", "--locale=C",
            "--auth=scram-sha-256", $"--username={EmbeddedPostgres.UserName}", $"--pwfile={PasswordFile}",
        ];
        if (!options.Durable)
            command.Add("--no-sync");
        var result = await Tool.RunAsync(command, Root, cancellationToken);
        if (!result.Succeeded)
            throw StartFailure.Explain("initdb's output", result.Output, result.Output);

        await File.AppendAllTextAsync(
            System.IO.Path.Combine(temporary, "postgresql.conf"),
            $"\n# Written anew at each start of the engine. Lines after this one win over it.\ninclude '{SettingsFile}'\n",
            cancellationToken);
        if (Directory.Exists(Path))
            Directory.Delete(Path);
        Directory.Move(temporary, Path);
    }

    internal async Task WriteSettingsAsync(int port, CancellationToken cancellationToken)
    {
        // jit: the engine's statements are short, and compiling one costs more than running it. Sockets: a path is limited to about 100
        // characters, which a deep data folder exceeds.
        var settings = new StringBuilder(
            $"""
            listen_addresses = '127.0.0.1'
            port = {port.ToString(CultureInfo.InvariantCulture)}
            unix_socket_directories = ''
            max_connections = 300
            shared_buffers = '256MB'
            max_wal_size = '2GB'
            checkpoint_timeout = '15min'
            wal_compression = on
            random_page_cost = 1.1
            jit = off
            timezone = 'UTC'
            log_timezone = 'UTC'
            log_line_prefix = '%m [%p] %d '

            """);
        // Nobody reads the log of a cluster that need not survive: compressing it took half the time of cloning a database.
        if (!options.Durable)
            settings.Append("fsync = off\nsynchronous_commit = off\nfull_page_writes = off\nwal_compression = off\n");
        await WritePrivateAsync(System.IO.Path.Combine(Path, SettingsFile), settings.ToString(), cancellationToken);
        await account.TakeOverAsync(Path, cancellationToken);
    }

    /// <summary>Makes the log exist, keeps one old one, and returns where this start's lines begin.</summary>
    internal async Task<long> OpenLogAsync(CancellationToken cancellationToken)
    {
        if (File.Exists(LogFile) && new FileInfo(LogFile).Length > LogLimit)
            File.Move(LogFile, LogFile + ".1", overwrite: true);
        await using (var log = new FileStream(LogFile, FileMode.Append, FileAccess.Write, FileShare.ReadWrite))
        {
            await account.TakeOverAsync(LogFile, cancellationToken);
            return log.Position;
        }
    }

    internal async Task<string> ReadLogAsync(long from, CancellationToken cancellationToken)
    {
        await using var log = new FileStream(LogFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        log.Seek(from, SeekOrigin.Begin);
        using var reader = new StreamReader(log);
        return await reader.ReadToEndAsync(cancellationToken);
    }

    internal async Task<string> ReadPasswordAsync(CancellationToken cancellationToken) =>
        File.Exists(PasswordFile)
            ? (await File.ReadAllTextAsync(PasswordFile, cancellationToken)).Trim()
            : throw new EmbeddedPostgresException($"The cluster {Path} exists but its password is missing: restore {PasswordFile}.");

    private static void CreatePrivateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static async Task WritePrivateAsync(string path, string content, CancellationToken cancellationToken)
    {
        // Created private rather than made so: between the two, others could open it.
        File.Delete(path);
        var creation = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            creation.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using var writer = new StreamWriter(path, creation);
        await writer.WriteAsync(content.AsMemory(), cancellationToken);
    }
}
