using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Workflow.Artifacts;
using Workflow.Dashboard.Http;
using Workflow.Data.DuckDb;
using Workflow.Postgres.Datasets;

namespace Workflow.Dashboard.Api;

/// <summary>A version that a request names, with its file.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Version">The version.</param>
/// <param name="Path">Its file on this machine.</param>
internal sealed record OpenedVersion(int Number, Workflow.DatasetVersion Version, string Path);

/// <summary>
/// Opens the versions that requests name: a number for the slice of that version, or a slice such as <c>month=2019-06</c> for its newest
/// version.
/// </summary>
internal sealed class DatasetFiles(SnapshotReads snapshots, IServiceProvider services)
{
    private const long MemoryBytes = 512L << 20;

    /// <summary>What a request may take while it reads files: requests come beside each other.</summary>
    public static DuckDbOptions Share { get; } = new()
    {
        MemoryBytes = MemoryBytes,
        SpillFolder = Path.Combine(Path.GetTempPath(), "workflow-dashboard"),
    };

    /// <summary>Opens a version.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="field">The field of the request, for messages.</param>
    /// <param name="text">What it says.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ApiException">There is no such version, or its content is gone.</exception>
    public async Task<OpenedVersion> OpenAsync(string dataset, string field, string text, CancellationToken cancellationToken)
    {
        var number = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : (int?)null;
        var slice = number is null ? DatasetVersionsApi.Slice(field, text) : null;
        if (slice is { Count: 0 })
            throw ApiException.Invalid(field, "must be the number of a version, or a slice such as month=2019-06");
        var found = await snapshots.FindOneAsync(dataset, number, slice, cancellationToken).ConfigureAwait(false)
            ?? throw ApiException.NotFound(
                $"Dataset '{dataset}' has no version '{text}'. See them with: workflow datasets versions {dataset}");
        if (found.IsExpired)
            throw ApiException.Conflict($"The content of {dataset} version {found.Number} has expired.");
        return new OpenedVersion(found.Number, found.Version, await PathAsync(found.Version.Sha256, cancellationToken)
            .ConfigureAwait(false));
    }

    /// <summary>The file of a version.</summary>
    /// <exception cref="ApiException">The store does not hold it.</exception>
    public async Task<string> PathAsync(string sha256, CancellationToken cancellationToken)
    {
        try
        {
            return await RequireArtifacts().PathAsync(sha256, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception missing) when (missing is FileNotFoundException or WorkflowException)
        {
            throw ApiException.Conflict(missing.Message);
        }
    }

    /// <summary>What is wrong with the file of a version, in words; null when nothing is.</summary>
    /// <exception cref="ApiException">The store cannot say.</exception>
    public async Task<string?> DamageAsync(string sha256, CancellationToken cancellationToken)
    {
        try
        {
            return await RequireArtifacts().DamageAsync(sha256, cancellationToken).ConfigureAwait(false);
        }
        catch (FileNotFoundException missing)
        {
            return missing.Message;
        }
        catch (WorkflowException away)
        {
            throw ApiException.Conflict(away.Message);
        }
    }

    /// <summary>The artifact store, which a server that stands alone has only when its folder or bucket is named.</summary>
    /// <exception cref="ApiException">None is.</exception>
    public IArtifactStore RequireArtifacts() => services.GetService<IArtifactStore>() ?? throw ApiException.Conflict(
        "This server does not know where the artifacts are. Start it with Artifacts__Folder, or with Artifacts__Store=s3 and its bucket.");
}
