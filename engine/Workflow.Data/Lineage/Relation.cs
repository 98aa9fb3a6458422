namespace Workflow.Data.Lineage;

/// <summary>A column of an input, and how it bears on what it is an origin of.</summary>
/// <param name="Input">The input, as the SQL calls it.</param>
/// <param name="Column">Its column; null for all of them.</param>
/// <param name="How">How it bears.</param>
internal sealed record Origin(string Input, string? Column, LineageHow How)
{
    /// <summary>The same column seen through one more step: what decides goes on deciding, and what is computed stays computed.</summary>
    public Origin Through(LineageHow how) => !ColumnEdge.IsDirect(how)
        ? this with { How = how }
        : ColumnEdge.IsDirect(How) && how > How ? this with { How = how } : this;
}

/// <summary>A column that a relation has, with its origins.</summary>
internal sealed record RelationColumn(string Name, IReadOnlySet<Origin> Origins);

/// <summary>What a query or a table gives.</summary>
/// <param name="Columns">Its columns, in order.</param>
/// <param name="Indirect">What decides which rows there are, or in which order.</param>
internal sealed record Relation(IReadOnlyList<RelationColumn> Columns, IReadOnlySet<Origin> Indirect)
{
    /// <summary>Nothing at all.</summary>
    public static readonly Relation Empty = new([], new HashSet<Origin>());

    /// <summary>What a column comes from that is not among the known ones; null when there are no others.</summary>
    public IReadOnlySet<Origin>? Others { get; init; }

    /// <summary>Where anything of it may come from.</summary>
    public IEnumerable<Origin> Everything => Columns.SelectMany(column => column.Origins).Concat(Others ?? new HashSet<Origin>());

    /// <summary>The column of a name, which DuckDB tells apart without regard to case.</summary>
    public RelationColumn? Find(string name) =>
        Columns.FirstOrDefault(column => string.Equals(column.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>With other names for the first columns.</summary>
    public Relation Renamed(IReadOnlyList<string> names) => names.Count == 0
        ? this
        : this with
        {
            Columns = [.. Columns.Select((column, index) => index < names.Count ? column with { Name = names[index] } : column)],
        };
}

/// <summary>A relation that a <c>FROM</c> clause reads under a name.</summary>
/// <param name="Alias">The name.</param>
/// <param name="Relation">What it gives.</param>
internal sealed record Source(string Alias, Relation Relation)
{
    /// <summary>Columns that <c>USING</c> has merged into those of an earlier source: a star does not give them again.</summary>
    public IReadOnlySet<string> Merged { get; init; } = new HashSet<string>();
}
