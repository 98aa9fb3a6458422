using System.CommandLine;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Workflow.Engine.Cli;

/// <summary><c>datasets list|show|versions|verify|hold|lift|recall</c>.</summary>
internal static partial class DatasetCommands
{
    internal static IEnumerable<Command> All(Verbs verbs)
    {
        var name = new Argument<string>("NAME") { Description = "Name of the dataset." };
        var tag = new Option<string?>("--tag") { Description = "Only datasets with this tag." };
        yield return verbs.Verb("list", "Lists datasets.", [tag], (parsed, session, token) =>
            ListAsync(session, parsed.GetValue(tag), token));
        yield return verbs.Verb("show", "Shows a dataset and its versions, newest first.", [name], (parsed, session, token) =>
            ShowAsync(session, parsed.GetRequiredValue(name), token));
        yield return DriftCommand.Of(verbs, name);
        foreach (var verb in OfVersions(verbs, name))
            yield return verb;
        yield return OfProfile(verbs, name);
    }

    /// <summary>The dataset versions from which something was made.</summary>
    internal static string Parents(JsonNode? version) =>
        Format.Names(version.List("parents").Select(parent => $"{parent.Text("dataset")} {parent.Int("version")}"));

    /// <summary>The task and run that made something.</summary>
    internal static string MadeBy(JsonNode? version) =>
        version.Text("task_id") is { } task ? $"{task} in {version.Text("run_id")} of {version.Text("dag_id")}" : Format.Nothing;

    /// <summary>How many versions there are, where they are more than are shown.</summary>
    internal static string Of(int shown, JsonNode? all) => all.Number("total_entries") is { } total && total > shown
        ? $"{Format.Count(shown)} newest of {Format.Count(total)}"
        : Format.Count(shown);

    private static async Task ListAsync(Session session, string? tag, CancellationToken cancellationToken)
    {
        var query = tag is null ? null : $"tag={Paths.Escape(tag)}";
        var datasets = await session.Api.ListAsync("datasets", "datasets", query, null, cancellationToken);
        session.ShowList(datasets, "No datasets yet. A task that writes one makes its first version.", () =>
        {
            var table = Grid.Of("Dataset", "Versions", "Latest", "Rows", "Created", "Owner", "Tags").AlignRight(1, 2, 3);
            foreach (var dataset in datasets)
            {
                table.Row(
                    dataset.Text("name"),
                    Format.Count(dataset.Number("versions")),
                    Format.Count(dataset.Number("latest_version")),
                    Format.Count(dataset.Number("latest_rows")),
                    session.Time(dataset.Time("latest_created_at")),
                    dataset.Text("owner"),
                    Format.Names(dataset.Texts("tags")));
            }

            return table;
        });
    }

    private static async Task ShowAsync(Session session, string name, CancellationToken cancellationToken)
    {
        var dataset = await session.Api.GetAsync(Paths.Dataset(name), cancellationToken);
        session.Show(dataset, () =>
        {
            var versions = dataset.List("versions");
            session.Console.Write(Grid.Facts(
                ("Dataset", dataset.Text("name")), ("What", dataset.Text("description")), ("Owner", dataset.Text("owner")),
                ("Kept", Kept(dataset["retention"])), ("Versions", Of(versions.Count, dataset))));
            session.Line();
            session.Console.Write(VersionTable(session, versions, "From", Parents));
            if (versions.FirstOrDefault() is { } newest)
                ShowColumns(session, newest);
        });
    }

    /// <summary>Versions, a line for each.</summary>
    /// <param name="session">How times are written.</param>
    /// <param name="versions">The versions.</param>
    /// <param name="last">What the last column is called.</param>
    /// <param name="say">What it says of a version.</param>
    private static Table VersionTable(Session session, IEnumerable<JsonNode?> versions, string last, Func<JsonNode?, string> say)
    {
        var table = Grid.Of("Version", "SHA-256", "Rows", "Size", "Partition", "Created", "Made by", "Contract", last)
            .AlignRight(0, 2, 3, 7);
        foreach (var version in versions)
        {
            table.Row(
                Format.Count(version.Number("version")),
                Format.Hash(version.Text("sha256")),
                Format.Count(version.Number("rows")),
                Format.Bytes(version.Number("bytes")),
                Format.Pairs(version.Map("partition")),
                session.Time(version.Time("created_at")),
                MadeBy(version),
                Format.Count(version.Number("contract_version")),
                say(version));
        }

        return table;
    }

    private static void ShowColumns(Session session, JsonNode newest)
    {
        session.Console.Heading($"Columns of version {newest.Int("version")}");
        var profiles = newest.List("profile").ToLookup(profile => profile.Text("column"));
        var table = Grid.Of("Column", "Type", "Nulls", "Distinct", "Min", "Max", "Mean").AlignRight(2, 3, 4, 5, 6);
        foreach (var column in newest.List("columns"))
        {
            var profile = profiles[column.Text("name")].FirstOrDefault() as JsonObject;
            table.Row(
                column.Text("name"),
                column.Text("type"),
                Format.Count(profile.Number("nulls")),
                Format.Count(profile.Number("distinct")),
                Format.Value(profile.Text("min"), column.Text("type")),
                Format.Value(profile.Text("max"), column.Text("type")),
                Format.Metric(profile.Number("mean")));
        }

        session.Console.Write(table);
    }
}
