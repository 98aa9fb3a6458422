using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Workflow.Engine.Cli;

/// <content>What versions hold.</content>
internal static partial class DatasetCommands
{
    private const string Bars = "▁▂▃▄▅▆▇█";
    private const double Median = 0.5;

    private static Command OfProfile(Verbs verbs, Argument<string> name)
    {
        var version = new Option<int?>("--version") { Description = "The version; the newest unless given.", HelpName = "N" };
        var partition = new Option<string?>("--partition")
        {
            Description = "The newest version of a slice, such as month=2019-06.",
            HelpName = "K=V,...",
        };
        var whole = new Option<bool>("--whole") { Description = "All slices of the dataset at the version." };
        return verbs.Verb(
            "profile", "Shows what the columns of a version hold.", [name, version, partition, whole], (parsed, session, token) =>
            ProfileAsync(
                session, parsed.GetRequiredValue(name), parsed.GetValue(version), parsed.GetValue(partition), parsed.GetValue(whole),
                token));
    }

    private static async Task ProfileAsync(
        Session session, string name, int? version, string? partition, bool whole, CancellationToken cancellationToken)
    {
        if (version is not null && partition is not null)
            throw ClientException.Usage("Give --version or --partition, not both: a version's number names its slice.");
        var which = version?.ToString(CultureInfo.InvariantCulture) ?? partition;
        var query = $"whole={(whole ? "true" : "false")}{(which is null ? "" : $"&version={Paths.Escape(which)}")}";
        var profile = await session.Api.GetAsync($"{Paths.Dataset(name)}/profile?{query}", cancellationToken);
        session.Show(profile, () =>
        {
            session.Console.Write(Grid.Facts(
                ("Dataset", name), ("Version", Format.Count(profile.Number("version"))),
                ("Slice", whole ? $"all {Format.Count(profile.Number("slices"))}" : Format.Pairs(profile.Map("partition"))),
                ("Rows", Format.Count(profile.Number("rows")))));
            session.Line();
            var table = Grid.Of("Column", "Type", "Nulls", "Distinct", "Min", "Median", "Max", "Mean", "SD", "Shape")
                .AlignRight(2, 3, 4, 5, 6, 7, 8);
            foreach (var column in profile.List("columns"))
            {
                var type = column.Text("type");
                var median = column.List("quantiles").FirstOrDefault(quantile => quantile.Number("share") == Median);
                table.Row(
                    column.Text("column"),
                    type,
                    Format.Count(column.Number("nulls")),
                    $"{(column.Flag("is_distinct_exact") ? "" : "~")}{Format.Count(column.Number("distinct"))}",
                    Format.Value(column.Text("min"), type), Format.Value(median.Text("value"), type),
                    Format.Value(column.Text("max"), type), Format.Metric(column.Number("mean")),
                    Format.Metric(column.Number("sd")),
                    Shape(column));
            }

            session.Console.Write(table);
        });
    }

    /// <summary>A histogram as a line of bars; the most frequent values where there is none.</summary>
    private static string Shape(JsonNode? column)
    {
        var counts = column.List("histogram").Select(bin => bin.Number("count") ?? 0).ToList();
        if (counts.Count > 0)
        {
            var top = counts.Max();
            return string.Concat(counts.Select(count => count == 0 ? ' ' : Bars[(int)Math.Round((Bars.Length - 1) * count / top)]));
        }

        const int shown = 3;
        return Format.Names(column.List("top_values").Take(shown)
            .Select(top => $"{top.Text("value")} ×{Format.Count(top.Number("count"))}"));
    }
}
