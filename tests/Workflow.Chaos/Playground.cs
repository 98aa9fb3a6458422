using Npgsql;
using Workflow.Chaos.Dags;
using Workflow.Engine.Embedded;
using Workflow.Postgres;
using Workflow.Postgres.Migrations;

namespace Workflow.Chaos;

/// <summary>
/// A folder with a durable PostgreSQL, the artifacts, the ledger and the logs of all processes. Every process runs in it.
/// </summary>
internal sealed class Playground
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private EmbeddedPostgres postgres;

    private Playground(string folder, EmbeddedPostgres postgres, NpgsqlDataSource data, DateTimeOffset start)
    {
        (Folder, this.postgres, Data, Start) = (folder, postgres, data, start);
        Directory.CreateDirectory(Ledger);
        Directory.CreateDirectory(Logs);
    }

    /// <summary>The DAG files, as they lie beside this program.</summary>
    public static string Dags { get; } = Path.Combine(AppContext.BaseDirectory, "Dags");

    public string Folder { get; }

    public string Artifacts => Path.Combine(Folder, "artifacts");

    public string Ledger => Path.Combine(Folder, "ledger");

    public string Logs => Path.Combine(Folder, "logs");

    /// <summary>This program's own connections.</summary>
    public NpgsqlDataSource Data { get; }

    public string ConnectionString => postgres.ConnectionString;

    public int PostgresPid => postgres.ProcessId;

    /// <summary>How often connections were cut or PostgreSQL stopped or started.</summary>
    public int Disturbances { get; private set; }

    /// <summary>From when on the scheduled DAG has runs.</summary>
    public DateTimeOffset Start { get; }

    /// <summary>What every process needs to know.</summary>
    public IEnumerable<(string Name, string Value)> Environment =>
    [
        (Member.ConnectionVariable, ConnectionString), (Member.ArtifactsVariable, Artifacts), (Chaos.Dags.Ledger.FolderVariable, Ledger),
        (Chaos.Dags.Ledger.StartVariable, Start.ToString("O")),
    ];

    public static async Task<Playground> OpenAsync(TimeProvider time)
    {
        var folder = Directory.CreateTempSubdirectory("workflow-chaos-").FullName;
        var postgres = await EmbeddedPostgres.StartAsync(Options(folder, port: 0));
        var data = Database.Open(postgres.ConnectionString, "chaos");
        await new Migrator(data).MigrateAsync();
        return new Playground(folder, postgres, data, time.GetUtcNow());
    }

    /// <summary>Notes that processes may find the database away, or lose it.</summary>
    public void Disturb() => Disturbances++;

    /// <summary>Stops PostgreSQL: fast as an administrator does, or at once as a crash does.</summary>
    public async Task StopAsync(bool immediate)
    {
        Disturb();
        if (immediate)
        {
            await Signals.SendAsync(postgres.ProcessId, "QUIT");
            await Signals.UntilEndedAsync(postgres.ProcessId, "PostgreSQL");
        }
        else
        {
            await postgres.StopAsync();
        }
    }

    /// <summary>Starts PostgreSQL again, where it was.</summary>
    public async Task RestartAsync()
    {
        postgres = await EmbeddedPostgres.StartAsync(Options(Folder, postgres.Port));
        Disturb();
    }

    /// <summary>Asks the database, again and again while it is away.</summary>
    public async Task<T> AskAsync<T>(Func<NpgsqlConnection, Task<T>> ask)
    {
        var answer = default(T);
        Exception? last = null;
        await Testing.Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    await using var connection = await Data.OpenConnectionAsync();
                    answer = await ask(connection);
                    return true;
                }
                catch (Exception exception) when (exception.IsPassing())
                {
                    last = exception;
                    return false;
                }
            },
            Patience, $"the database answers ({last?.Message})");
        return answer!;
    }

    private static EmbeddedPostgresOptions Options(string folder, int port) => new()
    {
        DataFolder = Path.Combine(folder, "data"),
        Port = port,
    };
}
