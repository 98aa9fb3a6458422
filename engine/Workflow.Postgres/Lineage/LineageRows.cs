namespace Workflow.Postgres.Lineage;

/// <summary>A version that a walk reached.</summary>
/// <param name="Kind"><c>dataset</c> or <c>model</c>.</param>
/// <param name="Id">The engine's key of the version.</param>
/// <param name="Depth">How many steps it took.</param>
public sealed record ReachedRow(string Kind, long Id, int Depth);

/// <summary>A column that a walk upstream reached, and from where; without a column, all of them.</summary>
public sealed record ReachedColumnRow(long Id, string? Column, long? ToId, string? ToColumn, string? How, int Depth);

/// <summary>What would break with a column, by the version that is in use; without a column, the whole of it.</summary>
public sealed record ImpactRow(
    string Kind, long Id, string? Column, string? FromKind, long? FromId, string? FromColumn, string? How, int Depth);

/// <summary>One version was made from another.</summary>
public sealed record LineageEdgeRow(string FromKind, long FromId, string ToKind, long ToId, string How);

/// <summary>A version of a dataset or a model with what made it.</summary>
public sealed record LineageVersionRow
{
    /// <summary>The engine's key.</summary>
    public long Id { get; init; }

    /// <summary>The dataset or model.</summary>
    public string Name { get; init; } = "";

    /// <summary>Its number.</summary>
    public int Version { get; init; }

    /// <summary>The hash of its content.</summary>
    public string Sha256 { get; init; } = "";

    /// <summary>How many rows it has; null for a model.</summary>
    public long? Rows { get; init; }

    /// <summary>The slice, as JSON.</summary>
    public string Partition { get; init; } = "{}";

    /// <summary>The aliases that it holds.</summary>
    public string[] Aliases { get; init; } = [];

    /// <summary>When it was published.</summary>
    public DateTime PublishedAt { get; init; }

    /// <summary>When its content went by the dataset's retention; null while it is there.</summary>
    public DateTime? ExpiredAt { get; init; }

    /// <inheritdoc cref="GateLineageRow.DagId"/>
    public string DagId { get; init; } = "";

    /// <inheritdoc cref="GateLineageRow.DagVersion"/>
    public int? DagVersion { get; init; }

    /// <inheritdoc cref="GateLineageRow.DagHash"/>
    public string? DagHash { get; init; }

    /// <inheritdoc cref="GateLineageRow.RunKey"/>
    public string RunKey { get; init; } = "";

    /// <inheritdoc cref="GateLineageRow.TaskId"/>
    public string TaskId { get; init; } = "";

    /// <inheritdoc cref="GateLineageRow.MapIndex"/>
    public int MapIndex { get; init; }

    /// <inheritdoc cref="GateLineageRow.Attempt"/>
    public int Attempt { get; init; }

    /// <inheritdoc cref="GateLineageRow.Worker"/>
    public string? Worker { get; init; }
}

/// <summary>What a version was read from.</summary>
/// <param name="Id">The dataset version.</param>
/// <param name="Location">The path or address.</param>
/// <param name="Sha256">The hash of the file.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Dialect">How it was read, as JSON.</param>
public sealed record SourceRow(long Id, string Location, string? Sha256, long? Bytes, string Dialect);

/// <summary>The last verdict of a gate on a version.</summary>
/// <param name="Id">The verdict's key.</param>
/// <param name="DatasetId">The dataset version that was judged.</param>
/// <param name="ModelId">The model version that was judged.</param>
/// <param name="Verdict">The verdict.</param>
/// <param name="Checks">The checks, as JSON.</param>
/// <param name="PublishedAt">When.</param>
/// <param name="DagId">The DAG of the code.</param>
/// <param name="DagVersion">The number of its version.</param>
/// <param name="DagHash">The hash of its version.</param>
/// <param name="RunKey">The run's id.</param>
/// <param name="TaskId">The task.</param>
/// <param name="MapIndex">Its place in a fan-out, or -1.</param>
/// <param name="Attempt">Its attempt.</param>
/// <param name="Worker">The worker's name.</param>
public sealed record GateLineageRow(
    long Id, long? DatasetId, long? ModelId, string Verdict, string Checks, DateTime PublishedAt, string DagId, int? DagVersion,
    string? DagHash, string RunKey, string TaskId, int MapIndex, int Attempt, string? Worker);
