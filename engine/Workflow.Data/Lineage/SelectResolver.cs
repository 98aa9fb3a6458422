using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Workflow.Data.Lineage;

/// <summary>
/// Follows the columns of a query to those of its inputs, over the parse tree that DuckDB's <c>json_serialize_sql</c> gives. Nothing is
/// run.
/// </summary>
internal sealed partial class SelectResolver
{
    private static readonly TimeSpan PatternLimit = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, Relation> inputs;
    private readonly Expressions expressions;

    /// <param name="inputs">The inputs' columns, by the name that the SQL has for each.</param>
    /// <param name="aggregates">The names of DuckDB's aggregate functions.</param>
    public SelectResolver(IReadOnlyDictionary<string, IReadOnlyList<string>> inputs, IReadOnlySet<string> aggregates)
    {
        this.inputs = inputs.ToDictionary(
            input => input.Key,
            input => new Relation(
                [.. input.Value.Select(column => new RelationColumn(
                    column, new HashSet<Origin> { new(input.Key, column, LineageHow.Identity) }))],
                new HashSet<Origin>()),
            StringComparer.OrdinalIgnoreCase);
        expressions = new Expressions(aggregates, Query);
    }

    /// <summary>What a whole statement gives.</summary>
    public Relation Resolve(JsonElement node) =>
        Query(node, new Scope([], ImmutableDictionary.Create<string, Relation>(StringComparer.OrdinalIgnoreCase), null));

    private Relation Query(JsonElement node, Scope around)
    {
        var scope = around with { Sources = [], Selected = [] };
        foreach (var cte in node.At("cte_map").List("map"))
        {
            var relation = Query(cte.At("value").At("query").At("node"), scope).Renamed(cte.At("value").Texts("aliases"));
            scope = scope with { Ctes = scope.Ctes.SetItem(cte.Text("key"), relation) };
        }

        return node.Text("type") switch
        {
            "SELECT_NODE" => Select(node, scope),
            "SET_OPERATION_NODE" => Modified(node, scope, SetOperation(node, scope)),
            "RECURSIVE_CTE_NODE" => Recursive(node, scope),
            _ => Anything(node, scope),
        };
    }

    private Relation Select(JsonElement node, Scope scope)
    {
        var decides = new HashSet<Origin>();
        scope = From(node.At("from_table"), scope, decides);
        Decide(node.Object("where_clause"), LineageHow.Filter);

        var columns = new List<RelationColumn>();
        var keys = new List<RelationColumn>();
        var isOpen = false;
        foreach (var term in node.List("select_list"))
        {
            var made = Term(term, scope, ref isOpen);
            columns.AddRange(made);
            if (!expressions.HasAggregate(term))
                keys.AddRange(made);
            scope = scope with { Selected = scope.Selected.AddRange(made) };
        }

        foreach (var group in node.List("group_expressions"))
            decides.UnionWith(Ordinal(group, scope).Select(origin => origin.Through(LineageHow.GroupBy)));
        if (node.Text("aggregate_handling") == "FORCE_AGGREGATES")
            decides.UnionWith(keys.SelectMany(column => column.Origins).Select(origin => origin.Through(LineageHow.GroupBy)));
        Decide(node.Object("having"), LineageHow.Filter);
        Decide(node.Object("qualify"), LineageHow.Filter);
        var relation = new Relation(columns, decides)
        {
            Others = isOpen ? scope.Sources.SelectMany(source => source.Relation.Everything).ToHashSet() : null,
        };
        return Modified(node, scope, relation);

        void Decide(JsonElement? clause, LineageHow how)
        {
            if (clause is { } expression)
                decides.UnionWith(expressions.Of(expression, scope).Select(origin => origin.Through(how)));
        }
    }

