using Npgsql;
using Workflow.Runs;

namespace Workflow.Postgres.Runs;

/// <content>Edits that are part of something larger.</content>
public sealed partial class RunEditor
{
    /// <summary>Changes a run that has started, within the transaction of the connection.</summary>
    internal async Task EditWithinAsync(
        long runId, Action<RunModel> edit, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var run = await LockAsync(connection, runId, cancellationToken).ConfigureAwait(false)
            ?? throw new InvalidOperationException($"There is no run {runId}.");
        if (await LoadAsync(connection, runId, run, cancellationToken).ConfigureAwait(false) is not { } model)
            throw new InvalidOperationException($"Run {runId} has no tasks.");
        edit(model);
        await SaveAsync(connection, runId, model, message: null, run.Settings, obeyed: null, cancellationToken).ConfigureAwait(false);
    }
}
