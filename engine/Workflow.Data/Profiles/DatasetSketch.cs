using System.IO.Compression;

namespace Workflow.Data.Profiles;

/// <summary>
/// What the columns of a dataset hold, in a form that adds up: the sketches of slices make that of the dataset as a whole, exactly as one
/// that was
/// made of all rows at once. About three kilobytes a column.
/// </summary>
public sealed class DatasetSketch
{
    /// <summary>The format in which times were counted by the day.</summary>
    internal const byte TimesByDay = 1;

    private const byte Format = 2;

    private readonly List<ColumnSketch> columns;

    internal DatasetSketch(long rows, IEnumerable<ColumnSketch> columns)
    {
        Rows = rows;
        this.columns = [.. columns];
    }

    /// <summary>How many rows there are.</summary>
    public long Rows { get; private set; }

    /// <summary>What each column holds, in the order of the columns.</summary>
    public IReadOnlyList<ColumnProfile> Profile() => [.. columns.Select(ColumnSummary.Of)];

    /// <summary>The sketch of several slices together; a column that one of them lacks is null there.</summary>
    /// <exception cref="ArgumentException">There are none.</exception>
    public static DatasetSketch Merge(IEnumerable<DatasetSketch> slices)
    {
        ArgumentNullException.ThrowIfNull(slices);
        DatasetSketch? whole = null;
        foreach (var slice in slices)
        {
            whole ??= new DatasetSketch(0, []);
            whole.Add(slice);
        }

        return whole ?? throw new ArgumentException("There are no slices to merge.", nameof(slices));
    }

    /// <summary>The bytes to store.</summary>
    public byte[] ToBytes()
    {
        using var bytes = new MemoryStream();
        bytes.WriteByte(Format);
        using (var packed = new DeflateStream(bytes, CompressionLevel.Optimal, leaveOpen: true))
        using (var writer = new BinaryWriter(packed))
            Write(writer);
        return bytes.ToArray();
    }

    /// <summary>A sketch from the bytes stored.</summary>
    /// <exception cref="WorkflowException">A newer version of the product stored them.</exception>
    public static DatasetSketch Of(byte[] bytes)
    {
        using var stored = new MemoryStream(bytes);
        var format = (byte)stored.ReadByte();
        if (format is not (Format or TimesByDay))
            throw new WorkflowException($"The sketch is of format {format}, and this version reads up to {Format}: upgrade this program.");
        using var packed = new DeflateStream(stored, CompressionMode.Decompress);
        using var reader = new BinaryReader(packed);
        var rows = reader.ReadInt64();
        return new DatasetSketch(rows, Enumerable.Range(0, reader.Read7BitEncodedInt()).Select(_ => ColumnSketch.Read(reader, format)));
    }

    internal void Write(BinaryWriter writer)
    {
        writer.Write(Rows);
        writer.Write7BitEncodedInt(columns.Count);
        foreach (var column in columns)
            column.Write(writer);
    }

    private void Add(DatasetSketch slice)
    {
        foreach (var column in slice.columns)
        {
            var mine = columns.Find(candidate => candidate.Name == column.Name);
            if (mine is null)
            {
                mine = new ColumnSketch(column.Name, column.Type);
                mine.AddNulls(Rows);
                columns.Add(mine);
            }

            mine.Add(column);
        }

        Rows += slice.Rows;
        foreach (var mine in columns.Where(mine => slice.columns.TrueForAll(column => column.Name != mine.Name)))
            mine.AddNulls(slice.Rows);
    }
}
