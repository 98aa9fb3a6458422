namespace Workflow.Data.Profiles;

/// <summary>
/// Numbers or days in the bins of their type. Pages of bins are made as they are needed.
/// </summary>
internal sealed class FixedBins(SketchType type, int lowest, int highest) : CellBins
{
    private const int PageBits = 7;
    private const int PageSize = 1 << PageBits;

    private readonly long[]?[] pages = new long[((highest - lowest) >> PageBits) + 1][];

    public override void Add(long cell, long count) => AddTo(type.Bin(cell), count);

    public override void Add(CellBins other)
    {
        foreach (var (bin, count) in ((FixedBins)other).Counts())
            AddTo(bin, count);
    }

    public override IEnumerable<(long Cell, long Count)> Cells() => Counts().Select(bin => (type.Middle(bin.Bin), bin.Count));

    public override void Write(BinaryWriter writer)
    {
        var counts = Counts().ToList();
        writer.Write7BitEncodedInt(counts.Count);
        var before = lowest;
        foreach (var (bin, count) in counts)
        {
            writer.Write7BitEncodedInt(bin - before);
            writer.Write7BitEncodedInt64(count);
            before = bin;
        }
    }

    public override void Read(BinaryReader reader)
    {
        var bin = lowest;
        for (var left = reader.Read7BitEncodedInt(); left > 0; left--)
        {
            bin += reader.Read7BitEncodedInt();
            AddTo(bin, reader.Read7BitEncodedInt64());
        }
    }

    private void AddTo(int bin, long count)
    {
        var at = Math.Clamp(bin, lowest, highest) - lowest;
        var page = pages[at >> PageBits] ??= new long[PageSize];
        page[at & (PageSize - 1)] += count;
    }

    private IEnumerable<(int Bin, long Count)> Counts()
    {
        for (var page = 0; page < pages.Length; page++)
        {
            for (var at = 0; pages[page] is { } counts && at < PageSize; at++)
            {
                if (counts[at] != 0)
                    yield return (lowest + (page << PageBits) + at, counts[at]);
            }
        }
    }
}
