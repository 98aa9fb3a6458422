using Microsoft.Extensions.Configuration;
using Workflow.Artifacts;
using Workflow.Data;

namespace Workflow.Engine.Hosting;

/// <summary>The settings of the artifact store.</summary>
public static class ArtifactSettings
{
    private const string Hot = "Artifacts";
    private const string ColdSection = "Artifacts:Cold";

    private static readonly string[] Keys =
    [
        nameof(S3Options.Endpoint), nameof(S3Options.Bucket), nameof(S3Options.Prefix), nameof(S3Options.Region),
        nameof(S3Options.AccessKey), nameof(S3Options.SecretKey),
    ];

    /// <summary>The bucket that is the artifact store; null when a folder is.</summary>
    /// <exception cref="WorkflowException">A setting is wrong; the message names it, what is wanted, and what was given.</exception>
    public static S3Options? ReadS3(this IConfiguration settings) => ReadS3(settings, Hot);

    /// <summary>Where content goes that datasets let grow cold; null for nowhere.</summary>
    /// <exception cref="WorkflowException">A setting is wrong; the message names it, what is wanted, and what was given.</exception>
    public static ArtifactPlace? ReadCold(this IConfiguration settings)
    {
        var s3 = ReadS3(settings, ColdSection);
        var folder = settings[$"{ColdSection}:Folder"];
        return (s3, folder) switch
        {
            (null, null or "") => null,
            (not null, null or "") => throw new WorkflowException(
                $"{ColdSection}:Folder must name the folder in which this machine keeps what it reads of the cold bucket, got nothing."),
            _ => new ArtifactPlace(Path.GetFullPath(folder), s3),
        };
    }

    private static S3Options? ReadS3(IConfiguration settings, string of)
    {
        switch (settings[$"{of}:Store"])
        {
            case null or "" or "folder":
                return null;
            case "s3":
                break;
            case var other:
                throw new WorkflowException($"{of}:Store must be 'folder' or 's3', got '{other}'.");
        }

        var section = settings.GetSection($"{of}:S3");
        foreach (var key in section.GetChildren().Select(child => child.Key).Except(Keys, StringComparer.OrdinalIgnoreCase))
            throw new WorkflowException($"{section.Path}:{key} is no setting. There are {string.Join(", ", Keys)}.");
        var options = new S3Options
        {
            Endpoint = Endpoint(section),
            Bucket = Bucket(section),
            Prefix = Prefix(section),
            Region = Given(section, nameof(S3Options.Region)) ?? S3Options.DefaultRegion,
            AccessKey = Given(section, nameof(S3Options.AccessKey)),
            SecretKey = Given(section, nameof(S3Options.SecretKey)),
        };
        if (options.AccessKey is null != options.SecretKey is null)
        {
            throw new WorkflowException(
                $"{section.Path}:AccessKey and {section.Path}:SecretKey belong together: got only the {(options.AccessKey is null ? "second" : "first")}. "
                + "Set both, or neither to use what AWS's tools would.");
        }

        return options;
    }

    /// <summary>
    /// Opens the artifact store for a process that can do without: a bucket can be reached from anywhere, a folder only where one is named.
    /// </summary>
    /// <returns>Null when no store is named.</returns>
    /// <exception cref="WorkflowException">A setting is wrong, or the folder cannot be written to.</exception>
    public static IArtifactStore? OpenArtifacts(this IConfiguration settings)
    {
        var s3 = settings.ReadS3();
        var folder = settings[Settings.ArtifactsKey] ?? (s3 is null ? null : Settings.DefaultArtifacts);
        return folder is null ? null : ArtifactStores.Open(folder, s3, settings.ReadCold());
    }

    /// <summary>Refuses to start on a bucket that cannot be used.</summary>
    /// <exception cref="WorkflowException">It cannot be; the message says why.</exception>
    public static async Task RequireAsync(S3Options? s3, string folder, CancellationToken cancellationToken)
    {
        if (s3 is null)
            return;
        using var store = new S3ArtifactStore(s3, folder);
        await store.CheckAsync(cancellationToken).ConfigureAwait(false);
    }

    private static string? Given(IConfigurationSection section, string key) => section[key] is { Length: > 0 } given ? given : null;

    private static string Bucket(IConfigurationSection section) => Given(section, nameof(S3Options.Bucket)) is not { } given
        ? throw new WorkflowException(
            $"{section.Path}:Bucket must name the bucket, got nothing. Set {section.Path.Replace(":", "__", StringComparison.Ordinal)}__Bucket.")
        : given.Contains('/', StringComparison.Ordinal)
            ? throw new WorkflowException(
                $"{section.Path}:Bucket must be the bucket's bare name, got '{given}'. A path in it is {section.Path}:Prefix.")
            : given;

    private static string Prefix(IConfigurationSection section)
    {
        var given = Given(section, nameof(S3Options.Prefix)) ?? "";
        return given.StartsWith('/') || given.Contains("//", StringComparison.Ordinal)
            ? throw new WorkflowException(
                $"{section.Path}:Prefix must be the beginning of a key, such as 'workflow/artifacts', got '{given}'.")
            : given;
    }

    private static Uri? Endpoint(IConfigurationSection section)
    {
        if (Given(section, nameof(S3Options.Endpoint)) is not { } given)
            return null;
        if (Uri.TryCreate(given, UriKind.Absolute, out var endpoint)
            && endpoint is { Scheme: "https" or "http", PathAndQuery: "/", UserInfo: "" })
            return endpoint;

        // What stands before an @ is a password.
        var shown = given[(given.IndexOf('@', StringComparison.Ordinal) + 1)..];
        throw new WorkflowException(
            $"{section.Path}:Endpoint must be an address without path and user, such as https://minio.example.com:9000, got '{shown}'.");
    }
}