    /// <summary>The columns of one term: a star has many.</summary>
    private IReadOnlyList<RelationColumn> Term(JsonElement term, Scope scope, ref bool isOpen)
    {
        if (term.Text("class") == "STAR")
            return Star(term, scope, ref isOpen);
        if (term.Has(node => node.Text("class") == "STAR" && node.Flag("columns")))
        {
            // One term for each column that COLUMNS(...) finds; which, only the database knows.
            isOpen = true;
            return [];
        }

        var name = term.Text("alias") is { Length: > 0 } alias ? alias : term.Texts("column_names").LastOrDefault() ?? "";
        return [new RelationColumn(name, expressions.Of(term, scope))];
    }

    private IReadOnlyList<RelationColumn> Star(JsonElement star, Scope scope, ref bool isOpen)
    {
        var of = star.Text("relation_name");
        var sources = scope.Sources.Where(source => of.Length == 0 || string.Equals(source.Alias, of, StringComparison.OrdinalIgnoreCase))
            .ToList();
        isOpen |= sources.Exists(source => source.Relation.Others is not null);
        var excluded = star.Texts("exclude_list")
            .Concat(star.List("exclude_list").Concat(star.List("qualified_exclude_list")).Select(item => item.Text("column")))
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        var renamed = star.List("rename_list").ToDictionary(
            item => item.At("key").Text("column"), item => item.Text("value"), StringComparer.OrdinalIgnoreCase);
        var replaced = star.List("replace_list")
            .ToDictionary(item => item.Text("key"), item => item.At("value"), StringComparer.OrdinalIgnoreCase);

        var found = sources
            .SelectMany(source => source.Relation.Columns.Where(column => of.Length > 0 || !source.Merged.Contains(column.Name)))
            .Where(column => !excluded.Contains(column.Name));
        if (star.Object("expr") is { } pattern)
        {
            if (Pattern(pattern) is not { } matches)
            {
                isOpen = true;
                return [];
            }

            found = found.Where(column => matches.IsMatch(column.Name));
        }

        return [.. found.Select(column => replaced.TryGetValue(column.Name, out var value)
            ? column with { Origins = expressions.Of(value, scope) }
            : column with
            {
                Name = renamed.GetValueOrDefault(column.Name) ?? column.Name,

                // A column that USING merged is that of all its sources.
                Origins = of.Length == 0 && scope.Sources.Exists(source => source.Merged.Contains(column.Name))
                    ? scope.Resolve([column.Name])
                    : column.Origins,
            })];
    }

    private static Regex? Pattern(JsonElement expression)
    {
        if (expression.Text("class") != "CONSTANT" || expression.At("value").Text("value") is not { Length: > 0 } text)
            return null;
        try
        {
            return new Regex(text, RegexOptions.CultureInvariant, PatternLimit);
        }
        catch (ArgumentException)
        {
            // DuckDB's patterns are not quite .NET's.
            return null;
        }
    }

    private IReadOnlySet<Origin> Ordinal(JsonElement expression, Scope scope)
    {
        var value = expression.At("value").At("value");
        return expression.Text("class") == "CONSTANT" && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number)
            && number >= 1 && number <= scope.Selected.Count
            ? scope.Selected[number - 1].Origins
            : expressions.Of(expression, scope, selectedFirst: true);
    }

    private Relation Modified(JsonElement node, Scope scope, Relation relation)
    {
        var inside = scope with { Selected = [.. relation.Columns] };
        var decides = new HashSet<Origin>(relation.Indirect);
        foreach (var modifier in node.List("modifiers"))
        {
            foreach (var order in modifier.List("orders").Select(order => order.At("expression")))
            {
                var origins = order.Text("class") == "STAR" ? relation.Everything : Ordinal(order, inside);
                decides.UnionWith(origins.Select(origin => origin.Through(LineageHow.Sort)));
            }

            foreach (var key in modifier.List("distinct_on_targets"))
                decides.UnionWith(Ordinal(key, inside).Select(origin => origin.Through(LineageHow.GroupBy)));
        }

        return relation with { Indirect = decides };
    }
}
