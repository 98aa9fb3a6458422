using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Npgsql;
using Workflow.Postgres.Migrations;
using Xunit;

namespace Workflow.Testing;

/// <summary>
/// A database of its own, migrated, for one test class (<c>IClassFixture&lt;TestDatabase&gt;</c>) or one test
/// (<c>await using var database = await TestDatabase.CreateAsync()</c>). Notifications and advisory locks are per database, so tests
/// never meet. It is a clone of a template that is migrated once per set of migrations, which takes a tenth of a second.
/// </summary>
public sealed partial class TestDatabase : IAsyncLifetime
{
    private const string Template = "workflow_template_";
    private const string Test = "workflow_test_";

    private static readonly Lazy<Task> LeftoversDropped = new(DropLeftoversAsync);
    private static int _last;

    private readonly bool _isMigrated;
    private string? _name;
    private NpgsqlDataSource? _dataSource;

    public TestDatabase()
        : this(isMigrated: true)
    {
    }

    private TestDatabase(bool isMigrated) => _isMigrated = isMigrated;

    /// <summary>How to reach the database as its owner.</summary>
    public string ConnectionString { get; private set; } = "";

    /// <summary>A pool of connections to the database, which ends with it.</summary>
    public NpgsqlDataSource DataSource => _dataSource ?? throw new InvalidOperationException("The database is created by InitializeAsync.");

    /// <summary>Creates a migrated database. The caller disposes it.</summary>
    public static Task<TestDatabase> CreateAsync() => CreateAsync(new TestDatabase());

    /// <summary>Creates an empty database, for tests of the migrations themselves. The caller disposes it.</summary>
    public static Task<TestDatabase> CreateEmptyAsync() => CreateAsync(new TestDatabase(isMigrated: false));

    public async ValueTask InitializeAsync()
    {
        var server = await PostgresServer.ConnectionStringAsync();
        await using var connection = await OpenAsync(server);
        await LeftoversDropped.Value;

        // The process id makes it unique among the test processes, and tells later runs whether it is still in use.
        var name = $"{Test}{Environment.ProcessId}_{Interlocked.Increment(ref _last)}";
        if (_isMigrated)
            await CloneAsync(connection, server, name);
        else
            await ExecuteAsync(connection, Sql.Create, name);

        _name = name;
        ConnectionString = new NpgsqlConnectionStringBuilder(server) { Database = name, Pooling = true }.ConnectionString;
        _dataSource = NpgsqlDataSource.Create(ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        if (_name is null)
            return;
        await DataSource.DisposeAsync();
        await using var connection = await OpenAsync(await PostgresServer.ConnectionStringAsync());
        await ExecuteAsync(connection, Sql.Drop, _name);
        _name = null;
    }

    private static async Task<TestDatabase> CreateAsync(TestDatabase database)
    {
        await database.InitializeAsync();
        return database;
    }

    // Clones share the lock, whoever makes or drops a template holds it alone: on a server that several checkouts share, one of them may
    // have dropped this one's template since.
    private static async Task CloneAsync(NpgsqlConnection connection, string server, string name)
    {
        var template = Template + HashOfMigrations();
        while (true)
        {
            await using (await LockAsync(server, Sql.ShareTemplates))
            {
                if (await ExistsAsync(connection, template))
                {
                    await ExecuteAsync(connection, Sql.Clone, name, template);
                    return;
                }
            }

            await using (await LockAsync(server, Sql.LockTemplates))
            {
                if (!await ExistsAsync(connection, template))
                    await CreateTemplateAsync(connection, server, template);
            }
        }
    }

    private static async Task CreateTemplateAsync(NpgsqlConnection connection, string server, string template)
    {
        foreach (var old in await NamesAsync(connection, Sql.OldTemplates, template))
            await ExecuteAsync(connection, Sql.Drop, old);

        // It gets its name when it is complete, so a run that is killed here leaves nothing that the next one would take for a template.
        var unfinished = $"{template}_unfinished";
        await ExecuteAsync(connection, Sql.Create, unfinished);
        var unfinishedServer = new NpgsqlConnectionStringBuilder(server) { Database = unfinished }.ConnectionString;
        await using (var dataSource = NpgsqlDataSource.Create(unfinishedServer))
        {
            await new Migrator(dataSource).MigrateAsync();
            await using var strict = dataSource.CreateCommand(Sql.StrictChecks);
            await strict.ExecuteNonQueryAsync();
        }

        await ExecuteAsync(connection, Sql.Close, unfinished);
        await ExecuteAsync(connection, Sql.Rename, template, unfinished);
    }

    // What earlier processes were killed over. Only on our own server: on another one, other machines' processes have the same numbers.
    private static async Task DropLeftoversAsync()
    {
        if (!PostgresServer.IsOwn)
            return;
        await using var connection = await OpenAsync(await PostgresServer.ConnectionStringAsync());
        foreach (var name in await NamesAsync(connection, Sql.TestDatabases, ""))
        {
            var process = name[Test.Length..].Split('_')[0];
            if (int.TryParse(process, CultureInfo.InvariantCulture, out var id) && !IsOtherProcess(id))
                await ExecuteAsync(connection, Sql.Drop, name);
        }
    }

    private static bool IsOtherProcess(int processId)
    {
        try
        {
            // This process has made none yet: one of its number is an earlier process's.
            using var process = Process.GetProcessById(processId);
            return processId != Environment.ProcessId;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static string HashOfMigrations()
    {
        var all = Sql.StrictChecks + string.Join('\n', Migration.Embedded.Select(migration => $"{migration.FileName} {migration.Sha256}"));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(all)))[..16];
    }

    private static async Task<NpgsqlConnection> LockAsync(string server, string sql)
    {
        var connection = await OpenAsync(server);
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync();
        return connection;
    }

    private static async Task<bool> ExistsAsync(NpgsqlConnection connection, string name)
    {
        await using var command = new NpgsqlCommand(Sql.Exists, connection);
        command.Parameters.AddWithValue("name", name);
        return await command.ExecuteScalarAsync() is true;
    }

    private static async Task<IReadOnlyList<string>> NamesAsync(NpgsqlConnection connection, string sql, string name)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddWithValue("name", name);
        await using var reader = await command.ExecuteReaderAsync();
        List<string> names = [];
        while (await reader.ReadAsync())
            names.Add(reader.GetString(0));
        return names;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string format, string name, string template = "")
    {
        await using var formatting = new NpgsqlCommand(format, connection);
        formatting.Parameters.AddWithValue("name", name);
        formatting.Parameters.AddWithValue("template", template);
        await using var command = new NpgsqlCommand((string)(await formatting.ExecuteScalarAsync())!, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<NpgsqlConnection> OpenAsync(string connectionString)
    {
        var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        return connection;
    }
}
