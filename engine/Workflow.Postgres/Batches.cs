using Npgsql;
using NpgsqlTypes;
using Workflow.Runs;

namespace Workflow.Postgres;

/// <summary>Writes batches of statements with positional parameters, and reads the keys and counters of task instances.</summary>
internal static class Batches
{
    public static void Add(NpgsqlBatch batch, string sql, params NpgsqlParameter[] parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(parameter);
        batch.BatchCommands.Add(command);
    }

    public static NpgsqlParameter[] Keys(IEnumerable<TaskKey> keys)
    {
        var list = keys as IReadOnlyCollection<TaskKey> ?? [.. keys];
        return [Array(list.Select(key => key.RunId)), Array(list.Select(key => key.TaskIndex)), Array(list.Select(key => key.MapIndex))];
    }

    public static NpgsqlParameter<T> Value<T>(T value) => new() { TypedValue = value };

    public static NpgsqlParameter<T[]> Array<T>(IEnumerable<T> values) => new() { TypedValue = [.. values] };

    public static NpgsqlParameter JsonArray(IEnumerable<string> values) =>
        new() { Value = values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Json };

    public static TaskKey ReadKey(NpgsqlDataReader reader, int first) =>
        new(reader.GetInt64(first), reader.GetInt32(first + 1), reader.GetInt32(first + 2));

    public static UpstreamCounters ReadCounters(NpgsqlDataReader reader, int first) => new(
        reader.GetInt32(first), reader.GetInt32(first + 1), reader.GetInt32(first + 2), reader.GetInt32(first + 3),
        reader.GetInt32(first + 4),
        reader.GetInt32(first + 5), reader.GetInt32(first + 6), reader.GetInt32(first + 7), reader.GetInt32(first + 8),
        reader.GetInt32(first + 9));
}
