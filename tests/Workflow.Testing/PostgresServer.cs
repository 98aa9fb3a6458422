using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Npgsql;
using Workflow.Engine.Embedded;

namespace Workflow.Testing;

/// <summary>
/// The one PostgreSQL server of all test processes. <c>dotnet test</c> on the solution runs every test project as a process of its own,
/// side by side; the first of them starts the server, the others adopt it.
/// <para>
/// It ends by itself. Each test process holds a shared lock on one file for as long as it lives, and leaves a watcher behind that waits for
/// the exclusive lock and then stops the server. The kernel drops the lock of a killed process too, so no server is left over, and while
/// the watcher stops it no newcomer can get the shared lock and adopt a dying server. The data folder stays in the system's temporary
/// folder: the next run starts within a fraction of a second and finds its template database.
/// </para>
/// </summary>
public static class PostgresServer
{
    /// <summary>Names a server of your own (a connection string of a role that may create databases) to be used instead.</summary>
    public const string OverrideVariable = "WORKFLOW_TEST_DATABASE";

    private const string RootFile = "Workflow.sln";

    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(1);
    private static readonly Lazy<Task<string>> Shared = new(StartAsync);

    // Held until the process ends: that is its meaning.
    private static FileStream? _user;

    /// <summary>How to reach the server's database <c>postgres</c> as a role that may create databases.</summary>
    public static Task<string> ConnectionStringAsync() => Shared.Value;

    /// <summary>Where the checkout lies that this test runs from.</summary>
    public static string Checkout { get; } = FindCheckout();

    internal static bool IsOwn => Environment.GetEnvironmentVariable(OverrideVariable) is not { Length: > 0 };

    private static async Task<string> StartAsync()
    {
        if (Environment.GetEnvironmentVariable(OverrideVariable) is { Length: > 0 } given)
            return new NpgsqlConnectionStringBuilder(given) { Pooling = false }.ConnectionString;
        if (OperatingSystem.IsWindows())
            throw new PlatformNotSupportedException($"Tests on Windows need a PostgreSQL server of yours: name it in {OverrideVariable}.");

        var folder = Path.Combine(Path.GetTempPath(), $"workflow-tests-{Environment.UserName}-{Hash(Checkout)}");
        // Others may pass through but not look: where root runs the server as another user, that user must reach the cluster.
        const UnixFileMode passage = UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | passage);
        var users = Path.Combine(folder, "users.lock");
        _user = await ShareAsync(users);

        var options = new EmbeddedPostgresOptions { DataFolder = folder, Durable = false, StartLimit = StartLimit };
        EmbeddedPostgres server;
        try
        {
            server = await EmbeddedPostgres.StartAsync(options);
        }
        catch (EmbeddedPostgresException) when (Directory.Exists(Path.Combine(folder, "postgres")))
        {
            // Without fsync a crash of the machine may have spoilt the cluster. It holds nothing of value.
            Directory.Delete(Path.Combine(folder, "postgres"), recursive: true);
            server = await EmbeddedPostgres.StartAsync(options);
        }

        Watch(users, server.StopCommand);
        return new NpgsqlConnectionStringBuilder(server.ConnectionTo("postgres")) { Pooling = false }.ConnectionString;
    }

    // FileShare is a flock on Unix, which refuses rather than waits.
    private static async Task<FileStream> ShareAsync(string path)
    {
        FileStream? held = null;
        await Eventually.TrueAsync(
            () =>
            {
                try
                {
                    held = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Read, FileShare.ReadWrite);
                    return true;
                }
                catch (IOException)
                {
                    return false;
                }
            },
            StartLimit,
            "the last run's server has ended");
        return held!;
    }

    // In the background of a shell that ends at once, so that nobody who kills the test process with its children kills the watcher; deaf
    // to Ctrl-C, and without the test's output pipes, which would keep `dotnet test` waiting.
    private static void Watch(string users, IReadOnlyList<string> stopCommand)
    {
        const string script =
            """
            exec </dev/null >/dev/null 2>&1
            cd /
            trap '' INT HUP TERM
            (
              if command -v flock; then exec flock -x "$@"; fi
              exec perl -e 'open(my $lock, "<", shift) or die; flock($lock, 2) or die; system @ARGV' "$@"
            ) &
            """;
        using var shell = Process.Start("sh", ["-c", script, "sh", users, .. stopCommand]);
        shell.WaitForExit();
    }

    private static string FindCheckout()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, RootFile)))
                return folder.FullName;
        }

        return AppContext.BaseDirectory;
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..12];
}
