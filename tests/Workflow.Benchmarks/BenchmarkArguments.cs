namespace Workflow.Benchmarks;

/// <summary>The command line.</summary>
internal sealed record BenchmarkArguments(IReadOnlyList<string> Names, string? JsonFile, string? Problem)
{
    public static BenchmarkArguments Parse(string[] args)
    {
        var names = new List<string>();
        string? file = null;
        for (var at = 0; at < args.Length; at++)
        {
            if (args[at] == "--json" && at + 1 < args.Length)
                file = args[++at];
            else if (Catalogue.Sets.TryGetValue(args[at], out var set))
                names.AddRange(set);
            else if (Catalogue.All.ContainsKey(args[at]))
                names.Add(args[at]);
            else
                return new(
                    [], null,
                    $"'{args[at]}' is no benchmark; there are {string.Join(", ", Catalogue.Sets.Keys.Concat(Catalogue.All.Keys))}, and --json FILE.");
        }

        return new(names.Count > 0 ? names : Catalogue.Sets["dispatch"], file, null);
    }
}
