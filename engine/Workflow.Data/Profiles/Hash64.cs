using System.Buffers.Binary;

namespace Workflow.Data.Profiles;

/// <summary>
/// A hash that is the same on every machine and in every version: sketches are stored, and only those made with one hash add up. The mixing
/// is
/// that of SplitMix64 (Steele, Lea and Flood, 2014).
/// </summary>
internal static class Hash64
{
    public static ulong Of(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    public static ulong Of(ReadOnlySpan<byte> text)
    {
        // The length keeps texts apart that differ only in zeros at their end.
        var hash = (ulong)text.Length;
        for (; text.Length >= sizeof(ulong); text = text[sizeof(ulong)..])
            hash = Of(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(text));
        var rest = 0UL;
        for (var at = 0; at < text.Length; at++)
            rest |= (ulong)text[at] << (8 * at);
        return Of(hash ^ rest);
    }
}
