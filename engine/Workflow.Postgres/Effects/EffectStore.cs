using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Dapper;
using Npgsql;
using Workflow.Contracts;
using Workflow.Postgres.Contracts;
using Workflow.Postgres.Datasets;
using Workflow.Postgres.Events;
using Workflow.Postgres.Steps;

namespace Workflow.Postgres.Effects;

/// <summary>The attempt that stages something.</summary>
/// <param name="Task">What was claimed.</param>
/// <param name="TaskId">The task's id.</param>
public sealed record AttemptSource(ClaimedTask Task, string TaskId);

/// <summary>A dataset version to stage.</summary>
/// <param name="Dataset">The dataset.</param>
/// <param name="Sha256">The artifact's hash.</param>
/// <param name="Bytes">The artifact's length.</param>
/// <param name="Rows">How many rows it has.</param>
/// <param name="Partition">The slice of the dataset that it is.</param>
/// <param name="Columns">Its columns.</param>
/// <param name="Profile">What they hold.</param>
/// <param name="Writer">What wrote the file, with its version.</param>
/// <param name="Parents">The versions that it was made from.</param>
public sealed record StagedDataset(
    string Dataset, string Sha256, long Bytes, long Rows, IReadOnlyDictionary<string, string> Partition, IReadOnlyList<Column> Columns,
    IReadOnlyList<ColumnProfile> Profile, string Writer, IReadOnlyList<long> Parents)
{
    /// <summary>The profile in a form that adds up over slices; empty for none.</summary>
    public ReadOnlyMemory<byte> Sketch { get; init; }

    /// <summary>What became of the rows read; null where the rows written are others.</summary>
    public RowCounts? Counts { get; init; }

    /// <summary>The hash of the contract that it met; null for none.</summary>
    public string? ContractHash { get; init; }

    /// <summary>The file that it was read from; null when it was not read from one.</summary>
    public StagedSource? Source { get; init; }

    /// <summary>The SQL that made it; null when none did.</summary>
    public string? Query { get; init; }

    /// <summary>From which columns its columns come.</summary>
    public IReadOnlyList<ColumnEdge> Lineage { get; init; } = [];

    /// <summary>The models that its rows were scored with.</summary>
    public IReadOnlyList<AppliedModel> Models { get; init; } = [];
}

/// <summary>A model version to stage.</summary>
/// <param name="Model">The registered model.</param>
/// <param name="Sha256">The artifact's hash.</param>
/// <param name="Bytes">The artifact's length.</param>
/// <param name="Flavour">How to load it.</param>
/// <param name="Parameters">What it was trained with.</param>
/// <param name="Metrics">How it did on the rows held out.</param>
/// <param name="Parents">The dataset versions that it was trained on.</param>
public sealed record StagedModel(
    string Model, string Sha256, long Bytes, string Flavour, JsonObject Parameters, IReadOnlyDictionary<string, double> Metrics,
    IReadOnlyList<long> Parents);

/// <summary>What a gate's verdict is about.</summary>
/// <param name="DatasetVersionId">The dataset version, for a quality gate.</param>
/// <param name="ModelVersionId">The candidate, for a backtest gate.</param>
/// <param name="Alias">The alias compared with.</param>
/// <param name="BaselineVersionId">The version that held it.</param>
/// <param name="ReviewId">The review in which a person let the version pass.</param>
/// <param name="LearntChecks">The accepted proposals whose checks were used; null for none.</param>
public sealed record VerdictSubject(
    long? DatasetVersionId = null, long? ModelVersionId = null, string? Alias = null, long? BaselineVersionId = null, long? ReviewId = null,
    IReadOnlyList<long>? LearntChecks = null);

/// <summary>The version that holds an alias.</summary>
/// <param name="VersionId">The engine's key.</param>
/// <param name="Sha256">The artifact's hash.</param>
/// <param name="Version">Its number.</param>
public sealed record AliasedModel(long VersionId, string Sha256, int Version);

