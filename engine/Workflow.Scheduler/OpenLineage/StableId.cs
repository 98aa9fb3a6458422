using System.Security.Cryptography;
using System.Text;

namespace Workflow.Scheduler.OpenLineage;

/// <summary>Ids that are the same whenever they are made, by RFC 9562, version 5: an event that is sent twice is the same event.</summary>
internal static class StableId
{
    // Of this engine's runs and attempts; no other names are hashed under it.
    private static readonly Guid Space = new("5b1f6c0e-8f0a-4f0e-9a55-2c1d6a7e9b34");

    public static Guid Of(params ReadOnlySpan<string> parts)
    {
        var name = Encoding.UTF8.GetBytes(string.Join('\n', parts!));
#pragma warning disable CA5350 // The format asks for SHA-1; nothing is kept safe by it.
        var hash = SHA1.HashData([.. Space.ToByteArray(bigEndian: true), .. name]);
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] & 0x0f) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3f) | 0x80);
        return new Guid(hash.AsSpan(0, 16), bigEndian: true);
    }
}
