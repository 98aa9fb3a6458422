namespace Workflow;

/// <summary>How a column bears on another; the names and their meaning are OpenLineage's subtypes of transformations.</summary>
public enum LineageHow
{
    /// <summary>The value itself.</summary>
    Identity,

    /// <summary>A value computed from it, row by row.</summary>
    Transformation,

    /// <summary>A value computed from many of its values.</summary>
    Aggregation,

    /// <summary>It decides which rows of two relations belong together.</summary>
    Join,

    /// <summary>It decides which rows there are.</summary>
    Filter,

    /// <summary>It decides which rows are taken together.</summary>
    GroupBy,

    /// <summary>It decides the order.</summary>
    Sort,

    /// <summary>It decides over which rows a window function runs.</summary>
    Window,

    /// <summary>It decides which of several values is taken.</summary>
    Conditional,
}

/// <summary>One step of a column's lineage.</summary>
/// <param name="Column">The column that was made; null for every column, as for what decides which rows there are.</param>
/// <param name="Input">The dataset that it was made from.</param>
/// <param name="From">The column there; null for all of them, where nobody can tell.</param>
/// <param name="How">How the one bears on the other.</param>
public sealed record ColumnEdge(string? Column, string Input, string? From, LineageHow How = LineageHow.Identity)
{
    /// <summary>Whether values flow, rather than decide about others.</summary>
    public static bool IsDirect(LineageHow how) => how <= LineageHow.Aggregation;
}
