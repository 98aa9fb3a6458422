namespace Workflow.Data.Profiles;

/// <summary>How often each value occurs, exactly, while there are at most <see cref="Limit"/>. Open addressing in a table at most half
/// full.</summary>
internal sealed class ValueCounts
{
    /// <summary>How many different values are counted one by one.</summary>
    public const int Limit = 1024;

    private const int Slots = 2 * Limit;
    private const int HashShift = 53;

    private readonly ulong[] keys = new ulong[Slots];
    private readonly long[] counts = new long[Slots];
    private string?[]? texts;

    /// <summary>How many different values there are.</summary>
    public int Count { get; private set; }

    /// <summary>Counts a value.</summary>
    /// <param name="key">What stands for it.</param>
    /// <param name="count">How often.</param>
    /// <param name="isNew">Whether it was not there before.</param>
    /// <returns>Its slot; -1 when it is one too many, and nothing was counted.</returns>
    public int Add(ulong key, long count, out bool isNew)
    {
        var slot = (int)(key * 0x9E3779B97F4A7C15 >> HashShift);
        for (; counts[slot] != 0; slot = (slot + 1) & (Slots - 1))
        {
            if (keys[slot] == key)
            {
                counts[slot] += count;
                isNew = false;
                return slot;
            }
        }

        isNew = true;
        if (Count == Limit)
            return -1;
        Count++;
        keys[slot] = key;
        counts[slot] = count;
        return slot;
    }

    /// <summary>Says what a new value reads like.</summary>
    public void Name(int slot, string text) => (texts ??= new string[Slots])[slot] = text;

    /// <summary>The values, in the order of their keys.</summary>
    public IEnumerable<(ulong Key, long Count, string? Text)> All() => Enumerable.Range(0, Slots)
        .Where(slot => counts[slot] != 0).OrderBy(slot => keys[slot]).Select(slot => (keys[slot], counts[slot], texts?[slot]));

    public void Write(BinaryWriter writer)
    {
        writer.Write7BitEncodedInt(Count);
        writer.Write(texts is not null);
        foreach (var (key, count, text) in All())
        {
            writer.Write(key);
            writer.Write7BitEncodedInt64(count);
            if (text is not null)
                writer.Write(text);
        }
    }

    public static ValueCounts Read(BinaryReader reader)
    {
        var values = new ValueCounts();
        var left = reader.Read7BitEncodedInt();
        for (var isNamed = reader.ReadBoolean(); left > 0; left--)
        {
            var slot = values.Add(reader.ReadUInt64(), reader.Read7BitEncodedInt64(), out _);
            if (isNamed)
                values.Name(slot, reader.ReadString());
        }

        return values;
    }
}
