using Npgsql;

namespace Workflow.Postgres.Migrations;

/// <summary>
/// Brings a database to the schema of this build: forward only, each migration in a transaction of its own together with its row in
/// <c>schema_migration</c>.
/// <para>
/// Every such transaction takes the same advisory lock and then reads anew what is applied, so any number of migrators may run at once:
/// each step is taken by whoever comes first. A kill at any instant leaves the schema at the last step that committed, and the next run
/// continues there.
/// </para>
/// </summary>
public sealed partial class Migrator
{
    private readonly NpgsqlDataSource _dataSource;
    private readonly IReadOnlyList<Migration> _migrations;

    /// <summary>Creates a migrator for the migrations that this build carries.</summary>
    public Migrator(NpgsqlDataSource dataSource)
        : this(dataSource, Migration.Embedded)
    {
    }

    /// <summary>Creates a migrator for the given migrations.</summary>
    /// <exception cref="MigrationException">They are not numbered 1, 2, 3 and so on.</exception>
    public Migrator(NpgsqlDataSource dataSource, IReadOnlyList<Migration> migrations)
    {
        for (var index = 0; index < migrations.Count; index++)
        {
            if (migrations[index].Number != index + 1)
                throw new MigrationException(
                    "Migrations are numbered from 1 without gaps: "
                    + $"{migrations[index].FileName} stands where number {index + 1} is wanted.");
        }

        (_dataSource, _migrations) = (dataSource, migrations);
    }

    /// <summary>Applies what is pending and returns it.</summary>
    /// <exception cref="MigrationException">
    /// A statement failed (its migration is undone), an applied file was changed, or the database is newer than this build.
    /// </exception>
    public async Task<IReadOnlyList<Migration>> MigrateAsync(CancellationToken cancellationToken = default)
    {
        // A database that is current is not written to, so a role without DDL rights may ask too.
        var applied = new List<Migration>();
        if ((await CheckAsync(cancellationToken)).IsCurrent)
            return applied;

        await using var connection = await _dataSource.OpenConnectionAsync(cancellationToken);
        while (await ApplyNextAsync(connection, cancellationToken) is { } migration)
            applied.Add(migration);
        return applied;
    }

    /// <summary>Says where the database stands, changing nothing.</summary>
    /// <exception cref="MigrationException">An applied file was changed, or the database is newer than this build.</exception>
    public async Task<SchemaStatus> CheckAsync(CancellationToken cancellationToken = default)
    {
        await using var connection = await _dataSource.OpenConnectionAsync(cancellationToken);
        await using var exists = new NpgsqlCommand(Sql.TableExists, connection);
        return await exists.ExecuteScalarAsync(cancellationToken) is true
            ? await ReadStatusAsync(connection, cancellationToken)
            : new SchemaStatus(0, _migrations);
    }

    /// <summary>For hosts that work with the schema but do not change it: returns only if the database is what this build knows.</summary>
    /// <exception cref="MigrationException">It is not; the message says whether to migrate or to upgrade the engine.</exception>
    public async Task EnsureCurrentAsync(CancellationToken cancellationToken = default)
    {
        var status = await CheckAsync(cancellationToken);
        if (status.IsCurrent)
            return;
        var pending = string.Join(", ", status.Pending.Select(migration => migration.FileName));
        throw new MigrationException(
            $"schema {status.Current} is older than this build needs ({_migrations.Count}): apply {pending} with 'workflow db migrate'.");
    }

    private static NpgsqlCommand Unlimited(string sql, NpgsqlConnection connection) =>
        // Waiting for another migrator, like rewriting a large table, takes as long as it takes; the caller's token ends it.
        new(sql, connection) { CommandTimeout = 0 };

    private async Task<Migration?> ApplyNextAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var locking = Unlimited(Sql.Lock, connection))
            await locking.ExecuteNonQueryAsync(cancellationToken);
        await using (var creating = new NpgsqlCommand(Sql.CreateTable, connection))
            await creating.ExecuteNonQueryAsync(cancellationToken);

        var status = await ReadStatusAsync(connection, cancellationToken);
        if (status.IsCurrent)
            return null;

        var migration = status.Pending[0];
        try
        {
            await using var statements = Unlimited(migration.Sql, connection);
            await statements.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException failed)
        {
            throw new MigrationException(
                $"{migration.FileName} failed and was undone, the schema stays at {status.Current}: "
                + $"{failed.SqlState} {failed.MessageText}",
                failed);
        }

        await using var record = new NpgsqlCommand(Sql.Record, connection);
        record.Parameters.AddWithValue("number", migration.Number);
        record.Parameters.AddWithValue("name", migration.Name);
        record.Parameters.AddWithValue("sha256", migration.Sha256);
        await record.ExecuteNonQueryAsync(cancellationToken);

        // A kill before this commit undoes the migration and its row; a kill after it loses neither.
        await transaction.CommitAsync(cancellationToken);
        return migration;
    }

    private async Task<SchemaStatus> ReadStatusAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var rows = new List<(int Number, string Name, string Sha256)>();
        await using (var command = new NpgsqlCommand(Sql.Applied, connection))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
                rows.Add((reader.GetInt32(0), reader.GetString(1), reader.GetString(2)));
        }

        if (rows.Count > 0 && rows[^1].Number > _migrations.Count)
            throw new MigrationException(
                $"schema {rows[^1].Number} is newer than this build knows ({_migrations.Count}): upgrade the engine");

        for (var index = 0; index < rows.Count; index++)
        {
            var (row, known) = (rows[index], _migrations[index]);
            if (row.Number != known.Number)
                throw new MigrationException(
                    $"the database has schema {rows[^1].Number} but lacks the row of {known.FileName}: restore it from a backup.");
            if (row.Sha256 != known.Sha256)
                throw new MigrationException(
                    $"{known.FileName} is not the file that was applied as {row.Name}: migrations never change once "
                    + "applied. Restore the file and put the change into a new migration; a development database may be dropped instead.");
        }

        return new SchemaStatus(rows.Count, [.. _migrations.Skip(rows.Count)]);
    }
}
