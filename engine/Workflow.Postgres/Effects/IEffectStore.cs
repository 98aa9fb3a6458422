using Workflow.Contracts;

namespace Workflow.Postgres.Effects;

/// <summary>
/// What an attempt stages, and what it asks to make it. The seam between an attempt and the database: an attempt in a process of its own
/// has no credentials, and reaches the store through its worker.
/// </summary>
public interface IEffectStore
{
    /// <summary>Stages a dataset version.</summary>
    /// <returns>The engine's key of the version.</returns>
    Task<long> StageAsync(AttemptSource source, StagedDataset dataset, CancellationToken cancellationToken);

    /// <summary>Stages a model version.</summary>
    /// <returns>The engine's key of the version.</returns>
    Task<long> StageAsync(AttemptSource source, StagedModel model, CancellationToken cancellationToken);

    /// <summary>Stages a gate's verdict. It is published however the attempt ends.</summary>
    Task StageAsync(AttemptSource source, GateVerdict verdict, VerdictSubject subject, CancellationToken cancellationToken);

    /// <summary>Stages a drift gate's verdict with its report, which is published with it.</summary>
    Task StageAsync(AttemptSource source, GateVerdict verdict, VerdictSubject subject, StagedDrift drift,
        CancellationToken cancellationToken);

    /// <summary>Stages the move of an alias; completing the attempt carries it out, or is refused.</summary>
    Task StageMoveAsync(AttemptSource source, string alias, long modelVersionId, CancellationToken cancellationToken);

    /// <summary>The newest version of every partition that comes before another along one key and agrees in the others.</summary>
    Task<IReadOnlyList<DatasetVersion>> EarlierAsync(DatasetVersion of, string key, CancellationToken cancellationToken);

    /// <summary>
    /// What the attempt's gate found in the windows before a version, newest first; those that were not decided are left out.
    /// </summary>
    Task<IReadOnlyList<Verdict>> EarlierDriftAsync(
        AttemptSource source, DatasetVersion of, string? along, int windows, CancellationToken cancellationToken);

    /// <summary>The dataset versions that the holder of an alias was trained on; empty when nothing holds it.</summary>
    Task<IReadOnlyList<DatasetVersion>> TrainingAsync(string model, string alias, CancellationToken cancellationToken);

    /// <summary>The aliases that a model has; null when there is no such model, and no DAG in service trains one.</summary>
    Task<IReadOnlyList<string>?> AliasesAsync(AttemptSource source, string model, CancellationToken cancellationToken);

    /// <summary>A version by its number, or the newest of a slice; null when there is none.</summary>
    Task<DatasetVersion?> VersionAsync(
        string dataset, int? number, IReadOnlyDictionary<string, string>? slice, CancellationToken cancellationToken);

    /// <summary>The version that holds an alias, or null.</summary>
    Task<AliasedModel?> AliasAsync(string model, string alias, CancellationToken cancellationToken);

    /// <summary>The newest version of a dataset's contract, or the newest that says what a hash stands for; null for none.</summary>
    Task<RegisteredContract?> ContractAsync(string dataset, string? hash, CancellationToken cancellationToken);

    /// <summary>
    /// The columns of a dataset of which no values are shown: by the newest version of its contract, or because their values come from such
    /// columns of others.
    /// </summary>
    Task<IReadOnlyList<string>> PersonalColumnsAsync(string dataset, CancellationToken cancellationToken);

    /// <summary>The changes of datasets that triggered an attempt's run; empty for a run of any other type.</summary>
    Task<IReadOnlyList<TriggeringDataset>> TriggersAsync(AttemptSource source, CancellationToken cancellationToken);

    /// <summary>A dataset as a whole at a version; null when it has none such.</summary>
    Task<DatasetSnapshot?> SnapshotAsync(string dataset, AsOf at, CancellationToken cancellationToken);

    /// <summary>What has become of a version that the attempt's gate held; null when it did not.</summary>
    Task<Review?> ReviewAsync(AttemptSource source, long versionId, CancellationToken cancellationToken);

    /// <summary>Holds a version until a person decides. Doing it again finds what was opened before.</summary>
    Task<Review> HoldAsync(AttemptSource source, long versionId, IReadOnlyList<CheckResult> checks, CancellationToken cancellationToken);

    /// <summary>The checks that a person has accepted for a gate of a dataset.</summary>
    Task<IReadOnlyList<LearntCheck>> LearntAsync(string dataset, string gate, CancellationToken cancellationToken);

    /// <summary>The versions that a run has read, or made and published.</summary>
    Task<IReadOnlyList<DatasetVersion>> OfRunAsync(string dagId, string runKey, CancellationToken cancellationToken);

    /// <summary>
    /// Records that an attempt reads versions, before it does: from then on their content stays for as long as the run is kept.
    /// </summary>
    /// <exception cref="TaskFailureException">The content of one of them is no longer kept.</exception>
    Task RecordInputsAsync(AttemptSource source, IReadOnlyList<long> versionIds, CancellationToken cancellationToken);
}
