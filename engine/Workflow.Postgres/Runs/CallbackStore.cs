using System.Text.Json.Nodes;
using Dapper;
using Npgsql;

namespace Workflow.Postgres.Runs;

/// <summary>A callback that a worker has claimed.</summary>
public sealed record ClaimedCallback(
    long CallbackId, long RunId, long DagVersionId, int? TaskIndex, int MapIndex, int Attempt, string Kind, int? Deadline, string? Message,
    int Tries, string DagId, string RunKey, DateTime? LogicalDate, DateTime RunAfter, string Conf)
{
    /// <summary>The run, for the author's code.</summary>
    public RunInfo Run => new(DagId, RunKey, LogicalDate is { } date ? Utc(date) : null, Utc(RunAfter), (JsonObject)JsonNode.Parse(Conf)!);

    private static DateTimeOffset Utc(DateTime time) => new(DateTime.SpecifyKind(time, DateTimeKind.Utc));
}

/// <summary>
/// Author's code to be called after an end. A row is written in the transaction that records the end; a worker that is killed before it
/// says that the call is done leaves it to another: at least once.
/// </summary>
public sealed partial class CallbackStore(NpgsqlDataSource dataSource)
{
    /// <summary>How often a callback that fails, or whose worker dies, is called.</summary>
    public const int TryLimit = 3;

    /// <summary>Takes a callback that is due: one at a time, so that whoever dies over it holds up no other.</summary>
    /// <returns>Null when none is due; the same once more when the worker has not said how it ended.</returns>
    public async Task<ClaimedCallback?> ClaimAsync(long workerId, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        return await connection.QuerySingleOrDefaultAsync<ClaimedCallback>(Claim, new { workerId, codeLevel = EngineVersion.CodeLevel })
            .ConfigureAwait(false);
    }

    /// <summary>Says that a call was done, or that it failed and whether it is tried again.</summary>
    /// <param name="callback">The callback.</param>
    /// <param name="workerId">The worker that claimed it.</param>
    /// <param name="error">What went wrong; null for nothing.</param>
    /// <param name="retryAfter">How long until it is called again; null when it is not.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task EndAsync(ClaimedCallback callback, long workerId, string? error, TimeSpan? retryAfter,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var state = error is null ? "success" : retryAfter is null ? "failed" : "queued";
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await connection.ExecuteAsync(
            End,
            new
            {
                callback.RunId,
                callback.CallbackId,
                callback.Tries,
                workerId,
                state,
                error = StoredText.Message(error),
                waitSeconds = retryAfter?.TotalSeconds ?? 0,
            })
            .ConfigureAwait(false);
    }

    /// <summary>Gives the calls of dead workers to others, up to <see cref="TryLimit"/> times.</summary>
    /// <returns>How many.</returns>
    public async Task<int> RescueAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        return await connection.ExecuteAsync(Rescue, new { limit = TryLimit }).ConfigureAwait(false);
    }
}
