using System.Globalization;
using System.Text;
using Npgsql;

namespace Workflow.Postgres.Tables;

/// <summary>
/// Copies rows between databases of the user's and files, as CSV: the server writes and reads text, and a file reader with many threads
/// takes it from there, where the binary form would be decoded here value by value.
/// </summary>
/// <param name="connectionString">The user's database.</param>
/// <param name="name">What messages call it.</param>
public sealed partial class TableCopy(string connectionString, string name)
{
    /// <summary>Opens the connection of a name: the environment has its connection string as <c>Connections__NAME</c>.</summary>
    /// <exception cref="TaskFailureException">The environment has none of the name, or it cannot be read.</exception>
    public static TableCopy Open(string name)
    {
        var variable = $"Connections__{name}";
        var given = Environment.GetEnvironmentVariable(variable);
        if (string.IsNullOrEmpty(given))
        {
            throw new TaskFailureException(
                $"There is no connection '{name}'. Set {variable} in the environment of the workers, such as \"Host=db;Username=etl;Password=...;Database=sales\".",
                retryable: false);
        }

        try
        {
            // No limit on how long the server takes for its first row: the task's timeouts and its cancellation end it.
            var settings = new NpgsqlConnectionStringBuilder(given) { ApplicationName = "workflow", Pooling = false, CommandTimeout = 0 };
            return new TableCopy(settings.ConnectionString, name);
        }
        catch (ArgumentException malformed)
        {
            // Its message may quote the password.
            throw new TaskFailureException($"The connection '{name}' is malformed: correct {variable}.", retryable: false, malformed);
        }
    }

