namespace Workflow.Data;

/// <summary>A relation that lies in the artifact store as one Parquet file.</summary>
/// <param name="Sha256">The hash of the file, 64 hex digits.</param>
/// <param name="Bytes">The length of the file.</param>
/// <param name="Rows">How many rows it has.</param>
/// <param name="Schema">Its columns, in order.</param>
/// <param name="Profile">What each column holds, in the same order.</param>
/// <param name="WriterVersion">Who wrote the file, such as <c>duckdb v1.5.6</c>: another version may give the same rows other
/// bytes.</param>
public sealed record StoredDataset(
    string Sha256, long Bytes, long Rows, IReadOnlyList<Column> Schema, IReadOnlyList<ColumnProfile> Profile, string WriterVersion)
{
    /// <summary>The profile in a form that adds up over slices, see <see cref="Profiles.DatasetSketch"/>.</summary>
    public ReadOnlyMemory<byte> Sketch { get; init; }

    /// <summary>What became of the rows that were read; null where the rows written are others than those read, as in a sum.</summary>
    public RowCounts? Counts { get; init; }

    /// <summary>What the source was found to be, such as <c>csv, delimiter ';', windows-1252</c>; null for no source.</summary>
    public string? Source { get; init; }
}
