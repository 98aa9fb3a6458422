using System.Security.Cryptography;

namespace Workflow.Data;

/// <summary>The name of an artifact: the SHA-256 of its content.</summary>
internal static class ContentAddress
{
    private const int Length = 64;

    /// <summary>Whether a text is such a hash.</summary>
    public static bool Is(string text) => text is { Length: Length } && text.All(char.IsAsciiHexDigitLower);

    /// <summary>A hash that may become a part of a path or key: it comes from records and addresses.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    public static string Require(string sha256) => Is(sha256)
        ? sha256
        : throw new ArgumentException($"'{sha256}' is no SHA-256: 64 hex digits in lower case are.", nameof(sha256));

    /// <summary>The hash of a file, and its length.</summary>
    public static async Task<(string Sha256, long Bytes)> OfAsync(string path, CancellationToken cancellationToken)
    {
        await using var stream = new FileStream(
            path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        var hash = await SHA256.HashDataAsync(stream, cancellationToken).ConfigureAwait(false);
        return (Convert.ToHexStringLower(hash), stream.Length);
    }
}