    /// <summary>Writes the rows of a query to a file, without a header.</summary>
    /// <returns>The columns, with the DuckDB types that hold their values.</returns>
    /// <exception cref="TaskFailureException">The database cannot be reached, refuses the query, or gives what no dataset
    /// holds.</exception>
    public Task<IReadOnlyList<Column>> ReadAsync(PostgresSource source, string path, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        return GuardAsync(async () =>
        {
            await using var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
            await ExecuteAsync(connection, ReadOnly, cancellationToken).ConfigureAwait(false);
            foreach (var (key, value) in source.Values)
            {
                await using var command = new NpgsqlCommand(SetValue, connection)
                {
                    Parameters = { new("name", key), new("value", value) },
                };
                await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            }

            var query = source.Query.Trim().TrimEnd(';');
            var columns = await DescribeAsync(connection, query, cancellationToken).ConfigureAwait(false);
            using var rows = await connection.BeginTextExportAsync(Format(CopyOut, query), cancellationToken).ConfigureAwait(false);
            await using var file = new StreamWriter(path, append: false, new UTF8Encoding(false));
            var buffer = new char[1 << 16];
            int read;
            while ((read = await rows.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
                await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            return columns;
        });
    }

    /// <summary>Writes the rows of a file with a header into a table, all or none.</summary>
    /// <param name="sink">The table, and how.</param>
    /// <param name="columns">The file's columns, with their DuckDB types.</param>
    /// <param name="path">The file.</param>
    /// <param name="rows">How many rows it has.</param>
    /// <param name="cancellationToken">Stops it; nothing is changed then.</param>
    /// <exception cref="TaskFailureException">
    /// The database cannot be reached or refuses the rows; the message is its own. Or it did not take all of them, or some have no key.
    /// </exception>
    public Task WriteAsync(PostgresSink sink, IReadOnlyList<Column> columns, string path, long rows, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(sink);
        var table = string.Join('.', sink.Table.Split('.').Select(Quote));
        var names = string.Join(", ", columns.Select(column => Quote(column.Name)));
        var merge = Merge(sink, columns, table, names);
        return GuardAsync(async () =>
        {
            await using var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
            await CreateAsync(connection, table, Definitions(columns, sink.Keys), cancellationToken).ConfigureAwait(false);
            await ExecuteAsync(connection, Format(CreateStage, table, names), cancellationToken).ConfigureAwait(false);
            await CopyAsync(connection, names, path, cancellationToken).ConfigureAwait(false);
            await CheckStageAsync(connection, sink, rows, cancellationToken).ConfigureAwait(false);
            await ExecuteAsync(connection, merge, cancellationToken).ConfigureAwait(false);

            // A kill before this line changes nothing in the table; one after it runs the task again, to the same end.
            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            return true;
        });
    }

    private static async Task CreateAsync(
        NpgsqlConnection connection, string table, string definitions, CancellationToken cancellationToken)
    {
        await using var exists = new NpgsqlCommand(Exists, connection) { Parameters = { new("table", table) } };
        if (await exists.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is true)
            return;
        await using var others = new NpgsqlCommand(AwaitOthers, connection) { Parameters = { new("table", table) } };
        await others.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        await ExecuteAsync(connection, Format(Create, table, definitions), cancellationToken).ConfigureAwait(false);
    }

    private static async Task CopyAsync(NpgsqlConnection connection, string names, string path, CancellationToken cancellationToken)
    {
        await using var rows = await connection.BeginTextImportAsync(Format(CopyIn, names), cancellationToken).ConfigureAwait(false);
        using var file = new StreamReader(path, Encoding.UTF8);
        var buffer = new char[1 << 16];
        int read;
        while ((read = await file.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            await rows.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
    }

    private async Task CheckStageAsync(NpgsqlConnection connection, PostgresSink sink, long rows, CancellationToken cancellationToken)
    {
        if (await CountAsync(connection, Format(CountRows, Stage), cancellationToken).ConfigureAwait(false) is var staged && staged != rows)
        {
            throw new TaskFailureException(
                string.Create(CultureInfo.InvariantCulture,
                    $"The database of the connection '{name}' took {staged} of {rows} rows; the table is as it was."),
                retryable: false);
        }

        // A null equals no other: such rows would be added again by every run.
        if (sink.Keys.Count > 0
            && await CountAsync(connection, Format(CountKeyless, Keys(sink)), cancellationToken)
            .ConfigureAwait(false) is > 0 and var keyless)
        {
            throw new TaskFailureException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{keyless} rows have no value in a key ({string.Join(", ", sink.Keys)}), so nothing tells them apart; the table is as it was. "
                    + $"Give them one, or leave them out."),
                retryable: false);
        }
    }

    private static async Task<long> CountAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (long)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }

    private static string Keys(PostgresSink sink) => string.Join(", ", sink.Keys.Select(Quote));

    private static string Merge(PostgresSink sink, IReadOnlyList<Column> columns, string table, string names)
    {
        if (sink.Keys.Count == 0)
            return Format(Replace, table, names);
        if (sink.Keys.Except(columns.Select(column => column.Name), StringComparer.Ordinal).FirstOrDefault() is { } unknown)
        {
            throw new TaskFailureException(
                $"The rows have no column '{unknown}' to be told apart by; they have {string.Join(", ", columns.Select(column => column.Name))}.",
                retryable: false);
        }

        var keys = Keys(sink);
        var rest = columns.Select(column => column.Name).Except(sink.Keys, StringComparer.Ordinal).Select(Quote).ToList();
        return rest.Count == 0
            ? Format(Add, table, names, keys)
            : Format(Upsert, table, names, keys, string.Join(", ", rest.Select(column => $"{column} = excluded.{column}")));
    }

    private static string Definitions(IReadOnlyList<Column> columns, IReadOnlyList<string> keys)
    {
        var definitions = columns.Select(column => $"{Quote(column.Name)} {ColumnTypes.ToPostgres(column)}");
        return string.Join(", ", keys.Count == 0 ? definitions : definitions.Append($"UNIQUE ({string.Join(", ", keys.Select(Quote))})"));
    }

    private static async Task<IReadOnlyList<Column>> DescribeAsync(
        NpgsqlConnection connection, string query, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(query, connection);
        await using var reader = await command.ExecuteReaderAsync(System.Data.CommandBehavior.SchemaOnly, cancellationToken)
            .ConfigureAwait(false);
        var columns = await reader.GetColumnSchemaAsync(cancellationToken).ConfigureAwait(false);
        return [.. columns.Select(column => new Column(
            column.ColumnName,
            ColumnTypes.ToDuckDb(column.ColumnName, column.DataTypeName ?? "unknown", column.NumericPrecision, column.NumericScale)))];
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<T> GuardAsync<T>(Func<Task<T>> act)
    {
        try
        {
            return await act().ConfigureAwait(false);
        }
        catch (PostgresException refusal)
        {
            throw new TaskFailureException(
                $"The database of the connection '{name}' refused: {refusal.MessageText}{(refusal.Detail is { } detail ? $" ({detail})" : "")}", refusal.IsTransient, refusal);
        }
        catch (NpgsqlException away)
        {
            throw new TaskFailureException(
                $"The database of the connection '{name}' cannot be reached: {away.Message}", retryable: true, away);
        }
    }

    private static string Format(string sql, params object[] parts) => string.Format(CultureInfo.InvariantCulture, sql, parts);

    private static string Quote(string identifier) => $"\"{identifier.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
