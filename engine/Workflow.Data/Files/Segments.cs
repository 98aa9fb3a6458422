using Workflow.Artifacts;

namespace Workflow.Data.Files;

/// <summary>
/// A text file, cut into files of <see cref="DatasetWriter.RowGroupRows"/> records each, with one kind of line end and nothing but records.
/// </summary>
/// <remarks>
/// DuckDB reads each of them with one thread and makes one Parquet row group of it, in the order of the files. Of one whole file it would
/// make row groups whose sizes depend on which thread comes first. The copy costs about a tenth of the reading; the same pass counts and
/// checks the records, so that DuckDB's count of rows is held against another one.
/// </remarks>
internal sealed class Segments(IArtifactStore store) : IDisposable
{
    private readonly byte[] buffer = new byte[1 << 18];
    private readonly List<string> paths = [];
    private FileStream? open;
    private int used;

    /// <summary>The files; an empty one when there are no records.</summary>
    public IReadOnlyList<string> Paths => paths;

    /// <summary>How many records were added.</summary>
    public long Rows { get; private set; }

    /// <summary>How many records the file that is open takes.</summary>
    public int Room => DatasetWriter.RowGroupRows - (int)(Rows % DatasetWriter.RowGroupRows);

    /// <summary>Adds a record, without a line end.</summary>
    public void Add(ReadOnlySpan<byte> record)
    {
        if (Rows % DatasetWriter.RowGroupRows == 0)
            Begin();
        Rows++;
        if (used + record.Length + 1 > buffer.Length)
            Flush();
        if (record.Length + 1 > buffer.Length)
        {
            open!.Write(record);
        }
        else
        {
            record.CopyTo(buffer.AsSpan(used));
            used += record.Length;
        }

        buffer[used++] = (byte)'\n';
    }

    /// <summary>Adds records with an LF at the end of each, at most as many as there is <see cref="Room"/> for.</summary>
    public void Add(ReadOnlySpan<byte> lines, int records)
    {
        if (Rows % DatasetWriter.RowGroupRows == 0)
            Begin();
        Rows += records;
        Flush();
        open!.Write(lines);
    }

    /// <summary>Ends the last file.</summary>
    public void Finish()
    {
        if (open is null)
            Begin();
        Flush();
        open!.Dispose();
    }

    /// <summary>Deletes the files. A kill before leaves them to the sweep of staged files.</summary>
    public void Dispose()
    {
        open?.Dispose();
        foreach (var path in paths)
            File.Delete(path);
    }

    private void Begin()
    {
        if (open is not null)
        {
            Flush();
            open.Dispose();
        }

        var path = store.Stage();
        paths.Add(path);
        open = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
    }

    private void Flush()
    {
        open!.Write(buffer.AsSpan(0, used));
        used = 0;
    }
}
