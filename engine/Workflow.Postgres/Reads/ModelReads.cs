using Npgsql;

namespace Workflow.Postgres.Reads;

/// <summary>A registered model.</summary>
public sealed record ModelRow(string Name, int Versions);

/// <summary>An alias and the version that holds it.</summary>
public sealed record AliasRow(string Model, string Alias, int Version);

/// <summary>A published version of a model.</summary>
public sealed record ModelVersionRow(
    long VersionId, int Version, string Sha256, string Flavour, string Metrics, string Params, DateTime PublishedAt, string DagId,
    string RunKey, string TaskId);

/// <summary>The last verdict of a gate on a model version.</summary>
public sealed record ModelGateRow(long VersionId, string TaskId, string Verdict);

/// <summary>A move of an alias.</summary>
public sealed record AliasMoveRow(string Alias, int? FromVersion, int? ToVersion, DateTime MovedAt, string DagId, string RunKey);

/// <summary>A gate's verdict.</summary>
/// <param name="Dataset">The dataset judged; null when a model was.</param>
public sealed record GateRow(
    string DagId, string RunKey, string TaskId, int MapIndex, int Attempt, string Verdict, string Subject, DateTime PublishedAt,
    string? Dataset, string Checks, string LearntChecks);

/// <summary>What pages show of models and gates. Rows that are staged are never seen.</summary>
public sealed partial class ModelReads(NpgsqlDataSource dataSource)
{
    /// <summary>The models that have a version, by name.</summary>
    public Task<PageOf<ModelRow>> ListAsync(int limit, int offset, CancellationToken cancellationToken) =>
        dataSource.PageAsync<ModelRow>(List, Count, new { limit, offset }, cancellationToken);

    /// <summary>The aliases of models.</summary>
    public Task<IReadOnlyList<AliasRow>> AliasesAsync(IReadOnlyList<string> models, CancellationToken cancellationToken) =>
        dataSource.ListAsync<AliasRow>(Aliases, new { models = models.ToArray() }, cancellationToken);

    /// <summary>How many versions a model has; 0 when there is no such model.</summary>
    public Task<int> CountVersionsAsync(string model, CancellationToken cancellationToken) =>
        dataSource.FirstAsync<int>(CountVersions, new { model }, cancellationToken);

    /// <summary>The versions of a model, newest first.</summary>
    public Task<IReadOnlyList<ModelVersionRow>> VersionsAsync(string model, int limit, int offset, CancellationToken cancellationToken) =>
        dataSource.ListAsync<ModelVersionRow>(Versions, new { model, limit, offset }, cancellationToken);

    /// <summary>The dataset versions that model versions were trained on.</summary>
    public Task<IReadOnlyList<ParentRow>> ParentsAsync(IReadOnlyList<long> versionIds, CancellationToken cancellationToken) =>
        dataSource.ListAsync<ParentRow>(Parents, new { versionIds = versionIds.ToArray() }, cancellationToken);

    /// <summary>The last verdicts of the gates that judged model versions.</summary>
    public Task<IReadOnlyList<ModelGateRow>> GatesOfAsync(IReadOnlyList<long> versionIds, CancellationToken cancellationToken) =>
        dataSource.ListAsync<ModelGateRow>(GatesOf, new { versionIds = versionIds.ToArray() }, cancellationToken);

    /// <summary>The moves of a model's aliases, newest first.</summary>
    public Task<IReadOnlyList<AliasMoveRow>> MovesAsync(string model, int limit, CancellationToken cancellationToken) =>
        dataSource.ListAsync<AliasMoveRow>(Moves, new { model, limit }, cancellationToken);

    /// <summary>Verdicts, newest first; of one DAG if given.</summary>
    public Task<PageOf<GateRow>> GatesAsync(string? dagId, int limit, int offset, CancellationToken cancellationToken) =>
        dataSource.PageAsync<GateRow>(Gates, CountGates, new { dagId, limit, offset }, cancellationToken);

    /// <summary>Verdicts of the runs of a key, newest first; of one DAG, of one of its tasks, and of one element if given.</summary>
    public Task<PageOf<GateRow>> GatesOfRunAsync(
        string runKey, string? dagId, string? taskId, int? mapIndex, int limit, int offset, CancellationToken cancellationToken) =>
        dataSource.PageAsync<GateRow>(
            GatesOfRun, CountGatesOfRun, new { runKey, dagId, taskId, mapIndex, limit, offset }, cancellationToken);
}
