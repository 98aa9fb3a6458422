using Workflow.Contracts;
using Workflow.Postgres.Effects;
using Workflow.Worker.Execution;

namespace Workflow.Worker.Isolation;

/// <summary>The engine as an attempt's process sees it: every call goes to the worker, which holds the database's credentials.</summary>
internal sealed class RemoteEngine(ParentConnection connection) : IEffectStore
{
    /// <summary>What the attempt takes from others, as JSON, in order.</summary>
    public Task<IReadOnlyList<string>> LoadInputsAsync(RunningAttempt running, IReadOnlyList<InputPart> parts) =>
        connection.AskAsync<IReadOnlyList<string>>(new EngineCall.LoadInputs(parts), running.Cancellation);

    /// <summary>The database's clock.</summary>
    public Task<DateTimeOffset> NowAsync(CancellationToken cancellationToken) =>
        connection.AskAsync<DateTimeOffset>(new EngineCall.Now(), cancellationToken);

    public Task<long> StageAsync(AttemptSource source, StagedDataset dataset, CancellationToken cancellationToken) =>
        connection.AskAsync<long>(new EngineCall.StageDataset(dataset), cancellationToken);

    public Task<long> StageAsync(AttemptSource source, StagedModel model, CancellationToken cancellationToken) =>
        connection.AskAsync<long>(new EngineCall.StageModel(model), cancellationToken);

    public Task StageAsync(AttemptSource source, GateVerdict verdict, VerdictSubject subject, CancellationToken cancellationToken) =>
        connection.CallAsync(new EngineCall.StageVerdict(verdict, subject), cancellationToken);

    public Task StageAsync(
        AttemptSource source, GateVerdict verdict, VerdictSubject subject, StagedDrift drift, CancellationToken cancellationToken) =>
        connection.CallAsync(new EngineCall.StageDrift(verdict, subject, drift), cancellationToken);

    public Task StageMoveAsync(AttemptSource source, string alias, long modelVersionId, CancellationToken cancellationToken) =>
        connection.CallAsync(new EngineCall.StageMove(alias, modelVersionId), cancellationToken);

    public Task<IReadOnlyList<DatasetVersion>> EarlierAsync(DatasetVersion of, string key, CancellationToken cancellationToken) =>
        connection.AskAsync<IReadOnlyList<DatasetVersion>>(new EngineCall.Earlier(of, key), cancellationToken);

    public Task<IReadOnlyList<Verdict>> EarlierDriftAsync(
        AttemptSource source, DatasetVersion of, string? along, int windows, CancellationToken cancellationToken) =>
        connection.AskAsync<IReadOnlyList<Verdict>>(new EngineCall.EarlierDrift(of, along, windows), cancellationToken);

    public Task<IReadOnlyList<DatasetVersion>> TrainingAsync(string model, string alias, CancellationToken cancellationToken) =>
        connection.AskAsync<IReadOnlyList<DatasetVersion>>(new EngineCall.Training(model, alias), cancellationToken);

    public Task<IReadOnlyList<string>?> AliasesAsync(AttemptSource source, string model, CancellationToken cancellationToken) =>
        connection.AskAsync<IReadOnlyList<string>?>(new EngineCall.Aliases(model), cancellationToken);

    public Task<DatasetVersion?> VersionAsync(
        string dataset, int? number, IReadOnlyDictionary<string, string>? slice, CancellationToken cancellationToken) =>
        connection.AskAsync<DatasetVersion?>(new EngineCall.FindVersion(dataset, number, slice), cancellationToken);

    public Task<AliasedModel?> AliasAsync(string model, string alias, CancellationToken cancellationToken) =>
        connection.AskAsync<AliasedModel?>(new EngineCall.AliasHolder(model, alias), cancellationToken);

    public Task<IReadOnlyList<string>> PersonalColumnsAsync(string dataset, CancellationToken cancellationToken) =>
        connection.AskAsync<IReadOnlyList<string>>(new EngineCall.PersonalColumns(dataset), cancellationToken);

    public Task<RegisteredContract?> ContractAsync(string dataset, string? hash, CancellationToken cancellationToken) =>
        connection.AskAsync<RegisteredContract?>(new EngineCall.Contract(dataset, hash), cancellationToken);

    public Task<IReadOnlyList<TriggeringDataset>> TriggersAsync(AttemptSource source, CancellationToken cancellationToken) =>
        connection.AskAsync<IReadOnlyList<TriggeringDataset>>(new EngineCall.Triggers(), cancellationToken);

    public Task<DatasetSnapshot?> SnapshotAsync(string dataset, AsOf at, CancellationToken cancellationToken) =>
        connection.AskAsync<DatasetSnapshot?>(new EngineCall.Snapshot(dataset, at.Number, at.Time), cancellationToken);

    public Task<Review?> ReviewAsync(AttemptSource source, long versionId, CancellationToken cancellationToken) =>
        connection.AskAsync<Review?>(new EngineCall.FindReview(versionId), cancellationToken);

    public Task<Review> HoldAsync(
        AttemptSource source, long versionId, IReadOnlyList<CheckResult> checks, CancellationToken cancellationToken) =>
        connection.AskAsync<Review>(new EngineCall.Hold(versionId, checks), cancellationToken);

    public Task<IReadOnlyList<LearntCheck>> LearntAsync(string dataset, string gate, CancellationToken cancellationToken) =>
        connection.AskAsync<IReadOnlyList<LearntCheck>>(new EngineCall.Learnt(dataset, gate), cancellationToken);

    public Task<IReadOnlyList<DatasetVersion>> OfRunAsync(string dagId, string runKey, CancellationToken cancellationToken) =>
        connection.AskAsync<IReadOnlyList<DatasetVersion>>(new EngineCall.OfRun(dagId, runKey), cancellationToken);

    public Task RecordInputsAsync(AttemptSource source, IReadOnlyList<long> versionIds, CancellationToken cancellationToken) =>
        connection.CallAsync(new EngineCall.RecordInputs(versionIds), cancellationToken);
}
