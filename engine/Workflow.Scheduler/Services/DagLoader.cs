using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Workflow.Postgres;
using Workflow.Postgres.Contracts;
using Workflow.Postgres.Dags;
using Workflow.Scheduler.Loading;
using Workflow.Scheduler.Timetables;
using Workflow.Timetables;

namespace Workflow.Scheduler.Services;

/// <summary>Keeps the database in step with the DAG folder: loads what changed, stores versions, import errors and what is gone.</summary>
public sealed class DagLoader(
    DagStore dags, ContractStore contracts, FireAlarm alarm, FolderSay say, SchedulerOptions options, TimeProvider time,
    ILogger<DagLoader> logger) : BackgroundService
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    private readonly DagFolderLoader loader = new(new DagCompiler());
    private readonly Dictionary<string, (string Hash, string File)> stored = [];
    private readonly TaskCompletionSource firstLoad = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim gate = new(1);
    private IReadOnlyDictionary<string, int> pools = new Dictionary<string, int>();
    private LoadResult last = LoadResult.Nothing;
    private IReadOnlyList<RefusedContract> refused = [];
    private int? term;

    /// <summary>Ends when the folder was loaded for the first time.</summary>
    public Task FirstLoad => firstLoad.Task;

    /// <summary>Loads what changed since the last time, if this scheduler's folder is the one that counts.</summary>
    /// <returns>What there is now; nothing when another scheduler has the say.</returns>
    public async Task<LoadResult> LoadAsync(CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await LoadAsync(await say.RenewAsync(cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>
    /// Says that the scheduler lives, and loads when its folder began to count, when pools changed that definitions are held against, or
    /// when a person accepted a contract that was refused.
    /// </summary>
    public async Task KeepAsync(CancellationToken cancellationToken)
    {
        var now = await say.RenewAsync(cancellationToken).ConfigureAwait(false);
        if (!firstLoad.Task.IsCompleted || now is null)
            return;
        var known = await dags.PoolsAsync(cancellationToken).ConfigureAwait(false);
        if (now != term || !known.OrderBy(pool => pool.Key).SequenceEqual(pools.OrderBy(pool => pool.Key))
            || (refused.Count > 0 && await contracts.IsAnyNewestAsync([.. refused.Select(one => one.Contract)], cancellationToken)
                .ConfigureAwait(false)))
            await LoadAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<LoadResult> LoadAsync(int? heldTerm, CancellationToken cancellationToken)
    {
        if (heldTerm != term)
        {
            // What was stored before this holding may have been replaced by another scheduler since.
            (last, term) = (LoadResult.Nothing, heldTerm);
            stored.Clear();
        }

        if (heldTerm is null)
        {
            firstLoad.TrySetResult();
            return last;
        }

        pools = await dags.PoolsAsync(cancellationToken).ConfigureAwait(false);
        var folder = DagFolder.Scan(options.DagsFolder, last.Packages);
        var known = ReferenceEquals(last, LoadResult.Nothing)
            ? (await dags.ActiveAsync(cancellationToken).ConfigureAwait(false)).ToDictionary(dag => dag.DagId, dag => dag.File)
            : null;
        var result = loader.Load(folder, last, known, pools, cancellationToken);
        var versions = 0;
        var breaking = new List<(RefusedContract Contract, string File)>();
        var refusals = new List<RefusedDag>();

        // First: what they describe is free for others then.
        foreach (var dagId in result.RemovedDags)
        {
            await dags.DeactivateAsync(dagId, "No file in the DAG folder defines it any more.", cancellationToken).ConfigureAwait(false);
            stored.Remove(dagId);
            logger.DagRemoved(dagId);
        }

        var changed = new Queue<(LoadedDag Dag, bool IsAgain)>(result.Dags
            .Where(dag => stored.GetValueOrDefault(dag.Id) != (dag.VersionHash, dag.Source.File)).Select(dag => (dag, false)));
        while (changed.TryDequeue(out var next))
        {
            var dag = next.Dag;
            try
            {
                if (await dags.SaveAsync(Content(dag), FirstFire(dag), cancellationToken).ConfigureAwait(false))
                    versions++;
                stored[dag.Id] = (dag.VersionHash, dag.Source.File);
            }
            catch (ContractRefusedException refusal)
            {
                // Tried again at every load: what it breaks may be accepted, or another DAG may bring what is missing.
                breaking.AddRange(refusal.Refused.Select(contract => (contract, dag.Source.File)));
            }
            catch (DatasetsDescribedException) when (!next.IsAgain)
            {
                // The one that has described it until now may be among those to come, and no longer do so.
                changed.Enqueue((dag, true));
            }
            catch (DatasetsDescribedException refusal)
            {
                refusals.Add(RefusedDag.Of(refusal, dag.Source.File));
            }
            catch (Exception refusal) when (refusal is WorkflowException || (refusal is PostgresException && !refusal.IsPassing()))
            {
                // What one DAG says that the database does not take, such as NUL in a text, keeps no other from being loaded.
                refusals.Add(RefusedDag.Of(dag.Id, refusal, dag.Source.File));
            }
        }

        await contracts.ReplaceRefusalsAsync(breaking, cancellationToken).ConfigureAwait(false);
        refused = [.. breaking.Select(one => one.Contract)];
        refusals.AddRange(breaking.Select(one => RefusedDag.Of(one.Contract, one.File)));
        result = RefusedDag.Into(result, refusals);
        foreach (var moved in result.MovedDags)
            logger.DagMoved(moved.DagId, moved.From, moved.To);
        await StoreErrorsAsync(result, cancellationToken).ConfigureAwait(false);
        await alarm.ResetAsync(cancellationToken).ConfigureAwait(false);

        // Only now: what fails on the way is done again at the next turn.
        last = result;
        firstLoad.TrySetResult();
        logger.Loaded(result.Summary, result.Compiled.Count, versions, result.Diagnostics.Count());
        return result;
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The watcher calls at once, and then whenever something changed.
        await Task.Yield();
        await new DagFolderWatcher(options.DagsFolder, time).RunAsync(LoadUntilDoneAsync, stoppingToken).ConfigureAwait(false);
    }

    /// <summary>Loads, and tries again until the database has it: no later change of a file may be needed for that.</summary>
    private async Task LoadUntilDoneAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await LoadAsync(cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (NpgsqlException exception)
            {
                logger.DatabaseAway(nameof(DagLoader), exception.Message);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                logger.ServiceFailed(exception, nameof(DagLoader));
            }

            await Task.Delay(RetryAfter, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task StoreErrorsAsync(LoadResult result, CancellationToken cancellationToken)
    {
        var broken = result.Files.Where(file => file.Diagnostics.Count > 0).ToDictionary(
            file => file.File, file => JsonSerializer.Serialize(file.Diagnostics, Json));
        await dags.ReplaceImportErrorsAsync(broken, cancellationToken).ConfigureAwait(false);
        var known = last.Files.ToDictionary(file => file.File, file => file.Diagnostics);
        var news = result.Files.Where(file => result.Compiled.Contains(file.File)
            || !file.Diagnostics.SequenceEqual(known.GetValueOrDefault(file.File, [])));
        foreach (var found in news.SelectMany(file => file.Diagnostics))
            logger.ImportError(found.File, found.Line, found.Column, found.Code, found.Message);
    }

    private static FirstFire FirstFire(LoadedDag dag) => (settings, last, now) => settings.Schedule is Custom
        ? OwnTimetables.Ask(dag.Id, dag.AssemblyBytes, own => FirePlan.First(settings, last, now, own), packages: dag.PackageBytes())
        : FirePlan.First(settings, last, now);

    private static DagVersionContent Content(LoadedDag dag) => new(
        dag.Id, dag.Source.File, dag.VersionHash, dag.Facts.DefinitionHash, dag.Facts.Description, dag.Facts.Owner, dag.Facts.Tags,
        dag.Facts.ScheduleSettings, dag.Facts.Parameters, dag.Facts.Settings, dag.Facts.Graph, dag.Source.Text,
        dag.SharedSources.ToDictionary(file => file.File, file => file.Text),
        string.Join("; ", dag.ReferenceVersions.Select(pair => $"{pair.Key} {pair.Value}")), dag.AssemblyBytes)
    {
        Packages = [.. dag.Packages.Select(package => new PackagedAssembly(package.Name, package.Sha256, package.Bytes))],
    };
}
