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

    /// <summary>How a file was read, such as <c>csv, delimiter ';', windows-1252</c>; null for no file.</summary>
    public string? ReadAs { get; init; }

    /// <summary>The file that it was read from; null when it was not read from one.</summary>
    public SourceFile? Source { get; init; }

    /// <summary>From which columns its columns come; an input of the query is named as the query names it.</summary>
    public IReadOnlyList<ColumnEdge> Lineage { get; init; } = [];
}

/// <summary>What was read.</summary>
/// <param name="Location">Its path or address, without what may be secret in it.</param>
/// <param name="Sha256">The hash of its bytes as they came; null for what is no file.</param>
/// <param name="Bytes">How many those are.</param>
/// <param name="Dialect">How it was read: <c>read_as</c> in words.</param>
public sealed record SourceFile(string Location, string? Sha256, long? Bytes, IReadOnlyDictionary<string, string> Dialect)
{
    /// <summary>What was read, and how.</summary>
    /// <param name="location">Its path or address, without what may be secret in it.</param>
    /// <param name="sha256">The hash of its bytes as they came; null for what is no file.</param>
    /// <param name="bytes">How many those are.</param>
    /// <param name="readAs">How it was read, in words.</param>
    public static SourceFile Of(string location, string? sha256, long? bytes, string? readAs) =>
        new(location, sha256, bytes, readAs is null ? new Dictionary<string, string>()
            : new Dictionary<string, string> { ["read_as"] = readAs });
}
