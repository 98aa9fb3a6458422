using System.Text.Json;
using Dapper;
using Workflow.Postgres.Datasets;
using Workflow.Runs;

namespace Workflow.Postgres.Effects;

/// <summary>What a drift gate found, beside its verdict.</summary>
/// <param name="Found">What was found in this window, whatever the verdict makes of it.</param>
/// <param name="References">The versions compared with.</param>
/// <param name="Report">The report as JSON.</param>
public sealed record StagedDrift(Verdict Found, IReadOnlyList<long> References, string Report);

/// <content>What drift gates ask and stage.</content>
public sealed partial class EffectStore
{
    /// <inheritdoc />
    public async Task StageAsync(
        AttemptSource source, GateVerdict verdict, VerdictSubject subject, StagedDrift drift, CancellationToken cancellationToken)
    {
        var parameters = VerdictParameters(source, verdict, subject);
        parameters.AddDynamicParams(new { found = drift.Found.Name(), references = drift.References.Distinct().ToArray(), drift.Report });
        await dataSource.CommitOnceAsync(
            async (connection, transaction) =>
            {
                await connection.ExecuteAsync(StageVerdict, parameters, transaction).ConfigureAwait(false);
                return await connection.ExecuteAsync(StageDriftReport, parameters, transaction).ConfigureAwait(false);
            },
            (connection, _) => connection.ExecuteScalarAsync<bool>(IsVerdictStaged, parameters),
            cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<Verdict>> EarlierDriftAsync(
        AttemptSource source, DatasetVersion of, string? along, int windows, CancellationToken cancellationToken)
    {
        var parameters = Of(source);
        parameters.AddDynamicParams(
            new { of.Dataset, of.VersionId, partition = JsonSerializer.Serialize(of.Partition), along, limit = windows });
        var found =
            await dataSource.AskPatientlyAsync(connection => connection.QueryAsync<string>(EarlierDrift, parameters), cancellationToken)
            .ConfigureAwait(false);
        return [.. found.Select(StateNames.Parse<Verdict>)];
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<DatasetVersion>> TrainingAsync(string model, string alias, CancellationToken cancellationToken) =>
        VersionsAsync(TrainingOf, new { model, alias }, cancellationToken);

    /// <inheritdoc />
    public async Task<IReadOnlyList<string>?> AliasesAsync(AttemptSource source, string model, CancellationToken cancellationToken)
    {
        var parameters = new { model, source.Task.DagVersionId };
        var isKnown =
            await dataSource.AskPatientlyAsync(connection => connection.ExecuteScalarAsync<bool>(KnownModel, parameters), cancellationToken)
            .ConfigureAwait(false);
        return isKnown
            ? [.. await dataSource.AskPatientlyAsync(connection => connection.QueryAsync<string>(AliasesOf, parameters), cancellationToken)
                .ConfigureAwait(false)]
            : null;
    }

    /// <inheritdoc />
    public async Task<DatasetVersion?> VersionAsync(
        string dataset, int? number, IReadOnlyDictionary<string, string>? slice, CancellationToken cancellationToken) =>
        (await Patience.AskAsync(
            () => new SnapshotReads(dataSource).FindOneAsync(dataset, number, slice, cancellationToken), cancellationToken)
            .ConfigureAwait(false))?.Version;
}