/// <summary>
/// Stages what attempts make. Staged rows have no version number and nobody sees them; the step that completes the attempt publishes them.
/// A kill before that leaves rows that stay unseen. A database that is away is waited for: that is no failure of the task that asks.
/// </summary>
public sealed partial class EffectStore(NpgsqlDataSource dataSource) : IEffectStore
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <inheritdoc />
    public async Task<long> StageAsync(AttemptSource source, StagedDataset dataset, CancellationToken cancellationToken)
    {
        dataset.Counts?.Check(dataset.Dataset, dataset.Rows);
        var parameters = Of(source);
        parameters.AddDynamicParams(new
        {
            dataset.Dataset,
            dataset.Sha256,
            dataset.Bytes,
            dataset.Rows,
            partition = JsonSerializer.Serialize(dataset.Partition),
            columns = JsonSerializer.Serialize(dataset.Columns, Json),
            profile = JsonSerializer.Serialize(dataset.Profile, Json),
            sketch = dataset.Sketch.IsEmpty ? null : dataset.Sketch.ToArray(),
            dataset.Writer,
            dataset.Counts?.RowsIn,
            dataset.Counts?.Rejected,
            dataset.Counts?.Filtered,
            dataset.ContractHash,
            dataset.Query,
        });
        return await StageWithParentsAsync(
            StageDataset, IsDatasetStaged, AddDatasetParents, parameters, dataset.Parents,
            (versionId, connection, transaction) => AddLineageAsync(versionId, dataset, connection, transaction), cancellationToken)
            .ConfigureAwait(false);
    }

    /// <inheritdoc />
    public async Task<long> StageAsync(AttemptSource source, StagedModel model, CancellationToken cancellationToken)
    {
        var parameters = Of(source);
        parameters.AddDynamicParams(new
        {
            model.Model,
            model.Sha256,
            model.Bytes,
            model.Flavour,
            @params = model.Parameters.ToJsonString(),
            metrics = JsonSerializer.Serialize(model.Metrics, Json),
            source.Task.DagVersionId,
        });
        return await StageWithParentsAsync(
            StageModel, IsModelStaged, AddModelParents, parameters, model.Parents, static (_, _, _) => Task.CompletedTask,
            cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public async Task StageAsync(AttemptSource source, GateVerdict verdict, VerdictSubject subject, CancellationToken cancellationToken)
    {
        var parameters = VerdictParameters(source, verdict, subject);
        await dataSource.CommitOnceAsync(
            (connection, transaction) => connection.ExecuteAsync(StageVerdict, parameters, transaction),
            (connection, _) => connection.ExecuteScalarAsync<bool>(IsVerdictStaged, parameters), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public async Task StageMoveAsync(AttemptSource source, string alias, long modelVersionId, CancellationToken cancellationToken)
    {
        var parameters = Of(source);
        parameters.AddDynamicParams(new { alias, modelVersionId });
        await dataSource.CommitOnceAsync(
            (connection, transaction) => connection.ExecuteAsync(StageMove, parameters, transaction),
            (connection, _) => connection.ExecuteScalarAsync<bool>(IsMoveStaged, parameters), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<DatasetVersion>> EarlierAsync(DatasetVersion of, string key, CancellationToken cancellationToken)
    {
        if (!of.Partition.TryGetValue(key, out var before))
        {
            throw new TaskFailureException(
                $"Dataset '{of.Dataset}' has no partition key '{key}'; its keys are {string.Join(", ", of.Partition.Keys)}.",
                retryable: false);
        }

        var others = JsonSerializer.Serialize(of.Partition.Where(pair => pair.Key != key).ToDictionary());
        var earlier = await VersionsAsync(EarlierPartitions, new { of.Dataset, key, others, before }, cancellationToken)
            .ConfigureAwait(false);
        return [.. earlier.OrderBy(version => version.Partition[key], StringComparer.Ordinal)];
    }

    /// <inheritdoc />
    public Task<AliasedModel?> AliasAsync(string model, string alias, CancellationToken cancellationToken) => dataSource.AskPatientlyAsync(
        connection => connection.QuerySingleOrDefaultAsync<AliasedModel>(AliasHolder, new { model, alias }), cancellationToken);

    /// <inheritdoc />
    public async Task<RegisteredContract?> ContractAsync(string dataset, string? hash, CancellationToken cancellationToken)
    {
        var row = await dataSource.AskPatientlyAsync(
            connection => connection.QuerySingleOrDefaultAsync<(int Version, string? Contract)>(Contract, new { dataset, hash }),
            cancellationToken)
            .ConfigureAwait(false);
        return row.Contract is null ? null : new RegisteredContract(row.Version, DataContract.FromJson(row.Contract));
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<string>> PersonalColumnsAsync(string dataset, CancellationToken cancellationToken) =>
        [.. await dataSource.AskPatientlyAsync(
            connection => connection.QueryAsync<string>(ContractStore.PersonalColumns, new { dataset }), cancellationToken)
            .ConfigureAwait(false)];

    /// <inheritdoc />
    public Task<IReadOnlyList<TriggeringDataset>> TriggersAsync(AttemptSource source, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        return Patience.AskAsync(
            () => DatasetEventStore.OfRunAsync(dataSource, source.Task.Key.RunId, cancellationToken), cancellationToken);
    }

    private async Task<IReadOnlyList<DatasetVersion>> VersionsAsync(string sql, object parameters, CancellationToken cancellationToken)
    {
        var rows = await dataSource.AskPatientlyAsync(connection => connection.QueryAsync<VersionRow>(sql, parameters), cancellationToken)
            .ConfigureAwait(false);
        return [.. rows.Select(row => row.ToVersion())];
    }

    private Task<long> StageWithParentsAsync(
        string insert, string isStaged, string addParents, DynamicParameters parameters, IReadOnlyList<long> parents,
        Func<long, NpgsqlConnection, NpgsqlTransaction, Task> addMore, CancellationToken cancellationToken) =>
        dataSource.CommitOnceAsync(
            async (connection, transaction) =>
            {
                var versionId = await connection.ExecuteScalarAsync<long>(insert, parameters, transaction).ConfigureAwait(false);
                await connection.ExecuteAsync(addParents, new { versionId, parents = parents.Distinct().ToArray() }, transaction)
                    .ConfigureAwait(false);
                await addMore(versionId, connection, transaction).ConfigureAwait(false);
                return versionId;
            },
            (connection, versionId) =>
            {
                var staged = new DynamicParameters(parameters);
                staged.Add(nameof(versionId), versionId);
                return connection.ExecuteScalarAsync<bool>(isStaged, staged);
            },
            cancellationToken);

    private static DynamicParameters VerdictParameters(AttemptSource source, GateVerdict verdict, VerdictSubject subject)
    {
        var parameters = Of(source);
        parameters.AddDynamicParams(new
        {
            subject.DatasetVersionId,
            subject.ModelVersionId,
            subject.Alias,
            subject.BaselineVersionId,
            subject.ReviewId,
            learnt = (subject.LearntChecks ?? []).ToArray(),
            subject = StoredText.Readable(verdict.Subject),
            verdict = Workflow.Runs.StateNames.Name(verdict.Verdict),
            checks = Stored(verdict.Checks),
        });
        return parameters;
    }

    /// <summary>Messages and samples show values, which may hold what <c>jsonb</c> refuses.</summary>
    private static string Stored(IReadOnlyList<CheckResult> checks) => JsonSerializer.Serialize(
        checks.Select(check => check with
        {
            Message = StoredText.Readable(check.Message),
            Slice = check.Slice is null ? null : StoredText.Readable(check.Slice),
            Threshold = StoredText.Readable(check.Threshold),
            SampleRows = [.. check.SampleRows.Select(StoredText.Readable)],
        }),
        Json);

    private static DynamicParameters Of(AttemptSource source)
    {
        var (task, taskId) = source;
        return new DynamicParameters(new
        {
            task.Run.DagId,
            task.Key.RunId,
            task.Run.RunKey,
            task.Key.TaskIndex,
            task.Key.MapIndex,
            attempt = task.Attempt.Number,
            taskId,
        });
    }
}
