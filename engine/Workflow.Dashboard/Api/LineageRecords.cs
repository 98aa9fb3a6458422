using System.Text.Json;

namespace Workflow.Dashboard.Api;

/// <summary>Where something comes from, or where it goes.</summary>
/// <param name="Of">What was asked about, such as <c>model:taxi_fare</c>.</param>
/// <param name="Direction"><c>upstream</c> or <c>downstream</c>.</param>
/// <param name="Column">The column that was asked about.</param>
/// <param name="Roots">The nodes where the graph begins.</param>
/// <param name="Edges">From what something was made, to it.</param>
/// <param name="IsTruncated">Whether there is more than is shown.</param>
public sealed record LineageGraph(
    string Of, string Direction, string? Column, IReadOnlyList<string> Roots, IReadOnlyList<LineageNode> Nodes,
    IReadOnlyList<LineageEdge> Edges, bool IsTruncated);

/// <summary>What a node of lineage is.</summary>
public enum LineageNodeKind
{
    /// <summary>A version of a dataset.</summary>
    Dataset,

    /// <summary>A version of a model.</summary>
    Model,

    /// <summary>A file or address that was read.</summary>
    Source,

    /// <summary>A gate's verdict.</summary>
    Gate,
}

/// <summary>A version, source or verdict.</summary>
/// <param name="Id">Unique in the graph, such as <c>dataset:taxi.raw@3</c>.</param>
/// <param name="Name">The dataset, model or gate; a source's path or address.</param>
/// <param name="Sha256">The hash of its content; for a source, of the file as it came.</param>
/// <param name="Partition">The slice of the dataset that it is.</param>
/// <param name="Aliases">The aliases that a model version holds.</param>
/// <param name="Dialect">How a source was read.</param>
/// <param name="Verdict">A gate's verdict.</param>
/// <param name="Checks">The checks that led to it.</param>
/// <param name="Columns">The columns that a question about a column is about; null when it is all of them, or no such question.</param>
/// <param name="ExpiredAt">When a version's content went by the dataset's retention; null while it is there.</param>
/// <param name="MadeBy">The code and the attempt that made it.</param>
public sealed record LineageNode(
    string Id, LineageNodeKind Kind, string Name, int? Version = null, string? Sha256 = null, long? Bytes = null, long? Rows = null,
    IReadOnlyDictionary<string, string>? Partition = null, IReadOnlyList<string>? Aliases = null,
    IReadOnlyDictionary<string, JsonElement>? Dialect = null, Verdict? Verdict = null, IReadOnlyList<LineageCheck>? Checks = null,
    IReadOnlyList<string>? Columns = null, DateTime? CreatedAt = null, DateTime? ExpiredAt = null, LineageCode? MadeBy = null);

/// <summary>A check of a gate.</summary>
public sealed record LineageCheck(string Check, string? Column, string Threshold, Verdict Verdict, double? Observed);

/// <summary>The attempt that made something, and its code.</summary>
/// <param name="DagVersion">The number of the DAG version.</param>
/// <param name="DagHash">Its hash.</param>
/// <param name="Worker">The name of the worker.</param>
public sealed record LineageCode(
    string DagId, int? DagVersion, string? DagHash, string RunId, string TaskId, int MapIndex, int TryNumber, string? Worker);

/// <summary>One node was made from another.</summary>
/// <param name="How"><c>read</c>, <c>trained_on</c>, <c>applied</c>, <c>ingested</c> or <c>judged</c>; of columns, how one bears on the other.</param>
/// <param name="FromColumn">The column at its beginning; null for all.</param>
/// <param name="ToColumn">The column at its end; null for all.</param>
public sealed record LineageEdge(string From, string To, string How, string? FromColumn = null, string? ToColumn = null);
