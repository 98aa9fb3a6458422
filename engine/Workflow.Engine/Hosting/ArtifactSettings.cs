using Microsoft.Extensions.Configuration;
using Workflow.Data;

namespace Workflow.Engine.Hosting;

/// <summary>The settings of the artifact store.</summary>
public static class ArtifactSettings
{
    private const string Store = "Artifacts:Store";
    private const string S3 = "Artifacts:S3";

    private static readonly string[] Keys =
    [
        nameof(S3Options.Endpoint), nameof(S3Options.Bucket), nameof(S3Options.Prefix), nameof(S3Options.Region), nameof(S3Options.AccessKey),
        nameof(S3Options.SecretKey),
    ];

    /// <summary>The bucket that is the artifact store; null when a folder is.</summary>
    /// <exception cref="WorkflowException">A setting is wrong; the message names it, what is wanted, and what was given.</exception>
    public static S3Options? ReadS3(this IConfiguration settings)
    {
        switch (settings[Store])
        {
            case null or "" or "folder":
                return null;
            case "s3":
                break;
            case var other:
                throw new WorkflowException($"{Store} must be 'folder' or 's3', got '{other}'.");
        }

        var section = settings.GetSection(S3);
        foreach (var key in section.GetChildren().Select(child => child.Key).Except(Keys, StringComparer.OrdinalIgnoreCase))
            throw new WorkflowException($"{S3}:{key} is no setting. There are {string.Join(", ", Keys)}.");
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
                $"{S3}:AccessKey and {S3}:SecretKey belong together: got only the {(options.AccessKey is null ? "second" : "first")}. "
                + "Set both, or neither to use what AWS's tools would.");
        }

        return options;
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
        ? throw new WorkflowException($"{S3}:Bucket must name the bucket, got nothing. Set Artifacts__S3__Bucket.")
        : given.Contains('/', StringComparison.Ordinal)
            ? throw new WorkflowException($"{S3}:Bucket must be the bucket's bare name, got '{given}'. A path in it is {S3}:Prefix.")
            : given;

    private static string Prefix(IConfigurationSection section)
    {
        var given = Given(section, nameof(S3Options.Prefix)) ?? "";
        return given.StartsWith('/') || given.Contains("//", StringComparison.Ordinal)
            ? throw new WorkflowException($"{S3}:Prefix must be the beginning of a key, such as 'workflow/artifacts', got '{given}'.")
            : given;
    }

    private static Uri? Endpoint(IConfigurationSection section)
    {
        if (Given(section, nameof(S3Options.Endpoint)) is not { } given)
            return null;
        if (Uri.TryCreate(given, UriKind.Absolute, out var endpoint) && endpoint is { Scheme: "https" or "http", PathAndQuery: "/", UserInfo: "" })
            return endpoint;

        // What stands before an @ is a password.
        var shown = given[(given.IndexOf('@', StringComparison.Ordinal) + 1)..];
        throw new WorkflowException($"{S3}:Endpoint must be an address without path and user, such as https://minio.example.com:9000, got '{shown}'.");
    }
}
