using Npgsql;

namespace Workflow.Postgres.Reads;

/// <summary>A DAG with what its current version says of it; the columns of the version are null while it has none.</summary>
public sealed record DagRow(
    string DagId, string File, bool IsPaused, bool IsActive, string? Message, string? Schedule, string? TimeZone, DateTime? NextFireAt,
    DateTime LastSeenAt, int? VersionNumber, string? Description, string? Owner, string? Tags, bool HasImportErrors);

/// <summary>A run in the row of its DAG.</summary>
public sealed record RecentRunRow(
    string DagId, string RunKey, string State, string RunType, DateTime CreatedAt, DateTime? FinishedAt, DateTime? LogicalDate);

/// <summary>What the current version of a DAG defines, as stored JSON.</summary>
public sealed record DagDefinitionRow(
    long DagVersionId, string Params, DateTime? StartDate, DateTime? EndDate, bool Catchup, string? ScheduleError);

/// <summary>A version of a DAG.</summary>
public sealed record DagVersionRow(int Number, string Hash, DateTime CreatedAt, bool IsCurrent, int RunCount);

/// <summary>The source of a version.</summary>
public sealed record DagSourceRow(int Number, string File, string Source, string SharedSources);

/// <summary>A file that did not become a DAG; the id is that of the DAG that it was before, if any.</summary>
public sealed record ImportErrorRow(long ImportErrorId, string File, string? DagId, string Diagnostics, DateTime SeenAt);

/// <summary>What pages show of DAGs.</summary>
public sealed partial class DagReads(NpgsqlDataSource dataSource)
{
    /// <summary>How many runs the row of a DAG shows.</summary>
    public const int RecentRuns = 14;

    /// <summary>DAGs by id; a part of the id, with <c>%</c> and <c>_</c> as in LIKE, narrows them.</summary>
    public Task<PageOf<DagRow>> ListAsync(string? pattern, int limit, int offset, CancellationToken cancellationToken) =>
        dataSource.PageAsync<DagRow>(List, Count, new { pattern, limit, offset }, cancellationToken);

    /// <summary>One DAG, or null.</summary>
    public Task<DagRow?> FindAsync(string dagId, CancellationToken cancellationToken) =>
        dataSource.FirstAsync<DagRow>(Find, new { dagId }, cancellationToken);

    /// <summary>The newest runs of each DAG, newest first.</summary>
    public Task<IReadOnlyList<RecentRunRow>> RecentRunsAsync(IReadOnlyList<string> dagIds, CancellationToken cancellationToken) =>
        dataSource.ListAsync<RecentRunRow>(Recent, new { dagIds = dagIds.ToArray(), recent = RecentRuns }, cancellationToken);

    /// <summary>The definition of the current version, or null.</summary>
    public Task<DagDefinitionRow?> DefinitionAsync(string dagId, CancellationToken cancellationToken) =>
        dataSource.FirstAsync<DagDefinitionRow>(Definition, new { dagId }, cancellationToken);

    /// <summary>The versions of a DAG, newest first.</summary>
    public Task<PageOf<DagVersionRow>> VersionsAsync(string dagId, int limit, int offset, CancellationToken cancellationToken) =>
        dataSource.PageAsync<DagVersionRow>(Versions, CountVersions, new { dagId, limit, offset }, cancellationToken);

    /// <summary>The source of a version, the current one unless named; or null.</summary>
    public Task<DagSourceRow?> SourceAsync(string dagId, int? number, CancellationToken cancellationToken) =>
        dataSource.FirstAsync<DagSourceRow>(Source, new { dagId, number }, cancellationToken);

    /// <summary>The files that did not become DAGs.</summary>
    public Task<PageOf<ImportErrorRow>> ImportErrorsAsync(int limit, int offset, CancellationToken cancellationToken) =>
        dataSource.PageAsync<ImportErrorRow>(ImportErrors, CountImportErrors, new { limit, offset }, cancellationToken);
}
