using Dapper;
using Workflow.Runs;

namespace Workflow.Postgres.Steps;

/// <summary>How much of what is limited is taken.</summary>
/// <param name="Used">How much of each limit, by its name.</param>
/// <param name="Pools">The size of each pool; -1 for no limit.</param>
public sealed record SlotUse(IReadOnlyDictionary<string, int> Used, IReadOnlyDictionary<string, int> Pools);

/// <content>Says what is taken, for those who ask why a task waits.</content>
public sealed partial class AdmissionStore
{
    /// <summary>How much of each limit is taken, as <see cref="Admission"/> counts it.</summary>
    public async Task<SlotUse> UseAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        var pools = (await connection.QueryAsync<(string Pool, int Slots)>(Pools, transaction: transaction).ConfigureAwait(false))
            .ToDictionary(row => row.Pool, row => row.Slots);
        var (used, _) = await UsedAsync(connection, transaction, pools, cancellationToken).ConfigureAwait(false);
        return new SlotUse(used, pools);
    }
}
