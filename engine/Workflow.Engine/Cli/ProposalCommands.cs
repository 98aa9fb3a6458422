using System.CommandLine;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Workflow.Engine.Cli;

/// <summary><c>gates suggest</c> and <c>gates proposals list|accept|reject</c>.</summary>
internal static class ProposalCommands
{
    internal static IEnumerable<Command> All(Verbs verbs)
    {
        var dataset = new Argument<string>("DATASET") { Description = "Name of the dataset." };
        var where = new Option<string?>("--where")
        {
            Description = "The slices to learn from, such as month<2019-01.",
            HelpName = "CONDITIONS",
        };
        var last = new Option<int?>("--last")
        {
            Description = "How many of the newest versions to learn from. Default: 20, or all slices of --where.",
            HelpName = "N",
        };
        var gate = new Option<string?>("--gate")
        {
            Description = "Task of the gate. Default: every gate of the dataset that learns.",
            HelpName = "TASK",
        };
        yield return verbs.Verb(
            "suggest", "Suggests checks that past versions of a dataset would have passed.", [dataset, where, last, gate],
            (parsed, session, token) =>
                SuggestAsync(
                    session, parsed.GetRequiredValue(dataset), new JsonObject
                    {
                        ["where"] = parsed.GetValue(where),
                        ["last"] = parsed.GetValue(last),
                        ["gate"] = parsed.GetValue(gate),
                        ["by"] = Environment.UserName,
                    },
                    token));
        var proposals = new Command("proposals", "Checks that were suggested.");
        var of = new Option<string?>("--dataset") { Description = "Only those of this dataset.", HelpName = "NAME" };
        var state = new Option<string?>("--state")
        {
            Description = "Only those in this state: proposed, accepted, rejected or withdrawn.",
            HelpName = "STATE",
        };
        var limit = Limit.Option();
        proposals.Add(verbs.Verb("list", "Lists suggested checks, newest first.", [of, state, limit], (parsed, session, token) =>
            ListAsync(session, parsed.GetValue(of), parsed.GetValue(state), parsed.GetValue(limit), token)));
        var ids = new Argument<long[]>("ID") { Description = "Numbers of proposals.", Arity = ArgumentArity.OneOrMore };
        proposals.Add(verbs.Verb("accept", "Makes checks part of the gates that learn.", [ids], (parsed, session, token) =>
            DecideAsync(session, parsed.GetRequiredValue(ids), "accept", token)));
        proposals.Add(verbs.Verb("reject", "Turns checks down, or withdraws those that were accepted.", [ids], (parsed, session, token) =>
            DecideAsync(session, parsed.GetRequiredValue(ids), "reject", token)));
        yield return proposals;
    }

    private static async Task SuggestAsync(Session session, string dataset, JsonObject body, CancellationToken cancellationToken)
    {
        var found = await session.Api.PostReadAsync($"{Paths.Dataset(dataset)}/proposals", body, cancellationToken);
        session.Show(found, () =>
        {
            session.Line(
                $"{found.Int("added")} new checks, learnt from {found.Int("versions")} versions. Accept with: workflow gates proposals accept ID...");
            session.Console.Write(Table(found.List("proposals")));
        });
    }

    private static async Task ListAsync(Session session, string? dataset, string? state, int limit, CancellationToken cancellationToken)
    {
        var filters = new[] { ("dataset", dataset), ("state", state) }.Where(filter => filter.Item2 is not null);
        var query = string.Join('&', filters.Select(filter => $"{filter.Item1}={Paths.Escape(filter.Item2!)}"));
        var found = await session.Api.ListAsync("proposals", "proposals", query.Length == 0 ? null : query, limit, cancellationToken);
        session.ShowList(found, "No checks were suggested. Find some with: workflow gates suggest DATASET", () => Table(found));
    }

    private static async Task DecideAsync(Session session, long[] ids, string act, CancellationToken cancellationToken)
    {
        var decided = new JsonArray();
        foreach (var id in ids)
        {
            var answer =
                await session.Api.PostAsync($"proposals/{id}/{act}", new JsonObject { ["by"] = Environment.UserName }, cancellationToken);
            decided.Add(answer.DeepClone());
        }

        session.Show(decided, () => session.Console.Write(Table(decided)));
    }

    private static Table Table(JsonArray proposals)
    {
        var table = Grid.Of("Proposal", "State", "Dataset", "Gate", "Check", "Column", "Limits", "Evidence", "By").AlignRight(0);
        foreach (var proposal in proposals)
        {
            var check = proposal?["check"];
            var limits = new[] { "minimum", "maximum", "mostly" }.Where(key => check.Number(key) is not null)
                .Select(key => $"{key} {Format.Metric(check.Number(key))}").Concat(check.Texts("values"));
            table.Row(
                Format.Id(proposal.Number("proposal_id")), proposal.Text("state"), proposal.Text("dataset"), proposal.Text("gate")
                ?? Format.Nothing,
                check.Text("kind"), check.Text("column") ?? Format.Nothing, string.Join(", ", limits), proposal.Text("evidence"),
                proposal.Text("withdrawn_by") ?? proposal.Text("decided_by") ?? proposal.Text("proposed_by"));
        }

        return table;
    }
}
