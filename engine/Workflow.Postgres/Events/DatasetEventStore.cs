using System.Text.Json.Nodes;
using Dapper;
using Npgsql;
using Workflow.Postgres.Reads;
using Workflow.Postgres.Runs;
using Workflow.Postgres.Steps;
using Workflow.Runs;

namespace Workflow.Postgres.Events;

/// <summary>A DAG for which events of datasets are queued.</summary>
public sealed record WaitingDag
{
    /// <summary>The DAG.</summary>
    public required string DagId { get; init; }

    /// <summary>Its schedule as JSON.</summary>
    public required string Schedule { get; init; }

    /// <summary>The events, oldest first.</summary>
    public required long[] Events { get; init; }

    /// <summary>The datasets that they are of.</summary>
    public required string[] Datasets { get; init; }

    /// <summary>When the newest of them happened.</summary>
    public required DateTime NewestAt { get; init; }

    /// <summary>What the DAG waits for; null when its schedule reads no datasets any more.</summary>
    /// <exception cref="System.Text.Json.JsonException">A newer engine wrote a schedule that this one does not know.</exception>
    public DatasetCondition? Condition => Workflow.Schedule.FromJson(Schedule).Condition;
}

/// <summary>Changes of datasets, and the runs that they trigger.</summary>
/// <remarks>
/// A published version is an event by itself, made in the transaction that publishes it. Each event is queued for the DAGs that run on its
/// dataset at that moment. A run takes everything queued for its DAG, in the transaction that creates it: a kill leaves both or neither.
/// </remarks>
public sealed partial class DatasetEventStore(NpgsqlDataSource dataSource, GraphCache graphs)
{
    /// <summary>Says that a dataset changed outside of this engine.</summary>
    /// <param name="dataset">The dataset; it need not be known yet.</param>
    /// <param name="extra">What is to be said about it, for the tasks of the runs.</param>
    /// <param name="source">Who says so.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>The event's key in the database.</returns>
    /// <exception cref="WorkflowException">It is no name of a dataset, or what is said holds a NUL character.</exception>
    public async Task<long> AddAsync(string dataset, JsonObject extra, string source, CancellationToken cancellationToken)
    {
        _ = Dataset.Named(dataset);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        var parameters = new { dataset, extra = extra.ToJsonString(), source = StoredText.Readable(source) };
        var add = new CommandDefinition(Add, parameters, cancellationToken: cancellationToken);
        try
        {
            return await connection.ExecuteScalarAsync<long>(add).ConfigureAwait(false);
        }
        catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.UntranslatableCharacter)
        {
            throw new WorkflowException($"What is said of dataset '{dataset}' holds a NUL character, which cannot be stored: take it out.",
                refused);
        }
    }

    /// <summary>The DAGs for which events are queued and which may run now.</summary>
    public Task<IReadOnlyList<WaitingDag>> WaitingAsync(CancellationToken cancellationToken) =>
        dataSource.ListAsync<WaitingDag>(Waiting, null, cancellationToken);

    /// <summary>Creates the run that the queued events call for, and takes them.</summary>
    /// <remarks>
    /// The events are read once more under lock, for another scheduler may have taken them since: then what is left does not meet the
    /// condition, and nothing is created. The key names the newest event, which one run only can take.
    /// </remarks>
    /// <returns>The run's key in the database; null when another scheduler was first.</returns>
    /// <exception cref="DagNotRunnableException">The DAG's file is gone.</exception>
    /// <exception cref="ParameterException">The DAG requires a parameter that nobody gives.</exception>
    public async Task<long?> TriggerAsync(WaitingDag dag, DatasetCondition condition, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        // The run first, for that locks the DAG: whoever changes its schedule takes the DAG before the queue, too.
        var run = new NewRun(dag.DagId, RunKey(dag), RunType.AssetTriggered, [], "datasets");
        var runId = await RunStore.CreateAsync(run, graphs, connection, transaction, cancellationToken).ConfigureAwait(false);
        if (runId is null)
            return null;
        var take = new CommandDefinition(Take, new { dag.DagId }, transaction, cancellationToken: cancellationToken);
        var taken = (await connection.QueryAsync<(long EventId, string Dataset)>(take).ConfigureAwait(false)).AsList();
        if (!condition.IsMetBy(taken.Select(each => each.Dataset).ToHashSet()))
            return null;
        var events = taken.Select(each => each.EventId).ToArray();
        var link = new CommandDefinition(Link, new { runId, events }, transaction, cancellationToken: cancellationToken);
        await connection.ExecuteAsync(link).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return runId;
    }

    /// <summary>The name of the run that queued events call for.</summary>
    public static string RunKey(WaitingDag dag) => $"asset_triggered__{RunKeys.Stamp(dag.NewestAt.Utc())}__{dag.Events[^1]}";

    /// <summary>Lets queued events pass without a run.</summary>
    public async Task DropAsync(WaitingDag dag, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        var drop = new CommandDefinition(Drop, new { dag.DagId, dag.Events }, cancellationToken: cancellationToken);
        await connection.ExecuteAsync(drop).ConfigureAwait(false);
    }

    /// <summary>What triggered a run, oldest first.</summary>
    public static async Task<IReadOnlyList<TriggeringDataset>> OfRunAsync(
        NpgsqlDataSource dataSource, long runId, CancellationToken cancellationToken)
    {
        var rows =
            await dataSource.ListAsync<(string Dataset, int? Version, DateTime At, string Extra)>(OfRun, new { runId }, cancellationToken)
            .ConfigureAwait(false);
        return [.. rows.Select(row => new TriggeringDataset(
            row.Dataset, row.Version, row.At.Utc(), JsonNode.Parse(row.Extra)!.AsObject()))];
    }
}
