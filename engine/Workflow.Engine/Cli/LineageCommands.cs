using System.CommandLine;
using System.Globalization;

namespace Workflow.Engine.Cli;

/// <summary><c>lineage upstream|downstream</c>.</summary>
internal static class LineageCommands
{
    internal static IEnumerable<Command> All(Verbs verbs)
    {
        yield return Verb(
            verbs, "upstream", "Shows what something was made from: sources, versions, checks and code.",
            "dataset:NAME[@VERSION] or model:NAME[@VERSION|@ALIAS]; a model without either is its champion.");
        yield return Verb(
            verbs, "downstream", "Shows what was made from something; of a column, what would break if it went.",
            "dataset:NAME[@VERSION], model:NAME[@VERSION|@ALIAS] or source:LOCATION.");
    }

    private static Command Verb(Verbs verbs, string direction, string description, string subject)
    {
        var of = new Argument<string>("SUBJECT") { Description = subject };
        var column = new Option<string?>("--column", "-c") { Description = "Only what has to do with this column.", HelpName = "NAME" };
        var depth = new Option<int?>("--depth") { Description = "How many steps to go. Default: 20.", HelpName = "STEPS" };
        return verbs.Verb(direction, description, [of, column, depth], async (parsed, session, token) =>
        {
            var query = $"lineage/{direction}?of={Paths.Escape(parsed.GetRequiredValue(of))}";
            if (parsed.GetValue(column) is { } name)
                query += $"&column={Paths.Escape(name)}";
            if (parsed.GetValue(depth) is { } steps)
                query += $"&depth={steps.ToString(CultureInfo.InvariantCulture)}";
            var graph = await session.Api.GetAsync(query, token);
            session.Show(graph, () =>
            {
                foreach (var line in LineageText.Draw(graph))
                    session.Line(line);
                if (graph.Flag("is_truncated"))
                    session.Note("There is more than is shown; ask for fewer steps with --depth.");
            });
        });
    }
}
