using static Workflow.Postgres.Batches;

namespace Workflow.Postgres.Steps;

/// <summary>An output of a task that succeeded.</summary>
/// <param name="Attempt">The attempt that gave it.</param>
/// <param name="Json">Its text; null when the caller has it already.</param>
public sealed record StoredOutput(int Attempt, string? Json);

/// <content>Reads what tasks hand on.</content>
public sealed partial class TaskQueue
{
    /// <summary>The outputs of tasks that succeeded, by task index; one that gave none is absent.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="wanted">For each its task, which element or the whole, and the attempt whose output the caller has; 0 for none.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<IReadOnlyDictionary<int, StoredOutput>> LoadInputsAsync(
        long runId, IReadOnlyList<(int Task, int MapIndex, int Known)> wanted, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(LoadInputs);
        command.Parameters.Add(Value(runId));
        command.Parameters.Add(Array(wanted.Select(item => item.Task)));
        command.Parameters.Add(Array(wanted.Select(item => item.MapIndex)));
        command.Parameters.Add(Array(wanted.Select(item => item.Known)));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var inputs = new Dictionary<int, StoredOutput>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            inputs[reader.GetInt32(0)] = new StoredOutput(reader.GetInt32(1), reader.IsDBNull(2) ? null : reader.GetString(2));
        return inputs;
    }

    /// <summary>What the elements of a mapped task gave, in order, without those that were skipped.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="task">The mapped task.</param>
    /// <param name="known">The version that the caller has; -1 for none.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>Its version, and the texts unless the caller has them.</returns>
    public async Task<(int Version, IReadOnlyList<string>? Items)> LoadGatheredAsync(
        long runId, int task, int known, CancellationToken cancellationToken)
    {
        await using var asking = dataSource.CreateCommand(GatheredVersion);
        asking.Parameters.Add(Value(runId));
        asking.Parameters.Add(Value(task));
        var version = (int)(await asking.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
        if (version == known)
            return (version, null);

        await using var command = dataSource.CreateCommand(LoadGathered);
        command.Parameters.Add(Value(runId));
        command.Parameters.Add(Value(task));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var items = new List<string>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            items.Add(reader.GetString(0));
        return (version, items);
    }
}
