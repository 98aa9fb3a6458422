using System.Text.Json.Nodes;

namespace Workflow.Engine.Cli;

/// <summary>Contracts, as people read them.</summary>
internal static class ContractView
{
    internal static void Show(Session session, JsonNode contract)
    {
        var says = contract.Map("says");
        session.Console.Write(Grid.Facts(
            ("Dataset", contract.Text("dataset")),
            ("Version", Format.Count(contract.Number("version"))),
            ("Level", says.Text("compatibility")),
            ("Meaning", says.Text("meaning")),
            ("Owner", says.Text("owner")),
            ("Licence", says.Text("licence")),
            ("Key", Format.Names(says.Texts("key"))),
            ("Extra columns", says.Flag("extra_columns") ? "allowed" : "refused"),
            ("Declared by", Format.Names(contract.List("declared_by").Select(one => $"{one.Text("dag_id")} ({one.Int("version")})"))),
            ("Read by", Affected(contract))));
        session.Console.Heading("Columns");
        var columns = Grid.Of("Column", "Type", "Required", "Values", "Range", "Unit", "Personal data", "Meaning");
        foreach (var column in says.List("columns"))
        {
            columns.Row(
                column.Text("name"), column.Text("type"), column.Flag("required") ? "yes" : "no", Format.Names(column.Texts("values")),
                Range(column), column.Text("unit"), column.Text("personal_data"), column.Text("meaning"));
        }

        session.Console.Write(columns);
        session.Console.Heading("Versions");
        var versions = Grid.Of("Version", "Since", "By", "Accepted", "Changes").AlignRight(0);
        foreach (var version in contract.List("versions"))
        {
            versions.Row(
                Format.Count(version.Number("version")), session.Time(version.Time("registered_at")), version.Text("dag_id"),
                version.Text("accepted_by") is { } by ? $"{by}: {version.Text("reason")}" : Format.Nothing,
                Format.Names(version.List("changes").Select(change => change.Text("message") ?? "")));
        }

        session.Console.Write(versions);
        foreach (var refusal in contract.List("refused"))
        {
            session.Console.Heading($"Refused: {refusal.Text("dag_id")}");
            session.Line(Grid.OneLine(refusal.Text("message")));
        }
    }

    internal static void ShowChecks(Session session, JsonArray answers)
    {
        if (answers.Count == 0)
            session.Line("The file declares no contracts.");
        foreach (var answer in answers)
        {
            session.Line($"{answer.Text("dataset")} ({answer.Text("dag_id")}): {Outcome(answer)}");
            var shown = answer.List(answer.Text("outcome") == "breaking" ? "breaks" : "changes");
            foreach (var change in shown)
            {
                var breaks = Format.Names(change.Texts("breaks"));
                session.Line(breaks == Format.Nothing
                    ? $"  {change.Text("message")}"
                    : $"  {change.Text("message")} (version {change.Int("against_version")}, {breaks}). {change.Text("remedy")}");
            }

            if (answer.Text("outcome") == "breaking" && Affected(answer) is var affected and not Format.Nothing)
                session.Line($"  Affected: {affected}");
        }
    }

    private static string Outcome(JsonNode? answer) => answer.Text("outcome") switch
    {
        "unchanged" => $"unchanged, version {answer.Int("version")}",
        "compatible" => $"compatible, would be version {answer.Int("version")}",
        _ => $"breaking, level {answer.Text("compatibility")} of version {answer.Int("version")}",
    };

    private static string Affected(JsonNode? node)
    {
        var readers = node.Map("affected");
        return Format.Names(new[] { "dags", "datasets", "models" }
            .Where(kind => readers.List(kind).Count > 0).Select(kind => $"{kind} {Format.Names(readers.Texts(kind))}"));
    }

    private static string Range(JsonNode? column) => column.Number("minimum") is null && column.Number("maximum") is null
        ? Format.Nothing
        : $"{Bound(column, "minimum")} to {Bound(column, "maximum")}";

    private static string Bound(JsonNode? column, string which) => column.Number(which) is { } bound ? Format.Metric(bound) : "any";
}
