using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Workflow.Engine.Cli;

/// <summary><c>datasets drift</c>.</summary>
internal static class DriftCommand
{
    private const int BarWidth = 24;
    private static readonly string[] Methods = ["auto", "psi-deciles", "psi", "ks", "wasserstein", "js", "chi2", "z", "l-infinity"];

    internal static Command Of(Verbs verbs, Argument<string> name)
    {
        var reference = new Option<string>("--reference")
        {
            Description = "What counts as normal: a version's number, or a slice such as month=2019-06.",
            Required = true,
            HelpName = "VERSION",
        };
        var current = new Option<string>("--current")
        {
            Description = "What is compared with it, likewise.",
            Required = true,
            HelpName = "VERSION",
        };
        var columns = new Option<string?>("--columns")
        {
            Description = "The columns, with commas between; all unless given.",
            HelpName = "A,B",
        };
        var method = new Option<string>("--method")
        {
            Description = "How columns are compared; auto chooses as Evidently does.",
            DefaultValueFactory = _ => Methods[0],
        }.AcceptOnlyFromAmong(Methods);
        var threshold = new Option<double?>("--threshold")
        {
            Description = "The level or distance at which there is drift; the method's own unless given.",
        };
        return verbs.Verb(
            "drift", "Compares what the columns of two versions hold; exits 1 when the dataset has drifted.",
            [name, reference, current, columns, method, threshold], (parsed, session, token) =>
            {
                var query =
                    $"reference={Paths.Escape(parsed.GetRequiredValue(reference))}&current={Paths.Escape(parsed.GetRequiredValue(current))}"
                    + $"&method={parsed.GetRequiredValue(method)}"
                    + (parsed.GetValue(columns) is { } named ? $"&columns={Paths.Escape(named)}" : "")
                    + (parsed.GetValue(threshold) is { } limit ? $"&threshold={limit.ToString("R", CultureInfo.InvariantCulture)}" : "");
                return CompareAsync(session, parsed.GetRequiredValue(name), query, token);
            });
    }

    /// <summary>The columns of a comparison: how each was compared, and what was found.</summary>
    internal static Table Columns(JsonArray columns)
    {
        var table = Grid.Of("Column", "Verdict", "Method", "Statistic", "p", "Threshold", "Values").AlignRight(3, 4, 5, 6);
        foreach (var column in columns)
        {
            table.Row(
                column.Text("column"), column.Text("verdict"), column.Text("method"), Format.Metric(column.Number("statistic")),
                Format.Metric(column.Number("adjusted_p_value")), Format.Metric(column.Number("threshold")),
                $"{Format.Count(column.Number("reference_count"))} / {Format.Count(column.Number("current_count"))}");
        }

        return table;
    }

    /// <summary>A side of a comparison in words.</summary>
    internal static string Side(JsonNode? side) =>
        $"version {side.Int("version")}, {Format.Pairs(side.Map("partition"))}, {Format.Count(side.Number("rows"))} rows";

    private static async Task<int> CompareAsync(Session session, string name, string query, CancellationToken cancellationToken)
    {
        var drift = await session.Api.GetReadAsync($"{Paths.Dataset(name)}/drift?{query}", cancellationToken);
        session.Show(drift, () => Print(session, drift));
        return drift.Text("verdict") == "fail" ? ExitCodes.Failure : ExitCodes.Success;
    }

    private static void Print(Session session, JsonNode drift)
    {
        session.Console.Write(Grid.Facts(
            ("Reference", Side(drift["reference"])), ("Current", Side(drift["current"])),
            ("Drifted", $"{Format.Metric(100 * drift.Number("share"))} % of the columns: {drift.Text("verdict")}")));
        session.Line();
        session.Console.Write(Columns(drift.List("columns")));
        foreach (var column in drift.List("columns").Where(column => column.Text("verdict") == "fail"))
            Draw(session, column);
    }

    /// <summary>
    /// Both sides over each other: what they share is full, what only the reference has is light, what only the other has is dark.
    /// </summary>
    private static void Draw(Session session, JsonNode? column)
    {
        session.Console.Heading($"{column.Text("column")}   █ both  ░ reference only  ▓ current only");
        var bins = column.List("bins");
        var most = bins.SelectMany(bin => new[] { bin.Number("reference") ?? 0, bin.Number("current") ?? 0 }).DefaultIfEmpty().Max();
        var width = bins.Max(bin => bin.Text("label")?.Length ?? 0);
        foreach (var bin in bins)
        {
            var (ours, theirs) = (Length(bin.Number("reference")), Length(bin.Number("current")));
            var bar = new string('█', Math.Min(ours, theirs)) + new string(ours > theirs ? '░' : '▓', Math.Abs(ours - theirs));
            session.Line(
                $"  {bin.Text("label")!.PadLeft(width)}  {bar.PadRight(BarWidth)}  {Share(bin.Number("reference"))} → {Share(bin.Number("current"))}");
        }

        int Length(double? share) => most == 0 ? 0 : (int)Math.Round(BarWidth * (share ?? 0) / most);

        static string Share(double? share) => string.Create(CultureInfo.InvariantCulture, $"{100 * (share ?? 0),5:0.0} %");
    }
}
