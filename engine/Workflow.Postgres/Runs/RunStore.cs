using System.Text.Json;
using System.Text.Json.Nodes;
using Dapper;
using Npgsql;
using Workflow.Graphs;
using Workflow.Runs;

namespace Workflow.Postgres.Runs;

/// <summary>A run to create.</summary>
/// <param name="DagId">The DAG.</param>
/// <param name="RunKey">The run's name, unique within the DAG.</param>
/// <param name="Type">Why it exists.</param>
/// <param name="Conf">The parameters that it was given.</param>
/// <param name="TriggeredBy">Who or what asked for it.</param>
/// <param name="LogicalDate">The fire time that it stands for, if any.</param>
/// <param name="IntervalStart">The start of its data interval, if any.</param>
/// <param name="RunAfter">When it was allowed to start; null for now.</param>
/// <param name="Note">A remark.</param>
public sealed record NewRun(
    string DagId, string RunKey, RunType Type, JsonObject Conf, string TriggeredBy, DateTimeOffset? LogicalDate = null,
    DateTimeOffset? IntervalStart = null, DateTimeOffset? RunAfter = null, string? Note = null);

/// <summary>Creates and cancels runs.</summary>
public sealed partial class RunStore(NpgsqlDataSource dataSource)
{
    /// <summary>
    /// Creates a run of a DAG's current version with all its task instances. One transaction: a kill leaves the whole run or nothing.
    /// </summary>
    /// <returns>The run's key in the database; null when it exists already.</returns>
    /// <exception cref="DagNotRunnableException">No such DAG, or its file is gone.</exception>
    /// <exception cref="ParameterException">The parameters do not fit what the DAG declares.</exception>
    public Task<long?> CreateAsync(NewRun run, CancellationToken cancellationToken) => CreateAsync(run, confirm: null, cancellationToken);

    /// <summary>Creates a run together with something else: both are committed, or neither.</summary>
    /// <param name="run">The run.</param>
    /// <param name="confirm">Does the rest in the run's transaction; false undoes everything.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>The run's key in the database; null when it exists already, or was not confirmed.</returns>
    /// <exception cref="DagNotRunnableException">No such DAG, or its file is gone.</exception>
    /// <exception cref="ParameterException">The parameters do not fit what the DAG declares.</exception>
    public async Task<long?> CreateAsync(
        NewRun run, Func<NpgsqlTransaction, long, Task<bool>>? confirm, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await connection.ExecuteAsync(LockDag, new { run.DagId }, transaction).ConfigureAwait(false);
        var version = await connection.QuerySingleOrDefaultAsync<VersionRow>(CurrentVersion, new { run.DagId }, transaction).ConfigureAwait(false)
            ?? throw new DagNotRunnableException($"There is no DAG '{run.DagId}'.");
        if (!version.IsActive)
            throw new DagNotRunnableException($"DAG '{run.DagId}' cannot run: {version.Message}");
        Validate(run, version.Params);

        var graph = DagGraph.FromJson(version.Graph);
        var runId = await connection.ExecuteScalarAsync<long?>(
            InsertRun,
            new
            {
                run.DagId,
                run.RunKey,
                DagVersionId = version.DagVersionId,
                RunType = run.Type.Name(),
                run.LogicalDate,
                run.IntervalStart,
                IntervalEnd = run.IntervalStart is null ? null : run.LogicalDate,
                run.RunAfter,
                Conf = run.Conf.ToJsonString(),
                run.Note,
                run.TriggeredBy,
                Unfinished = graph.Tasks.Count,
            },
            transaction).ConfigureAwait(false);
        if (runId is null)
            return null;

        await using (var insert = new NpgsqlCommand(InsertTasks, connection, transaction))
        {
            insert.Parameters.Add(new NpgsqlParameter<long> { TypedValue = runId.Value });
            insert.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. graph.Tasks.Select(task => task.Index)] });
            insert.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. graph.Tasks.Select(task => task.Id)] });
            insert.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. graph.Tasks.Select(task => task.Queue)] });
            insert.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. graph.Tasks.Select(task => RunMachine.Initial(task).Name())] });
            await insert.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }

        if (confirm is not null && !await confirm(transaction, runId.Value).ConfigureAwait(false))
            return null;
        await connection.ExecuteAsync(NotifyCreated, transaction: transaction).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return runId;
    }

    /// <summary>
    /// Cancels a run: what has not started is cancelled at once; running tasks are told to stop, and the run ends with the last of them.
    /// </summary>
    /// <returns>False when no such run is running.</returns>
    public async Task<bool> CancelAsync(string dagId, string runKey, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        var run = await connection.QuerySingleOrDefaultAsync<(long RunId, int Unfinished)?>(LockForCancel, new { dagId, runKey }, transaction)
            .ConfigureAwait(false);
        if (run is not { } found)
            return false;

        var ended = await connection.ExecuteScalarAsync<int>(CancelTasks, new { found.RunId }, transaction).ConfigureAwait(false);
        var settled = RunMachine.Settle(found.Unfinished - ended, 0, cancelled: true) is not null;
        await connection.ExecuteAsync(MarkCancelled, new { found.RunId, ended, settled }, transaction).ConfigureAwait(false);
        await connection.ExecuteAsync(NotifyCancelled, transaction: transaction).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>The runs of that key; <c>~</c> stands for any DAG, as in Airflow's API.</summary>
    public async Task<IReadOnlyList<(string DagId, string RunKey, string State)>> FindAsync(
        string dagId, string runKey, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        return [.. await connection.QueryAsync<(string, string, string)>(Find, new { dagId, runKey }).ConfigureAwait(false)];
    }

    private static void Validate(NewRun run, string parameters)
    {
        var declared = JsonSerializer.Deserialize<ParamDefinition[]>(parameters)!;
        var problems = declared
            .Select(param => (param.Name, Complaint: param.Complaint(run.Conf[param.Name])))
            .Where(problem => problem.Complaint is not null)
            .Select(problem => new ParameterProblem(problem.Name, problem.Complaint!))
            .ToList();
        var names = declared.Select(param => param.Name).ToHashSet();
        problems.AddRange(run.Conf.Select(given => given.Key).Where(name => !names.Contains(name)).Select(name => new ParameterProblem(
            name, names.Count == 0 ? "is not known: this DAG has no parameters" : $"is not known; there are {string.Join(", ", names)}")));
        if (problems.Count > 0)
            throw new ParameterException(run.DagId, problems);
    }

    private sealed record VersionRow(long DagVersionId, string Graph, string Params, bool IsActive, string? Message);
}
