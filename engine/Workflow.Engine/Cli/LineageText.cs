using System.Text.Json.Nodes;

namespace Workflow.Engine.Cli;

/// <summary>
/// Draws lineage as a tree, a line for each version, source and gate. More than three slices of one dataset at one place are one line, and
/// what they have below them is drawn once for all. What was drawn before is only named again.
/// </summary>
internal static class LineageText
{
    private const int Unfolded = 3;

    internal static IEnumerable<string> Draw(JsonNode graph)
    {
        var tree = new Tree(graph);
        var roots = graph.Texts("roots").Where(tree.Nodes.ContainsKey).ToList();
        foreach (var line in tree.Lines(roots))
            yield return line;
        if (graph.Text("column") is not null && graph.Text("direction") == "downstream")
        {
            var dags = tree.Nodes.Values.Where(node => !roots.Contains(node.Text("id") ?? ""))
                .Select(node => (node as JsonObject)?["made_by"].Text("dag_id"));
            var concerned = Format.Names(dags.OfType<string>().Distinct().Order(StringComparer.Ordinal));
            yield return concerned == Format.Nothing ? "Nothing would break." : $"DAGs that would break: {concerned}";
        }
    }

    private sealed class Tree
    {
        private readonly ILookup<string, string> next;
        private readonly ILookup<string, string> gates;
        private readonly HashSet<string> drawn = [];

        internal Tree(JsonNode graph)
        {
            Nodes = graph.List("nodes").OfType<JsonNode>().ToDictionary(node => node.Text("id") ?? "");
            var isUpstream = graph.Text("direction") == "upstream";
            var edges = graph.List("edges")
                .Select(edge => (From: edge.Text("from") ?? "", To: edge.Text("to") ?? "", How: edge.Text("how"))).ToList();
            next = edges.Where(edge => edge.How != "judged" && (isUpstream || edge.How != "ingested"))
                .Select(edge => isUpstream ? (At: edge.To, edge.From) : (At: edge.From, From: edge.To)).Distinct()
                .ToLookup(edge => edge.At, edge => edge.From);
            gates = edges.Where(edge => edge.How == "judged").ToLookup(edge => edge.To, edge => edge.From);
        }

        internal Dictionary<string, JsonNode> Nodes { get; }

        // A stack of its own instead of recursion: a chain may be long.
        internal IEnumerable<string> Lines(IReadOnlyList<string> roots)
        {
            var rest = new Stack<(List<string> Group, string First, string Others)>();
            foreach (var group in Groups(roots).Reverse())
                rest.Push((group, "", ""));
            while (rest.TryPop(out var at))
            {
                var fresh = at.Group.Where(drawn.Add).ToList();
                var below = fresh.SelectMany(id => next[id]).Distinct().ToList();
                var isAgain = fresh.Count == 0 && at.Group.Exists(id => next[id].Any());
                yield return at.First + Label(at.Group) + (isAgain ? "  (see above)" : "");
                var children = GateLines(fresh).Select(line => (Line: line, Group: new List<string>()))
                    .Concat(Groups(below).Select(group => (Line: "", Group: group))).ToList();
                var isLeading = true;
                for (var i = 0; i < children.Count && isLeading; i++)
                {
                    isLeading = children[i].Group.Count == 0;
                    if (isLeading)
                        yield return at.Others + (i == children.Count - 1 ? "└─ " : "├─ ") + children[i].Line;
                }

                for (var i = children.Count - 1; i >= 0 && children[i].Group.Count > 0; i--)
                {
                    var isLast = i == children.Count - 1;
                    rest.Push((children[i].Group, at.Others + (isLast ? "└─ " : "├─ "), at.Others + (isLast ? "   " : "│  ")));
                }
            }
        }

        /// <summary>The nodes of one place, in order: slices of one dataset together when they are many.</summary>
        private IEnumerable<List<string>> Groups(IEnumerable<string> ids) => ids
            .Where(Nodes.ContainsKey)
            .GroupBy(id => (Kind: Nodes[id].Text("kind"), Name: Nodes[id].Text("kind") == "source" ? id : Nodes[id].Text("name")))
            .OrderBy(group => group.Key.Kind == "source" ? 1 : 0).ThenBy(group => group.Key.Name, StringComparer.Ordinal)
            .SelectMany(group =>
            {
                var sorted = group.OrderBy(id => Slice(Nodes[id]), StringComparer.Ordinal).ThenBy(id => Nodes[id].Int("version")).ToList();
                return sorted.Count > Unfolded ? [sorted] : sorted.Select(id => new List<string> { id });
            });

