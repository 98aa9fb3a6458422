using System.CommandLine;
using System.Text.Json.Nodes;

namespace Workflow.Engine.Cli;

/// <summary><c>models list|show</c>.</summary>
internal static class ModelCommands
{
    internal static IEnumerable<Command> All(Verbs verbs)
    {
        var name = new Argument<string>("NAME") { Description = "Name of the model." };
        yield return verbs.Verb("list", "Lists models.", [], (_, session, token) => ListAsync(session, token));
        yield return verbs.Verb("show", "Shows a model, its aliases and its versions, newest first.", [name], (parsed, session, token) =>
            ShowAsync(session, parsed.GetRequiredValue(name), token));
    }

    private static async Task ListAsync(Session session, CancellationToken cancellationToken)
    {
        var models = await session.Api.ListAsync("models", "models", null, null, cancellationToken);
        session.ShowList(models, "No models yet. A task that trains one makes its first version.", () =>
        {
            var table = Grid.Of("Model", "Versions", "Latest", "Aliases").AlignRight(1, 2);
            foreach (var model in models)
            {
                table.Row(
                    model.Text("name"),
                    Format.Count(model.Number("versions")),
                    Format.Count(model.Number("latest_version")),
                    Format.Pairs(model.Map("aliases")));
            }

            return table;
        });
    }

    private static async Task ShowAsync(Session session, string name, CancellationToken cancellationToken)
    {
        var model = await session.Api.GetAsync(Paths.Model(name), cancellationToken);
        session.Show(model, () =>
        {
            session.Console.Write(Grid.Facts(
                ("Model", model.Text("name")), ("Aliases", Format.Pairs(model.Map("aliases"))),
                ("Versions", DatasetCommands.Of(model.List("versions").Count, model))));
            session.Line();
            var aliases = model.Map("aliases").Select(pair => pair.Key).ToLookup(alias => model.Map("aliases").Int(alias));
            var table = Grid.Of("Version", "Aliases", "SHA-256", "Flavour", "Metrics", "Gates", "From", "Created", "Made by").AlignRight(0);
            foreach (var version in model.List("versions"))
            {
                table.Row(
                    Format.Count(version.Number("version")),
                    Format.Names(aliases[version.Int("version")]),
                    Format.Hash(version.Text("sha256")),
                    version.Text("flavour"),
                    Format.Pairs(version.Map("metrics")),
                    Gates(version),
                    DatasetCommands.Parents(version),
                    session.Time(version.Time("created_at")),
                    DatasetCommands.MadeBy(version));
            }

            session.Console.Write(table);
            ShowMoves(session, model.List("alias_moves"));
        });
    }

    private static void ShowMoves(Session session, JsonArray moves)
    {
        if (moves.Count == 0)
            return;
        session.Console.Heading("Moves of aliases");
        var table = Grid.Of("When", "Alias", "From", "To", "Run").AlignRight(2, 3);
        foreach (var move in moves)
        {
            table.Row(
                session.Time(move.Time("at")),
                move.Text("alias"),
                Format.Count(move.Number("from_version")),
                Format.Count(move.Number("to_version")),
                move.Text("run_id"));
        }

        session.Console.Write(table);
    }

    private static string Gates(JsonNode? version) =>
        Format.Names(version.List("gates").Select(gate => $"{StateLook.Of(gate.Text("verdict")).Icon} {gate.Text("task_id")}"));
}
