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
    /// <summary>The file that it was read from; null when it was not read from one.</summary>
    public SourceFile? Source { get; init; }

    /// <summary>From which columns its columns come; an input of the query is named as the query names it.</summary>
    public IReadOnlyList<ColumnEdge> Lineage { get; init; } = [];
}

/// <summary>A file that was read.</summary>
/// <param name="Location">Its path or address, without what may be secret in it.</param>
/// <param name="Sha256">The hash of its bytes as they came.</param>
/// <param name="Bytes">How many those are.</param>
/// <param name="Dialect">How it was read: its <c>format</c>, and the <c>delimiter</c> of a CSV file.</param>
public sealed record SourceFile(string Location, string Sha256, long Bytes, IReadOnlyDictionary<string, string> Dialect);
