using System.Text.Json;

namespace Workflow.Data.Lineage;

/// <summary>Finds the origins of an expression.</summary>
/// <param name="aggregates">The names of DuckDB's aggregate functions.</param>
/// <param name="resolve">Resolves a query inside an expression.</param>
internal sealed class Expressions(IReadOnlySet<string> aggregates, Func<JsonElement, Scope, Relation> resolve)
{
    /// <summary>The origins of an expression's value.</summary>
    public IReadOnlySet<Origin> Of(JsonElement expression, Scope scope, bool selectedFirst = false)
    {
        var found = new HashSet<Origin>();
        switch (expression.Text("class"))
        {
            case "COLUMN_REF":
                found.UnionWith(scope.Resolve(expression.Texts("column_names"), selectedFirst));
                break;
            case "CONSTANT" or "PARAMETER":
                break;
            case "STAR":
                // Inside of count(*) nothing is read; COLUMNS(...) inside of an expression may be any column.
                if (expression.Flag("columns"))
                    Add(scope.Sources.SelectMany(source => source.Relation.Everything), LineageHow.Transformation);
                break;
            case "FUNCTION":
                var how = IsAggregate(expression) ? LineageHow.Aggregation : LineageHow.Transformation;
                AddAll(expression.List("children"), how);
                AddOne(expression.Object("filter"), LineageHow.Filter);
                AddAll(Orders(expression.Object("order_bys")), LineageHow.Sort);
                break;
            case "WINDOW":
                // lag and first_value take one value of the window, sum takes all.
                var takes = expression.Text("type") == "WINDOW_AGGREGATE" && IsAggregate(expression) ? LineageHow.Aggregation
                    : LineageHow.Transformation;
                AddAll(expression.List("children"), takes);
                AddAll(expression.List("partitions"), LineageHow.Window);
                AddAll(expression.List("orders").Select(order => order.At("expression")), LineageHow.Window);
                AddAll(expression.List("arg_orders").Select(order => order.At("expression")), LineageHow.Sort);
                AddOne(expression.Object("filter_expr"), LineageHow.Filter);
                foreach (var bound in (string[])["start_expr", "end_expr", "offset_expr", "default_expr"])
                    AddOne(expression.Object(bound), LineageHow.Window);
                break;
            case "CASE":
                foreach (var check in expression.List("case_checks"))
                {
                    AddOne(check.Object("when_expr"), LineageHow.Conditional);
                    AddOne(check.Object("then_expr"), LineageHow.Transformation);
                }

                AddOne(expression.Object("else_expr"), LineageHow.Transformation);
                break;
            case "SUBQUERY":
                var inner = resolve(expression.At("subquery").At("node"), scope with { Outer = scope, Sources = [], Selected = [] });
                var decides = expression.Text("subquery_type") != "SCALAR" && expression.Text("subquery_type") != "ARRAY";
                Add(inner.Everything, decides ? LineageHow.Conditional : LineageHow.Transformation);
                Add(inner.Indirect, decides ? LineageHow.Conditional : LineageHow.Identity);
                AddOne(expression.Object("child"), LineageHow.Conditional);
                break;
            case "LAMBDA":
                var parameters = Names(expression.At("lhs"));
                found.UnionWith(Of(expression.At("expr"), scope with { Lambda = scope.Lambda.Union(parameters) }));
                break;
            default:
                // Casts, comparisons, conjunctions, operators, BETWEEN: a value computed from all that is below.
                AddAll(Nested(expression), LineageHow.Transformation);
                break;
        }

        return found;

        void Add(IEnumerable<Origin> origins, LineageHow how) => found.UnionWith(origins.Select(origin => origin.Through(how)));

        void AddOne(JsonElement? below, LineageHow how)
        {
            if (below is { } one)
                Add(Of(one, scope, selectedFirst), how);
        }

        void AddAll(IEnumerable<JsonElement> below, LineageHow how)
        {
            foreach (var one in below)
                Add(Of(one, scope, selectedFirst), how);
        }
    }

    /// <summary>Whether the value is one of many rows.</summary>
    public bool HasAggregate(JsonElement expression) => expression.Has(node => node.Text("class") == "FUNCTION" && IsAggregate(node));

    private bool IsAggregate(JsonElement function) => aggregates.Contains(function.Text("function_name"));

    private static IEnumerable<JsonElement> Orders(JsonElement? modifier) =>
        modifier?.List("orders").Select(order => order.At("expression")) ?? [];

    private static IEnumerable<string> Names(JsonElement node) => node.Text("class") == "COLUMN_REF"
        ? node.Texts("column_names")
        : node.Below().SelectMany(Names);

    private static IEnumerable<JsonElement> Nested(JsonElement node) =>
        node.Below().SelectMany(below => below.IsExpression() ? [below] : Nested(below));
}
