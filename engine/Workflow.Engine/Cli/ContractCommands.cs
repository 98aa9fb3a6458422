using System.CommandLine;
using System.Text.Json.Nodes;

namespace Workflow.Engine.Cli;

/// <summary><c>contracts list|show|check|accept</c>.</summary>
internal static class ContractCommands
{
    internal static IEnumerable<Command> All(Verbs verbs)
    {
        var name = new Argument<string>("NAME") { Description = "Name of the dataset." };
        var target = new Argument<string>("FILE.cs|NAME") { Description = "A DAG file, or the name of a dataset." };
        var dags = new Option<string?>("--dags")
        {
            Description = "The folder of the DAG files. Default: the nearest above the file that has shared code.",
            HelpName = "FOLDER",
        };
        var dag = new Option<string?>("--dag") { Description = "The DAG that is meant, where several are refused.", HelpName = "ID" };
        var hash = new Option<string?>("--hash")
        {
            Description = "Which contract is allowed, as the refusal says: no other is, should the file have changed since.",
            HelpName = "HASH",
        };
        var reason = new Option<string>("--reason")
        {
            Description = "Why it may; kept with the version.",
            HelpName = "TEXT",
            Required = true,
        };
        yield return verbs.Verb("list", "Lists the newest contracts of datasets.", [], (_, session, token) => ListAsync(session, token));
        yield return verbs.Verb(
            "show", "Shows a dataset's contract, its versions and who reads the dataset.", [name], (parsed, session, token) =>
                ShowAsync(session, parsed.GetRequiredValue(name), token));
        yield return verbs.Verb(
            "check", "Says what would become of a DAG file's contracts, or whether a dataset's contract is broken now. Registers nothing.",
            [target, dags], (parsed, session, token) =>
                ContractFile.IsFile(parsed.GetRequiredValue(target))
                    ? CheckFileAsync(session, parsed.GetRequiredValue(target), parsed.GetValue(dags), token)
                    : CheckNameAsync(session, parsed.GetRequiredValue(target), token));
        yield return verbs.Verb(
            "accept", "Allows the break for which a DAG is refused.", [name, dag, hash, reason], (parsed, session, token) => AcceptAsync(
                session, parsed.GetRequiredValue(name), parsed.GetValue(dag), parsed.GetValue(hash), parsed.GetRequiredValue(reason),
                token));
    }

    private static async Task ListAsync(Session session, CancellationToken cancellationToken)
    {
        var contracts = await session.Api.ListAsync("contracts", "contracts", null, null, cancellationToken);
        session.ShowList(contracts, "No contracts yet. A DAG declares one with dag.Contract.", () =>
        {
            var table = Grid.Of("Dataset", "Version", "Level", "Columns", "Personal data", "Owner", "Declared by", "Since", "Refused")
                .AlignRight(1, 3, 8);
            foreach (var contract in contracts)
            {
                table.Row(
                    contract.Text("dataset"), Format.Count(contract.Number("version")), contract.Text("compatibility"),
                    Format.Count(contract.Number("columns")), Format.Names(contract.Texts("personal_columns")), contract.Text("owner"),
                    contract.Text("dag_id"), session.Time(contract.Time("registered_at")), Format.Count(contract.Number("refused")));
            }

            return table;
        });
    }

    private static async Task ShowAsync(Session session, string name, CancellationToken cancellationToken)
    {
        var contract = await session.Api.GetAsync(Paths.Contract(name), cancellationToken);
        session.Show(contract, () => ContractView.Show(session, contract));
    }

    /// <summary>Fails when a contract of the file breaks what is promised, so that it can stand in a build.</summary>
    private static async Task<int> CheckFileAsync(Session session, string file, string? dags, CancellationToken cancellationToken)
    {
        var answers = new JsonArray();
        foreach (var (dag, dataset, contract) in ContractFile.Read(file, dags, cancellationToken))
        {
            var answer = await session.Api.PostAsync($"{Paths.Contract(dataset)}/check", contract, cancellationToken);
            answer["dag_id"] = dag;
            answers.Add(answer);
        }

        session.Show(answers, () => ContractView.ShowChecks(session, answers));
        return answers.Any(answer => answer.Text("outcome") == "breaking") ? ExitCodes.Failure : ExitCodes.Success;
    }

    private static async Task<int> CheckNameAsync(Session session, string name, CancellationToken cancellationToken)
    {
        var contract = await session.Api.GetAsync(Paths.Contract(name), cancellationToken);
        var refused = contract.List("refused");
        session.Show(refused, () =>
        {
            if (refused.Count == 0)
                session.Line($"Every DAG that declares the contract of {name} keeps version {contract.Int("version")}.");
            foreach (var refusal in refused)
                session.Line($"{refusal.Text("file")} ({refusal.Text("dag_id")}): {refusal.Text("message")}");
        });
        return refused.Count == 0 ? ExitCodes.Success : ExitCodes.Failure;
    }

    private static async Task AcceptAsync(
        Session session, string name, string? dag, string? hash, string reason, CancellationToken cancellationToken)
    {
        var body = new JsonObject { ["reason"] = reason, ["dag_id"] = dag, ["hash"] = hash };
        var accepted = await session.Api.PostAsync($"{Paths.Contract(name)}/accept", body, cancellationToken);
        session.Show(accepted, () => session.Line($"The break is accepted: version {accepted.Int("version")} of the contract of {name}."));
    }
}
