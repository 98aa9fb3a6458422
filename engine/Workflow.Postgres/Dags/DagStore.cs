using System.Globalization;
using System.Text.Json;
using Dapper;
using Npgsql;
using Workflow.Graphs;
using Workflow.Postgres.Contracts;

namespace Workflow.Postgres.Dags;

/// <summary>What was loaded of one DAG, ready to be stored.</summary>
/// <param name="DagId">The DAG.</param>
/// <param name="File">The file, relative to the folder.</param>
/// <param name="Hash">The hash over definition, sources and references.</param>
/// <param name="DefinitionHash">The hash over the definition alone, which workers compare.</param>
/// <param name="Description">What it is for.</param>
/// <param name="Owner">Who answers for it.</param>
/// <param name="Tags">Words to find it by.</param>
/// <param name="Schedule">When runs are created, and within which bounds.</param>
/// <param name="Parameters">Its parameters.</param>
/// <param name="Settings">What concerns its runs as a whole.</param>
/// <param name="Graph">Its graph.</param>
/// <param name="Source">The file's text.</param>
/// <param name="SharedSources">The shared files' texts, by path.</param>
/// <param name="ReferenceVersions">What it was compiled against.</param>
/// <param name="Assembly">The compiled code.</param>
public sealed record DagVersionContent(
    string DagId, string File, string Hash, string DefinitionHash, string Description, string Owner, IReadOnlyList<string> Tags,
    ScheduleSettings Schedule, IReadOnlyList<ParamDefinition> Parameters, DagSettings Settings, DagGraph Graph, string Source,
    IReadOnlyDictionary<string, string> SharedSources, string ReferenceVersions, byte[] Assembly)
{
    /// <summary>The assemblies of packages that the code refers to; stored once for all versions that have them.</summary>
    public IReadOnlyList<PackagedAssembly> Packages { get; init; } = [];
}

/// <summary>An assembly of a package.</summary>
/// <param name="Name">Its simple name.</param>
/// <param name="Sha256">The hash of its bytes.</param>
/// <param name="Bytes">Its bytes.</param>
public sealed record PackagedAssembly(string Name, string Sha256, byte[] Bytes);

/// <summary>The code of a DAG version, for a worker.</summary>
/// <param name="DagId">The DAG.</param>
/// <param name="DefinitionHash">What its definition must hash to.</param>
/// <param name="Assembly">The compiled code.</param>
public sealed record DagCode(string DagId, string DefinitionHash, byte[] Assembly)
{
    /// <summary>The assemblies of packages that the code refers to, by simple name.</summary>
    public IReadOnlyDictionary<string, byte[]> Packages { get; init; } = new Dictionary<string, byte[]>();
}

/// <summary>Gives the first fire time of a schedule that is new or was changed.</summary>
/// <param name="settings">The schedule and its bounds.</param>
/// <param name="last">The newest fire time that was dealt with; null for none.</param>
/// <param name="now">The database's clock.</param>
/// <returns>Null when the schedule does not fire.</returns>
public delegate DateTimeOffset? FirstFire(ScheduleSettings settings, DateTimeOffset? last, DateTimeOffset now);

/// <summary>DAGs, their versions and their import errors.</summary>
public sealed partial class DagStore(NpgsqlDataSource dataSource)
{
    /// <summary>
    /// Makes loaded content the DAG's current version. Unchanged content changes nothing; a newest version that no run uses is replaced.
    /// </summary>
    /// <param name="content">What was loaded.</param>
    /// <param name="firstFire">
    /// Gives the first fire time of a schedule; a <see cref="WorkflowException"/> from it is kept beside the DAG, and schedulers ask again.
    /// </param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>True if the version is new.</returns>
    /// <exception cref="ContractRefusedException">A contract breaks what is promised of its dataset: nothing is stored.</exception>
    /// <exception cref="DatasetsDescribedException">Another DAG describes one of its datasets: nothing is stored.</exception>
    public async Task<bool> SaveAsync(DagVersionContent content, FirstFire firstFire, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        var dag = await connection.QuerySingleAsync<DagRow>(LockDag, new { content.DagId, content.File }, transaction)
            .ConfigureAwait(false);
        var newest = await connection.QuerySingleOrDefaultAsync<VersionRow>(NewestVersion, new { content.DagId }, transaction)
            .ConfigureAwait(false);
        var isNew = newest?.Hash != content.Hash;
        var versionId = newest?.DagVersionId;
        var number = isNew ? Number(newest) : newest!.Number;
        await ContractStore.RegisterAsync(transaction, content.DagId, number, content.Settings.Contracts ?? []).ConfigureAwait(false);
        if (isNew)
        {
            if (newest is { IsUsed: false })
            {
                await connection.ExecuteAsync(ClearVersion, new { content.DagId }, transaction).ConfigureAwait(false);
                await connection.ExecuteAsync(DeleteVersion, new { newest.DagVersionId }, transaction).ConfigureAwait(false);
            }

            versionId = await connection.ExecuteScalarAsync<long>(InsertVersion, Parameters(content, newest), transaction)
                .ConfigureAwait(false);
            await SavePackagesAsync(connection, transaction, versionId.Value, content.Packages).ConfigureAwait(false);
            if (newest is { IsUsed: false })
                await connection.ExecuteAsync(DeleteUnusedAssemblies, transaction: transaction).ConfigureAwait(false);
        }

        await connection.ExecuteAsync(UpdateDag, new { content.DagId, content.File, versionId }, transaction).ConfigureAwait(false);
        await DescribeDatasetsAsync(transaction, content).ConfigureAwait(false);
        if (!KeepsFireTime(dag, content.Schedule, isNew))
            await SetScheduleAsync(transaction, dag, content, firstFire).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return isNew;
    }

