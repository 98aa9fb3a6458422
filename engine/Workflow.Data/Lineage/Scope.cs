using System.Collections.Immutable;

namespace Workflow.Data.Lineage;

/// <summary>What names mean at one place of a query.</summary>
/// <param name="Sources">What <c>FROM</c> reads.</param>
/// <param name="Ctes">The named queries that are visible.</param>
/// <param name="Outer">The query around this one; null at the top.</param>
internal sealed record Scope(ImmutableList<Source> Sources, ImmutableDictionary<string, Relation> Ctes, Scope? Outer)
{
    /// <summary>Columns of the <c>SELECT</c> list, which DuckDB lets later terms and clauses name.</summary>
    public ImmutableList<RelationColumn> Selected { get; init; } = [];

    /// <summary>The parameters of lambdas, which are no columns.</summary>
    public ImmutableHashSet<string> Lambda { get; init; } = [];

    /// <summary>The origins of a name as written, with its parts in order.</summary>
    /// <param name="parts">Such as <c>t</c> and <c>a</c> for <c>t.a</c>.</param>
    /// <param name="selectedFirst">Whether a name of the <c>SELECT</c> list goes before a column, as in <c>ORDER BY</c>.</param>
    public IReadOnlySet<Origin> Resolve(IReadOnlyList<string> parts, bool selectedFirst = false) =>
        Lambda.Contains(parts[0], StringComparer.OrdinalIgnoreCase)
            ? new HashSet<Origin>()
            : Find(parts, selectedFirst) ?? Unknown();

    private IReadOnlySet<Origin>? Find(IReadOnlyList<string> parts, bool selectedFirst)
    {
        if (selectedFirst && parts.Count == 1 && FindSelected(parts[0]) is { } first)
            return first;

        // The longest name of a source wins: in a.b.c, a.b may be a table with its schema, a a table, or a column of structs.
        for (var index = Math.Min(parts.Count - 2, 2); index >= 0; index--)
        {
            if (Sources.FirstOrDefault(source => Same(source.Alias, parts[index])) is { } source
                && (source.Relation.Find(parts[index + 1])?.Origins ?? source.Relation.Others) is { } qualified)
                return Deep(qualified, parts.Count > index + 2);
        }

        var columns = Sources.Select(source => source.Relation.Find(parts[0])).OfType<RelationColumn>().ToList();
        if (columns.Count > 0)
        {
            // A column that USING merged is that of all its sources: an outer join takes the value from whichever has one.
            return Deep(columns.SelectMany(column => column.Origins).ToHashSet(), parts.Count > 1);
        }

        if (Sources.FirstOrDefault(source => Same(source.Alias, parts[0])) is { } row)
            return row.Relation.Everything.Select(origin => origin.Through(LineageHow.Transformation)).ToHashSet();
        if (FindSelected(parts[0]) is { } selected)
            return selected;
        var open = Sources.Where(source => source.Relation.Others is not null).ToList();
        return Outer?.Find(parts, selectedFirst: false)
            ?? (open.Count == 0 ? null : open.SelectMany(source => source.Relation.Others!).ToHashSet());
    }

    private IReadOnlySet<Origin>? FindSelected(string name) => Selected.FirstOrDefault(column => Same(column.Name, name))?.Origins;

    /// <summary>What cannot be found comes from anything that is there to be read: never from nothing.</summary>
    private HashSet<Origin> Unknown() =>
        [.. Sources.SelectMany(source => source.Relation.Everything).Select(origin => origin.Through(LineageHow.Transformation)),
            .. Outer?.Unknown() ?? []];

    private static IReadOnlySet<Origin> Deep(IReadOnlySet<Origin> origins, bool isPart) =>
        isPart ? origins.Select(origin => origin.Through(LineageHow.Transformation)).ToHashSet() : origins;

    private static bool Same(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}
