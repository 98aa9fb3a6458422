using System.Text.Json;

namespace Workflow.Data.Lineage;

/// <content>What a query reads from.</content>
internal sealed partial class SelectResolver
{
    // A recursive query adds origins until it adds none; each round adds at least one of finitely many, and few queries need three.
    private const int MostRounds = 20;

    /// <summary>The scope with what a <c>FROM</c> clause reads; what decides about its rows is added to the set.</summary>
    private Scope From(JsonElement table, Scope scope, HashSet<Origin> decides)
    {
        switch (table.Text("type"))
        {
            case "EMPTY" or "":
                return scope;
            case "JOIN":
                return Join(table, scope, decides);
        }

        var names = table.Texts("column_name_alias");
        var alias = table.Text("alias") is { Length: > 0 } given ? given : table.Text("table_name");
        var relation = table.Text("type") switch
        {
            "BASE_TABLE" => Named(table.Text("table_name"), scope),
            "SUBQUERY" => Query(table.At("subquery").At("node"), Lateral(scope)),
            "EXPRESSION_LIST" => Values(table, scope),
            "TABLE_FUNCTION" => TableFunction(table, scope, names),
            _ => Anything(table, scope),
        };
        decides.UnionWith(relation.Indirect);
        return scope with { Sources = scope.Sources.Add(new Source(alias, relation.Renamed(names))) };
    }

    /// <summary>What was read before in the same clause can be named inside of a lateral one.</summary>
    private static Scope Lateral(Scope scope) => scope with { Outer = scope };

    /// <summary>A named query, an input, or something that is no dataset, such as a file that the SQL names.</summary>
    private Relation Named(string name, Scope scope) =>
        scope.Ctes.GetValueOrDefault(name) ?? inputs.GetValueOrDefault(name) ?? Relation.Empty with { Others = new HashSet<Origin>() };

    private Scope Join(JsonElement join, Scope scope, HashSet<Origin> decides)
    {
        var before = scope.Sources.Count;
        var left = From(join.At("left"), scope, decides);
        var both = From(join.At("right"), left, decides);
        var merged = join.Text("ref_type") == "NATURAL" ? Common(both, before, left.Sources.Count) : join.Texts("using_columns");
        foreach (var name in merged)
            decides.UnionWith(both.Resolve([name]).Select(origin => origin.Through(LineageHow.Join)));
        if (join.Object("condition") is { } condition)
            decides.UnionWith(expressions.Of(condition, both).Select(origin => origin.Through(LineageHow.Join)));

        // The right side of a semi or an anti join decides, and is not read any further.
        if (join.Text("join_type") is "SEMI" or "ANTI")
            return left;
        var hidden = merged.ToHashSet(StringComparer.OrdinalIgnoreCase);
        return both with
        {
            Sources = [.. both.Sources.Select((source, index) => index >= left.Sources.Count && hidden.Count > 0
                ? source with { Merged = source.Merged.Concat(hidden).ToHashSet(StringComparer.OrdinalIgnoreCase) }
                : source)],
        };
    }

    private static IReadOnlyList<string> Common(Scope both, int from, int middle)
    {
        IEnumerable<string> Names(IEnumerable<Source> sources) =>
            sources.SelectMany(source => source.Relation.Columns).Select(column => column.Name);
        return [.. Names(both.Sources.Skip(from).Take(middle - from))
            .Intersect(Names(both.Sources.Skip(middle)), StringComparer.OrdinalIgnoreCase)];
    }

    private Relation Values(JsonElement list, Scope scope)
    {
        var columns = new List<HashSet<Origin>>();
        foreach (var row in list.List("values").Where(row => row.ValueKind == JsonValueKind.Array))
        {
            foreach (var (index, value) in row.EnumerateArray().Index())
            {
                if (index == columns.Count)
                    columns.Add([]);
                columns[index].UnionWith(expressions.Of(value, scope));
            }
        }

        return new Relation([.. columns.Select((origins, index) => new RelationColumn($"col{index}", origins))], new HashSet<Origin>());
    }

    private Relation TableFunction(JsonElement table, Scope scope, IReadOnlyList<string> names)
    {
        var origins = expressions.Of(table.At("function"), scope).Select(origin => origin.Through(LineageHow.Transformation)).ToHashSet();
        return new Relation([.. names.Select(name => new RelationColumn(name, origins))], new HashSet<Origin>()) { Others = origins };
    }

    private Relation SetOperation(JsonElement node, Scope scope)
    {
        var children = node.List("children").ToList();
        if (children.Count == 0)
            children = [node.At("left"), node.At("right")];
        var parts = children.Select(child => Query(child, scope)).ToList();
        var decides = parts.SelectMany(part => part.Indirect).ToHashSet();
        var first = parts[0];
        var operation = node.Text("setop_type");
        if (operation is "EXCEPT" or "INTERSECT")
        {
            decides.UnionWith(parts.Skip(1).SelectMany(part => part.Everything).Select(origin => origin.Through(LineageHow.Filter)));
            return first with { Indirect = decides };
        }

        var others = parts.Exists(part => part.Others is not null) ? parts.SelectMany(part => part.Everything).ToHashSet() : null;
        var names = operation == "UNION_BY_NAME"
            ? parts.SelectMany(part => part.Columns).Select(column => column.Name).Distinct(StringComparer.OrdinalIgnoreCase).ToList()
            : null;
        var columns = names is not null
            ? names.Select(name => new RelationColumn(
                name, parts.SelectMany(part => part.Find(name)?.Origins ?? new HashSet<Origin>()).ToHashSet()))
            : first.Columns.Select((column, index) => column with
            {
                Origins = parts.Where(part => index < part.Columns.Count).SelectMany(part => part.Columns[index].Origins).ToHashSet(),
            });
        return new Relation([.. columns], decides) { Others = others };
    }

    private Relation Recursive(JsonElement node, Scope scope)
    {
        var found = Query(node.At("left"), scope);
        for (var round = 0; round < MostRounds; round++)
        {
            var inside = scope with { Ctes = scope.Ctes.SetItem(node.Text("cte_name"), found) };
            var step = Query(node.At("right"), inside);
            var grown = new Relation(
                [.. found.Columns.Select((column, index) => column with
                {
                    Origins = column.Origins.Union(index < step.Columns.Count ? step.Columns[index].Origins : new HashSet<Origin>())
                        .ToHashSet(),
                })],
                found.Indirect.Union(step.Indirect).ToHashSet())
            { Others = found.Others ?? step.Others };
            var isDone = grown.Everything.Count() == found.Everything.Count() && grown.Indirect.Count == found.Indirect.Count;
            found = grown;
            if (isDone)
                break;
        }

        return found;
    }

    /// <summary>What is not understood reads all columns of every table that is named in it.</summary>
    private Relation Anything(JsonElement node, Scope scope) => Relation.Empty with
    {
        Others = Tables(node).SelectMany(name => Named(name, scope).Everything)
            .Select(origin => origin.Through(LineageHow.Transformation)).ToHashSet(),
    };

    private static IEnumerable<string> Tables(JsonElement node) =>
        (node.Text("type") == "BASE_TABLE" ? [node.Text("table_name")] : Enumerable.Empty<string>()).Concat(node.Below()
            .SelectMany(Tables));
}
