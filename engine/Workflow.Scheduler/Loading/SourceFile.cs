using System.Security.Cryptography;
using System.Text;

namespace Workflow.Scheduler.Loading;

/// <summary>A source file as it was read.</summary>
/// <param name="File">Its path relative to the DAG folder, with forward slashes.</param>
/// <param name="Text">Its text.</param>
/// <param name="Sha256">The hash of its text, 64 hex digits.</param>
public sealed record SourceFile(string File, string Text, string Sha256)
{
    /// <summary>Makes one from its text.</summary>
    public static SourceFile Of(string file, string text) => new(file, text, Hash.Of(text));
}

/// <summary>Hashes over several texts that no shift of characters from one to the next can fool.</summary>
internal static class Hash
{
    /// <summary>64 hex digits over the texts; each is preceded by its length.</summary>
    internal static string Of(params IEnumerable<string> texts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var text in texts)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            hash.AppendData(BitConverter.GetBytes(bytes.LongLength));
            hash.AppendData(bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
