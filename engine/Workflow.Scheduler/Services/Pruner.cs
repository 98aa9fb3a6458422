using Microsoft.Extensions.Logging;
using Npgsql;
using Workflow.Postgres.Retention;
using Workflow.Scheduler.Retention;

namespace Workflow.Scheduler.Services;

/// <summary>What a turn of the pruner removed.</summary>
/// <param name="Partitions">Partitions of runs that were dropped.</param>
/// <param name="Runs">Runs that were deleted before their partition is dropped.</param>
/// <param name="Logs">Partitions whose logs were removed.</param>
/// <param name="Events">Events of datasets and from outside.</param>
/// <param name="Processes">Workers and schedulers.</param>
/// <param name="Staged">Rows that attempts staged and never published.</param>
/// <param name="Expired">Versions of datasets whose content may go.</param>
public sealed record Pruned(int Partitions, int Runs, int Logs, int Events, int Processes, int Staged, int Expired)
{
    /// <summary>All together.</summary>
    public int Total => Partitions + Runs + Logs + Events + Processes + Staged + Expired;
}

/// <summary>
/// Removes from the database what is older than the retention. Tables of partitions are dropped, all else goes in short batches; a turn has
/// a bound, and what it leaves comes at the next; so does what fails, which keeps nothing else. What is
/// done twice is done once: any number of schedulers may prune at once.
/// </summary>
public sealed class Pruner(RetentionStore store, SchedulerOptions options, ILogger<Pruner> logger)
    : IntervalService(TimeSpan.FromMinutes(10), logger)
{
    private const int BatchesPerTurn = 100;

    private readonly RetentionOptions retention = options.Retention;

    /// <inheritdoc />
    public override async Task<int> RunOnceAsync(CancellationToken cancellationToken) =>
        (await PruneAsync(cancellationToken).ConfigureAwait(false)).Total;

    /// <summary>One turn.</summary>
    public async Task<Pruned> PruneAsync(CancellationToken cancellationToken)
    {
        var pruned = new Pruned(0, 0, 0, 0, 0, 0, 0);
        if (RetentionPlan.Youngest(retention) is { } age)
        {
            IReadOnlyList<RunPartition> partitions = [];
            await TryAsync("partitions", async () => partitions = await store.PartitionsAsync(age, cancellationToken).ConfigureAwait(false))
                .ConfigureAwait(false);
            foreach (var partition in partitions)
            {
                await TryAsync(
                    $"partition {partition.Part}",
                    async () => pruned = await PruneAsync(partition, pruned, cancellationToken).ConfigureAwait(false))
                    .ConfigureAwait(false);
            }
        }

        if (retention.Runs > TimeSpan.Zero)
        {
            await TryAsync("events", async () => pruned = pruned with
            {
                Events = await InBatchesAsync(() => store.DeleteEventsAsync(retention.Runs, cancellationToken)).ConfigureAwait(false),
            }).ConfigureAwait(false);
            await TryAsync("processes", async () => pruned = pruned with
            {
                Processes = await InBatchesAsync(() => store.DeleteProcessesAsync(retention.Runs, cancellationToken)).ConfigureAwait(false),
            }).ConfigureAwait(false);
        }

        await TryAsync("staged rows", async () => pruned = pruned with
        {
            Staged = await InBatchesAsync(() => store.DeleteStagedAsync(RetentionOptions.Grace, cancellationToken)).ConfigureAwait(false),
        }).ConfigureAwait(false);
        await TryAsync("versions", async () => pruned = pruned with
        {
            Expired = await InBatchesAsync(() => store.ExpireVersionsAsync(cancellationToken)).ConfigureAwait(false),
        }).ConfigureAwait(false);
        if (pruned.Total > 0)
            logger.Pruned(pruned.Partitions, pruned.Runs, pruned.Logs, pruned.Events, pruned.Processes, pruned.Staged, pruned.Expired);
        return pruned;
    }

    /// <summary>Does one step of a turn; what fails in it comes again at the next turn.</summary>
    private async Task TryAsync(string step, Func<Task> prune)
    {
        try
        {
            await prune().ConfigureAwait(false);
        }
        catch (NpgsqlException exception)
        {
            logger.PruningFailed(step, exception.Message);
        }
    }

    private static async Task<int> InBatchesAsync(Func<Task<int>> delete, int size = RetentionStore.BatchSize)
    {
        var (deleted, last) = (0, size);
        for (var batch = 0; batch < BatchesPerTurn && last >= size; batch++)
        {
            last = await delete().ConfigureAwait(false);
            deleted += last;
        }

        return deleted;
    }

    private async Task<Pruned> PruneAsync(RunPartition partition, Pruned pruned, CancellationToken cancellationToken)
    {
        try
        {
            switch (RetentionPlan.Of(partition, retention))
            {
                case PartitionFate.Goes:
                    // A kill among the batches leaves tasks and reads without a run, which nobody sees, until the next turn goes on.
                    // Nothing but the partition says where reads are left, so it goes after the last of them.
                    var runs = await InBatchesAsync(
                        () => store.DeleteRunsAsync(partition.Part, partition.Now - retention.Runs, cancellationToken))
                        .ConfigureAwait(false);
                    var reads = await InBatchesAsync(
                        () => store.DeleteReadsAsync(partition.Part, cancellationToken), RetentionStore.ReadBatchSize)
                        .ConfigureAwait(false);
                    if (reads >= BatchesPerTurn * RetentionStore.ReadBatchSize)
                        return pruned with { Runs = pruned.Runs + runs };
                    var dropped = await store.DropAsync(partition.Part, cancellationToken).ConfigureAwait(false);
                    return pruned with { Runs = pruned.Runs + runs, Partitions = pruned.Partitions + dropped };
                case PartitionFate.LosesLogs:
                    var isEmptied = await store.EmptyLogsAsync(partition.Part, partition.Now - retention.Logs, cancellationToken)
                        .ConfigureAwait(false);
                    return pruned with { Logs = pruned.Logs + (isEmptied ? 1 : 0) };
                default:
                    return pruned;
            }
        }
        catch (PostgresException refusal) when (RetentionStore.IsInUse(refusal))
        {
            logger.PartitionInUse(partition.Part);
            return pruned;
        }
    }
}
