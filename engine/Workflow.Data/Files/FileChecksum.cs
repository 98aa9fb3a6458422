using System.Security.Cryptography;

namespace Workflow.Data.Files;

/// <summary>Holds a file against the checksum that its author expects.</summary>
internal static class FileChecksum
{
    /// <exception cref="TaskFailureException">The file has another one.</exception>
    public static async Task RequireAsync(string name, string path, string wanted, CancellationToken cancellationToken)
    {
        await using var stream = File.OpenRead(path);
        var found = Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken).ConfigureAwait(false));
        if (!found.Equals(wanted, StringComparison.OrdinalIgnoreCase))
            throw new TaskFailureException(
                $"The file {name} has the SHA-256 {found}, not {wanted}: it is damaged or another file.", retryable: true);
    }
}
