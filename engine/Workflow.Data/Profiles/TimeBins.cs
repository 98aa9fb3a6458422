using System.Runtime.InteropServices;

namespace Workflow.Data.Profiles;

/// <summary>
/// Times in bins of one width, the least power of two microseconds with which no more than <see cref="Limit"/> bins are taken: those of a
/// day lie within about a minute of the middle of theirs, those of a year within five hours. As bins only ever run together, the width
/// depends on the set of values alone, and not on the order in which they, or parts of them, were added.
/// </summary>
internal sealed class TimeBins : CellBins
{
    private const int Limit = 1024;

    private Dictionary<long, long> counts = [];
    private int width;

    public override void Add(long cell, long count)
    {
        CollectionsMarshal.GetValueRefOrAddDefault(counts, cell >> width, out _) += count;
        while (counts.Count > Limit)
            Widen();
    }

    public override void Add(CellBins other)
    {
        var added = (TimeBins)other;
        while (width < added.width)
            Widen();
        foreach (var (bin, count) in added.counts)
            Add(bin << added.width, count);
    }

    public override IEnumerable<(long Cell, long Count)> Cells() =>
        counts.OrderBy(bin => bin.Key).Select(bin => ((bin.Key << width) + (1L << width >> 1), bin.Value));

    public override void Write(BinaryWriter writer)
    {
        writer.Write7BitEncodedInt(width);
        writer.Write7BitEncodedInt(counts.Count);
        var before = 0L;
        foreach (var (bin, count) in counts.OrderBy(bin => bin.Key))
        {
            writer.Write7BitEncodedInt64(bin - before);
            writer.Write7BitEncodedInt64(count);
            before = bin;
        }
    }

    public override void Read(BinaryReader reader)
    {
        width = reader.Read7BitEncodedInt();
        var bin = 0L;
        for (var left = reader.Read7BitEncodedInt(); left > 0; left--)
        {
            bin += reader.Read7BitEncodedInt64();
            counts[bin] = reader.Read7BitEncodedInt64();
        }
    }

    /// <summary>Reads what was counted by the day.</summary>
    public void ReadDays(BinaryReader reader)
    {
        var day = (long)SketchType.FirstDay;
        for (var left = reader.Read7BitEncodedInt(); left > 0; left--)
        {
            day += reader.Read7BitEncodedInt();
            Add(day * SketchType.MicrosecondsPerDay, reader.Read7BitEncodedInt64());
        }
    }

    private void Widen()
    {
        width++;
        var wider = new Dictionary<long, long>();
        foreach (var (bin, count) in counts)
            CollectionsMarshal.GetValueRefOrAddDefault(wider, bin >> 1, out _) += count;
        counts = wider;
    }
}
