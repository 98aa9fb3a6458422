using System.CommandLine;
using System.Text.Json.Nodes;

namespace Workflow.Engine.Cli;

/// <summary><c>review list|show|release|repair|discard</c>.</summary>
internal static class ReviewCommands
{
    internal static IEnumerable<Command> All(Verbs verbs)
    {
        var id = new Argument<long>("ID") { Description = "Number of the review." };
        var state = new Option<string?>("--state")
        {
            Description = "Only those in this state: open, released, repaired or discarded.",
            HelpName = "STATE",
        };
        var dataset = new Option<string?>("--dataset") { Description = "Only those of this dataset.", HelpName = "NAME" };
        var reason = new Option<string>("--reason") { Description = "Why; kept for good.", Required = true, HelpName = "TEXT" };
        var version = new Option<int>("--version")
        {
            Description = "Number of the version that takes the held one's place.",
            Required = true,
            HelpName = "N",
        };
        var limit = Limit.Option();
        yield return verbs.Verb("list", "Lists versions that gates hold, or held; newest first.", [state, dataset, limit],
            (parsed, session, token) =>
            ListAsync(session, parsed.GetValue(state), parsed.GetValue(dataset), parsed.GetValue(limit), token));
        yield return verbs.Verb("show", "Shows a held version and what its gate found.", [id], async (parsed, session, token) =>
            Show(session, await session.Api.GetAsync($"reviews/{parsed.GetValue(id)}", token)));
        yield return verbs.Verb("release", "Lets a held version pass; the gate's verdict is waived.", [id, reason],
            (parsed, session, token) =>
            DecideAsync(session, parsed.GetValue(id), "release", parsed.GetRequiredValue(reason), null, token));
        yield return verbs.Verb("repair", "Puts another version in the place of the held one, and judges it.", [id, version, reason],
            (parsed, session, token) =>
            DecideAsync(session, parsed.GetValue(id), "repair", parsed.GetRequiredValue(reason), parsed.GetValue(version), token));
        yield return verbs.Verb("discard", "Refuses a held version; its gate fails.", [id, reason], (parsed, session, token) =>
            DecideAsync(session, parsed.GetValue(id), "discard", parsed.GetRequiredValue(reason), null, token));
    }

    private static async Task ListAsync(Session session, string? state, string? dataset, int limit, CancellationToken cancellationToken)
    {
        var filters = new[] { ("state", state), ("dataset", dataset) }.Where(filter => filter.Item2 is not null);
        var query = string.Join('&', filters.Select(filter => $"{filter.Item1}={Paths.Escape(filter.Item2!)}"));
        var reviews = await session.Api.ListAsync("reviews", "reviews", query.Length == 0 ? null : query, limit, cancellationToken);
        session.ShowList(reviews, "No version waits for a person.", () =>
        {
            var table = Grid.Of("Review", "State", "Dataset", "Version", "Partition", "Gate", "Run", "Opened", "By").AlignRight(0, 3);
            foreach (var review in reviews)
            {
                table.Row(
                    Format.Id(review.Number("review_id")), review.Text("state"), review.Text("dataset"),
                    Format.Count(review.Number("version")),
                    Format.Pairs(review.Map("partition")), review.Text("task_id"), review.Text("run_id"),
                    session.Time(review.Time("opened_at")), review.Text("decided_by") ?? Format.Nothing);
            }

            return table;
        });
    }

    private static async Task DecideAsync(
        Session session, long id, string act, string reason, int? version, CancellationToken cancellationToken)
    {
        var body = new JsonObject { ["reason"] = reason, ["by"] = Environment.UserName };
        if (version is { } replacement)
            body["version"] = replacement;
        Show(session, (await session.Api.PostAsync($"reviews/{id}/{act}", body, cancellationToken))!);
    }

    private static void Show(Session session, JsonNode review) => session.Show(review, () =>
    {
        session.Console.Write(Grid.Facts(
            ("Review", Format.Id(review.Number("review_id"))), ("State", review.Text("state")),
            ("Dataset", $"{review.Text("dataset")} {review.Int("version")}"),
            ("Partition", Format.Pairs(review.Map("partition"))), ("Rows", Format.Count(review.Number("rows"))),
            ("Gate", $"{review.Text("task_id")} in {review.Text("run_id")} of {review.Text("dag_id")}"),
            ("Opened", session.Time(review.Time("opened_at"))), ("Decided", session.Time(review.Time("decided_at"))),
            ("By", review.Text("decided_by")), ("Reason", review.Text("reason")),
            ("Replaced by", Format.Count(review.Number("replacement")))));
        session.Line();
        session.Console.Write(GateCommands.Checks(review.List("checks")));
    });
}