    /// <summary>Takes a DAG whose file is gone out of service; its runs go on and its history stays.</summary>
    public Task DeactivateAsync(string dagId, string message, CancellationToken cancellationToken) =>
        ExecuteAsync(Deactivate, new { dagId, message }, cancellationToken);

    /// <summary>The DAGs in service, with the files they came from.</summary>
    public async Task<IReadOnlyList<(string DagId, string File)>> ActiveAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        return [.. await connection.QueryAsync<(string, string)>(ActiveDags).ConfigureAwait(false)];
    }

    /// <summary>Replaces the import errors by those of the files that have some now.</summary>
    /// <param name="byFile">For each file its diagnostics as a JSON array.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public Task ReplaceImportErrorsAsync(IReadOnlyDictionary<string, string> byFile, CancellationToken cancellationToken) =>
        ExecuteAsync(ReplaceImportErrors, new { files = byFile.Keys.ToArray(), diagnostics = byFile.Values.ToArray() }, cancellationToken);

    /// <summary>The code of a version.</summary>
    /// <exception cref="WorkflowException">There is no such version.</exception>
    public async Task<DagCode> LoadCodeAsync(long dagVersionId, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        var code = await connection.QuerySingleOrDefaultAsync<DagCode>(LoadCode, new { dagVersionId }).ConfigureAwait(false)
            ?? throw new WorkflowException($"DAG version {dagVersionId} is not in the database.");
        var packages = await connection.QueryAsync<(string Name, byte[] Bytes)>(LoadPackages, new { dagVersionId }).ConfigureAwait(false);
        return code with { Packages = packages.ToDictionary(package => package.Name, package => package.Bytes) };
    }

    /// <summary>The size of each pool, which definitions are held against; -1 for no limit.</summary>
    public async Task<IReadOnlyDictionary<string, int>> PoolsAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        return (await connection.QueryAsync<(string Pool, int Slots)>(Pools).ConfigureAwait(false)).ToDictionary(row => row.Pool, row =>
            row.Slots);
    }

    /// <summary>Pauses or unpauses a DAG.</summary>
    /// <returns>False when there is no such DAG.</returns>
    public async Task<bool> SetPausedAsync(string dagId, bool paused, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        return await connection.ExecuteScalarAsync<bool?>(SetPaused, new { dagId, paused }).ConfigureAwait(false) is not null;
    }

    private async Task ExecuteAsync(string sql, object parameters, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await connection.ExecuteAsync(sql, parameters).ConfigureAwait(false);
    }

    private static async Task DescribeDatasetsAsync(NpgsqlTransaction transaction, DagVersionContent content)
    {
        var datasets = content.Settings.Datasets ?? [];
        var rows = datasets.Select(dataset => new
        {
            name = dataset.Name,
            description = dataset.Description,
            owner = dataset.Owner,
            tags = dataset.Tags,
            keep_versions = dataset.KeepVersions,
            keep_for = Interval(dataset.KeepFor),
            cold_after = Interval(dataset.ColdAfter),
        });
        var parameters =
            new { content.DagId, names = datasets.Select(dataset => dataset.Name).ToArray(), described = JsonSerializer.Serialize(rows) };
        var others = await transaction.Connection!.QueryAsync<(string, string)>(DescribedByOthers, parameters, transaction)
            .ConfigureAwait(false);
        if (others.AsList() is { Count: > 0 } described)
            throw new DatasetsDescribedException(content.DagId, described);
        await transaction.Connection!.ExecuteAsync(DescribeDatasets, parameters, transaction).ConfigureAwait(false);

        static string? Interval(TimeSpan? age) =>
            age is { } given ? string.Create(CultureInfo.InvariantCulture, $"{given.TotalSeconds} seconds") : null;
    }

    private static async Task SavePackagesAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, long versionId, IReadOnlyList<PackagedAssembly> packages)
    {
        if (packages.Count == 0)
            return;

        // The bytes of those that are new go over the wire, and no others.
        var names = packages.Select(package => package.Name).ToArray();
        var hashes = packages.Select(package => package.Sha256).ToArray();
        var known = await connection.QueryAsync<string>(KnownAssemblies, new { hashes }, transaction).ConfigureAwait(false);
        foreach (var package in packages.ExceptBy(known, package => package.Sha256).DistinctBy(package => package.Sha256))
            await connection.ExecuteAsync(InsertAssembly, package, transaction).ConfigureAwait(false);
        await connection.ExecuteAsync(InsertVersionAssemblies, new { versionId, names, hashes }, transaction).ConfigureAwait(false);
    }

    private static int Number(VersionRow? newest) => newest is null ? 1 : newest.IsUsed ? newest.Number + 1 : newest.Number;

    private static object Parameters(DagVersionContent content, VersionRow? newest) => new
    {
        content.DagId,
        number = Number(newest),
        content.Hash,
        content.DefinitionHash,
        content.Description,
        content.Owner,
        tags = content.Tags.ToArray(),
        @params = JsonSerializer.Serialize(content.Parameters),
        settings = content.Settings.ToJson(),
        graph = content.Graph.ToJson(),
        content.File,
        content.Source,
        sharedSources = JsonSerializer.Serialize(content.SharedSources),
        content.ReferenceVersions,
        EngineVersion.CodeLevel,
        content.Assembly,
    };

    private sealed record DagRow(
        long? VersionId, string? Schedule, DateTime? StartDate, DateTime? EndDate, bool Catchup, DateTime? NextFireAt, DateTime? LastFireAt,
        string? ScheduleError, bool IsActive, DateTime Now);

    private sealed record VersionRow(long DagVersionId, int Number, string Hash, bool IsUsed);
}
