using System.Text;

namespace Workflow.Data;

/// <summary>Where an S3-compatible artifact store is, and how to open it.</summary>
public sealed record S3Options
{
    /// <summary>The region where none is given.</summary>
    public const string DefaultRegion = "us-east-1";

    /// <summary>
    /// The server, such as <c>https://minio.example.com:9000</c>, whose buckets are addressed by path. Default: AWS's own.
    /// </summary>
    public Uri? Endpoint { get; init; }

    /// <summary>The bucket. It must exist.</summary>
    public required string Bucket { get; init; }

    /// <summary>What stands before every key, such as <c>workflow/artifacts</c>. Default: nothing.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>The region. Default: <c>us-east-1</c>, which servers that know no regions take.</summary>
    public string Region { get; init; } = DefaultRegion;

    /// <summary>The access key. Default: what AWS's tools would use on this machine (environment, profile, role of the instance).</summary>
    public string? AccessKey { get; init; }

    /// <summary>The secret key that belongs to <see cref="AccessKey"/>.</summary>
    public string? SecretKey { get; init; }

    /// <summary>What every key begins with: nothing, or a path that ends with a slash.</summary>
    internal string KeyPrefix => Prefix.Length == 0 ? "" : Prefix.Trim('/') + "/";

    /// <summary>The bucket as messages name it.</summary>
    internal string Where => $"the bucket '{Bucket}' at {Endpoint?.GetLeftPart(UriPartial.Authority) ?? $"AWS ({Region})"}";

    // A record prints all that it has: keys must reach no log.
    private bool PrintMembers(StringBuilder text)
    {
        text.Append(Where).Append(", prefix '").Append(Prefix).Append('\'');
        return true;
    }
}
