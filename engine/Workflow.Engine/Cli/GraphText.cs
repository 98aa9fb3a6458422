using System.Text.Json.Nodes;

namespace Workflow.Engine.Cli;

/// <summary>
/// Draws a graph as text. A task that is the only one after another stands below it with an arrow; where a graph forks, each branch is
/// indented. A task with several upstreams hangs below the deepest one and names the others.
/// </summary>
internal static class GraphText
{
    private sealed record Node(string Name, string Kind, string[] Upstreams)
    {
        internal List<Node> Below { get; } = [];
    }

    internal static IEnumerable<string> Draw(JsonArray tasks)
    {
        var nodes = tasks
            .Select(task => new Node(task.Text("task_id") ?? "", task.Text("kind") ?? "", [.. task.Texts("upstream_task_ids")]))
            .ToDictionary(node => node.Name);
        var depths = Depths(nodes);
        var parents = new Dictionary<string, string>();
        var roots = new List<Node>();
        foreach (var node in nodes.Values)
        {
            var above = node.Upstreams.Where(nodes.ContainsKey).MaxBy(name => depths.GetValueOrDefault(name));
            // One in a cycle has no depth; the engine refuses cycles, so here it only must not be lost.
            if (above is null || !depths.ContainsKey(node.Name))
            {
                roots.Add(node);
                continue;
            }

            parents[node.Name] = above;
            nodes[above].Below.Add(node);
        }

        return Lines(roots, parents);
    }

    private static Dictionary<string, int> Depths(Dictionary<string, Node> nodes)
    {
        var depths = new Dictionary<string, int>();
        var missing = nodes.Values.ToDictionary(node => node.Name, node => node.Upstreams.Count(nodes.ContainsKey));
        var downstreams = nodes.Values
            .SelectMany(node => node.Upstreams.Select(upstream => (Upstream: upstream, Node: node)))
            .ToLookup(edge => edge.Upstream, edge => edge.Node);
        var ready = new Queue<Node>(nodes.Values.Where(node => missing[node.Name] == 0));
        while (ready.TryDequeue(out var node))
        {
            depths[node.Name] = 1 + node.Upstreams.Select(name => depths.GetValueOrDefault(name)).DefaultIfEmpty().Max();
            foreach (var next in downstreams[node.Name].Where(next => --missing[next.Name] == 0))
                ready.Enqueue(next);
        }

        return depths;
    }

    // A stack of its own instead of recursion: a chain may have thousands of tasks.
    private static IEnumerable<string> Lines(List<Node> roots, Dictionary<string, string> parents)
    {
        var rest = new Stack<(Node Node, string First, string Others)>();
        Push(rest, roots, "", alone: "");
        while (rest.TryPop(out var at))
        {
            yield return at.First + Label(at.Node, parents.GetValueOrDefault(at.Node.Name));
            Push(rest, at.Node.Below, at.Others, alone: "↓ ");
        }
    }

    private static void Push(Stack<(Node Node, string First, string Others)> rest, List<Node> nodes, string indent, string alone)
    {
        if (nodes is [var only])
        {
            rest.Push((only, indent + alone, indent));
            return;
        }

        for (var i = nodes.Count - 1; i >= 0; i--)
        {
            var isLast = i == nodes.Count - 1;
            rest.Push((nodes[i], indent + (isLast ? "└─ " : "├─ "), indent + (isLast ? "   " : "│  ")));
        }
    }

    private static string Label(Node node, string? parent)
    {
        var kind = node.Kind is "" or "task" ? "" : $" ({node.Kind})";
        var others = node.Upstreams.Where(name => name != parent).ToList();
        return $"{node.Name}{kind}{(others.Count == 0 ? "" : "  also after " + string.Join(", ", others))}";
    }
}