        private string Label(List<string> group)
        {
            var first = Nodes[group[0]];
            if (group.Count > 1)
            {
                var varying = group.SelectMany(id => Nodes[id].Map("partition")).GroupBy(pair => pair.Key)
                    .Where(key => key.Select(pair => pair.Value?.ToString()).Distinct().Count() > 1).Select(key => key.Key).ToHashSet();
                var slices = group.Select(id => Slice(Nodes[id], varying)).Order(StringComparer.Ordinal).ToList();
                var range = slices[0] == slices[^1] ? "" : $"  {slices[0]} .. {slices[^1]}";
                var rows = group.Sum(id => Nodes[id].Number("rows") ?? 0);
                var of = first.Text("kind") == "model" ? "versions" : "slices";
                return $"{first.Text("kind")} {first.Text("name")}  {group.Count} {of}{range}{(rows > 0 ? $"  {Format.Count(rows)} rows" : "")}{Codes(group)}";
            }

            if (first.Text("kind") == "source")
            {
                return $"{first.Text("name")}  sha256 {first.Text("sha256") ?? Format.Nothing}"
                    + (first.Number("bytes") is { } bytes ? $"  {Format.Bytes(bytes)}" : "");
            }

            var text = $"{first.Text("kind")} {first.Text("name")} v{first.Int("version")}";
            if (first.List("aliases").Count > 0)
                text += $" ({Format.Names(first.Texts("aliases"))})";
            if (Slice(first) is { Length: > 0 } slice)
                text += $"  {slice}";
            if (first.Number("rows") is { } count)
                text += $"  {Format.Count(count)} rows";
            if (first.Text("expired_at") is not null)
                text += "  expired";
            var columns = first.List("columns").Count > 0 ? $"  columns {Format.Names(first.Texts("columns"))}" : "";
            return $"{text}  {Format.Hash(first.Text("sha256"))}{columns}{Codes(group)}";
        }

        /// <summary>The code: one attempt by name, of several their tasks.</summary>
        private string Codes(List<string> group)
        {
            var made = group.Select(id => (Nodes[id] as JsonObject)?["made_by"]).OfType<JsonObject>().ToList();
            if (made.Count == 0)
                return "";
            if (made.Count == 1)
            {
                var code = made[0];
                return $"  ← {Code(code)} {Format.Hash(code.Text("dag_hash"))}, run {code.Text("run_id")} try {code.Int("try_number")}"
                    + (code.Text("worker") is { } worker ? $" on {worker}" : "");
            }

            return "  ← " + string.Join(", ", made.Select(Code).Distinct().Order(StringComparer.Ordinal));
        }

        private static string Code(JsonNode made) =>
            $"{made.Text("task_id")} in {made.Text("dag_id")}{(made.Number("dag_version") is { } version ? $" v{version:0}" : "")}";

        /// <summary>The gates of one place, those of many slices by their task.</summary>
        private IEnumerable<string> GateLines(List<string> group) => group
            .SelectMany(id => gates[id]).Distinct().Where(Nodes.ContainsKey).Select(id => Nodes[id])
            .GroupBy(gate => (Task: gate.Text("name"), Verdict: gate.Text("verdict")))
            .OrderBy(gate => gate.Key.Task, StringComparer.Ordinal).ThenBy(gate => gate.Key.Verdict, StringComparer.Ordinal)
            .Select(same =>
            {
                var checks = same.SelectMany(gate => gate.List("checks"))
                    .Select(check =>
                        $"{check.Text("check")}{(check.Text("column") is { } column ? $"({column})" : "")} {check.Text("threshold")}")
                    .Distinct();
                var times = same.Count() > 1 ? $" {same.Count()} times" : "";
                return $"{StateLook.Of(same.Key.Verdict).Icon} gate {same.Key.Task}: {same.Key.Verdict}{times}: "
                    + Grid.OneLine(Format.Names(checks));
            });

        private static string Slice(JsonNode node, HashSet<string>? keys = null) => string.Join(", ", node.Map("partition")
            .Where(pair => keys?.Contains(pair.Key) != false).OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => $"{pair.Key}={pair.Value}"));
    }
}
