namespace Workflow.Data.Profiles;

/// <summary>
/// How many values fell into each of many narrow bins. Only counts, so that the order of values means nothing; pages of bins are made as
/// they are
/// needed.
/// </summary>
internal sealed class Bins(int lowest, int highest)
{
    private const int PageBits = 7;
    private const int PageSize = 1 << PageBits;

    private readonly long[]?[] pages = new long[((highest - lowest) >> PageBits) + 1][];

    public void Add(int bin, long count)
    {
        var at = Math.Clamp(bin, lowest, highest) - lowest;
        var page = pages[at >> PageBits] ??= new long[PageSize];
        page[at & (PageSize - 1)] += count;
    }

    public void Add(Bins other)
    {
        foreach (var (bin, count) in other.Counts())
            Add(bin, count);
    }

    /// <summary>The bins that are not empty, in order.</summary>
    public IEnumerable<(int Bin, long Count)> Counts()
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

    public void Write(BinaryWriter writer)
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

    public void Read(BinaryReader reader)
    {
        var bin = lowest;
        for (var left = reader.Read7BitEncodedInt(); left > 0; left--)
        {
            bin += reader.Read7BitEncodedInt();
            Add(bin, reader.Read7BitEncodedInt64());
        }
    }
}
