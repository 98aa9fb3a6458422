using Dapper;
using Npgsql;

namespace Workflow.Postgres.Reads;

/// <summary>A page of a list.</summary>
/// <param name="Items">The rows of the page.</param>
/// <param name="Total">How many there are in all.</param>
public sealed record PageOf<T>(IReadOnlyList<T> Items, int Total);

/// <summary>One statement on a connection of its own, given up when the caller is.</summary>
internal static class Query
{
    public static async Task<IReadOnlyList<T>> ListAsync<T>(
        this NpgsqlDataSource dataSource, string sql, object? parameters, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        return (await connection.QueryAsync<T>(Command(sql, parameters, cancellationToken)).ConfigureAwait(false)).AsList();
    }

    public static async Task<T?> FirstAsync<T>(
        this NpgsqlDataSource dataSource, string sql, object? parameters, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        return await connection.QueryFirstOrDefaultAsync<T>(Command(sql, parameters, cancellationToken)).ConfigureAwait(false);
    }

    public static async Task<PageOf<T>> PageAsync<T>(
        this NpgsqlDataSource dataSource, string rows, string count, object parameters, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        var total = await connection.ExecuteScalarAsync<int>(Command(count, parameters, cancellationToken)).ConfigureAwait(false);
        var items = (await connection.QueryAsync<T>(Command(rows, parameters, cancellationToken)).ConfigureAwait(false)).AsList();
        return new PageOf<T>(items, total);
    }

    private static CommandDefinition Command(string sql, object? parameters, CancellationToken cancellationToken) =>
        new(sql, parameters, cancellationToken: cancellationToken);
}
