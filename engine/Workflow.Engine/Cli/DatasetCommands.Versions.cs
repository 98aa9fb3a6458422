using System.CommandLine;
using System.Text.Json.Nodes;

namespace Workflow.Engine.Cli;

/// <content>How versions are kept.</content>
internal static partial class DatasetCommands
{
    private static IEnumerable<Command> OfVersions(Verbs verbs, Argument<string> name)
    {
        var partition = new Option<string?>("--partition")
        {
            Description = "Only this slice, such as month=2019-06.",
            HelpName = "K=V,...",
        };
        var limit = Limit.Option();
        var at = new Option<int?>("--version")
        {
            Description = "The dataset as it was at this version; the newest unless given.",
            HelpName = "N",
        };
        var version = new Argument<int>("VERSION") { Description = "Number of the version." };
        var reason = new Option<string>("--reason") { Description = "Why.", Required = true, HelpName = "TEXT" };
        yield return verbs.Verb(
            "versions", "Lists the versions of a dataset, and how they are kept; newest first.", [name, partition, limit],
            (parsed, session, token) =>
                VersionsAsync(session, parsed.GetRequiredValue(name), parsed.GetValue(partition), parsed.GetValue(limit), token));
        var from = new Option<string>("--from")
        {
            Description = "A version's number, or a slice such as month=2019-06.",
            Required = true,
            HelpName = "VERSION",
        };
        var to = new Option<string>("--to") { Description = "What to compare it with, likewise.", Required = true, HelpName = "VERSION" };
        yield return verbs.Verb("diff", "Compares two versions of a dataset, row by row.", [name, from, to], (parsed, session, token) =>
            DiffAsync(session, parsed.GetRequiredValue(name), parsed.GetRequiredValue(from), parsed.GetRequiredValue(to), token));
        yield return verbs.Verb(
            "verify", "Reads all files of a dataset, and compares their hashes.", [name, at], (parsed, session, token) =>
                VerifyAsync(session, parsed.GetRequiredValue(name), parsed.GetValue(at), token));
        yield return verbs.Verb("hold", "Keeps the content of a version, whatever the retention says.", [name, version, reason],
            (parsed, session, token) =>
            ActAsync(
                session, parsed.GetRequiredValue(name), parsed.GetRequiredValue(version), "is on hold", path => session.Api.PostAsync(
                    $"{path}/hold", new JsonObject { ["reason"] = parsed.GetRequiredValue(reason), ["by"] = Environment.UserName },
                    token)));
        yield return verbs.Verb("lift", "Lifts a hold.", [name, version], (parsed, session, token) => ActAsync(
            session, parsed.GetRequiredValue(name), parsed.GetRequiredValue(version), "is no longer on hold", path =>
                session.Api.DeleteAsync($"{path}/hold?by={Paths.Escape(Environment.UserName)}", token)));
        yield return verbs.Verb("recall", "Brings a version back from the cold store.", [name, version], (parsed, session, token) =>
            ActAsync(
            session, parsed.GetRequiredValue(name), parsed.GetRequiredValue(version), "is back from the cold store", path =>
                session.Api.PostReadAsync($"{path}/recall", null, token)));
    }

    private static async Task VersionsAsync(Session session, string name, string? partition, int limit, CancellationToken cancellationToken)
    {
        var query = partition is null ? null : $"partition={Paths.Escape(partition)}";
        var versions = await session.Api.ListAsync($"{Paths.Dataset(name)}/versions", "versions", query, limit, cancellationToken);
        session.ShowList(versions, "No versions of that slice.", () => VersionTable(session, versions, "Kept", State));
    }

    private static async Task DiffAsync(Session session, string name, string from, string to, CancellationToken cancellationToken)
    {
        var path = $"{Paths.Dataset(name)}/diff?from={Paths.Escape(from)}&to={Paths.Escape(to)}";
        var diff = await session.Api.GetReadAsync(path, cancellationToken);
        session.Show(diff, () =>
        {
            session.Console.Write(Grid.Facts(("From", Side(diff["from"])), ("To", Side(diff["to"]))));
            session.Line();
            session.Line(diff["same_content"]?.GetValue<bool>() == true
                ? "The content is the same."
                : $"{Format.Count(diff.Number("rows_added"))} rows added, {Format.Count(diff.Number("rows_removed"))} removed.");
            if (diff.List("columns").Count == 0)
                return;
            var table = Grid.Of("Column", "From", "To");
            foreach (var column in diff.List("columns"))
                table.Row(column.Text("name"), column.Text("from"), column.Text("to"));
            session.Console.Write(table);
        });

        static string Side(JsonNode? side) =>
            $"version {side.Int("version")}, {Format.Pairs(side.Map("partition"))}, {Format.Count(side.Number("rows"))} rows ({Format.Hash(side.Text("sha256"))})";
    }

    private static async Task<int> VerifyAsync(Session session, string name, int? version, CancellationToken cancellationToken)
    {
        var query = version is { } number ? $"?version={number}" : "";
        var found = await session.Api.PostReadAsync($"{Paths.Dataset(name)}/verify{query}", null, cancellationToken);
        var damages = found.Texts("damages").ToList();
        session.Show(found, () =>
        {
            var expired = found.Int("expired") > 0 ? $" The content of {found.Int("expired")} more has expired." : "";
            session.Line($"{name} version {found.Int("version")}: {found.Int("sound")} of {found.Int("files")} files are sound.{expired}");
            foreach (var damage in damages)
                session.Line(damage);
        });
        return damages.Count == 0 ? ExitCodes.Success : ExitCodes.Failure;
    }

    private static async Task ActAsync(Session session, string name, int version, string what, Func<string, Task> act)
    {
        await act($"{Paths.Dataset(name)}/versions/{version}");
        session.Show(new JsonObject { ["name"] = name, ["version"] = version }, () => session.Line($"{name} version {version} {what}."));
    }

    private static string State(JsonNode? version)
    {
        if (version?["hold"] is { } hold)
            return $"held by {hold.Text("by")}: {hold.Text("reason")}";
        if (version.Text("expired_at") is not null)
            return "expired";
        if (version.Text("cold_at") is not null)
            return "cold";
        return version?["is_newest_of_slice"]?.GetValue<bool>() == true ? "newest of its slice" : "replaced";
    }

    private static string Kept(JsonNode? retention)
    {
        string?[] parts =
        [
            retention.Number("versions") is { } versions ? $"{versions} versions of each slice" : null,
            retention.Number("days") is { } days ? $"{Format.Metric(days)} days" : null,
            retention.Number("cold_after_days") is { } cold ? $"cold after {Format.Metric(cold)} days" : null,
        ];
        return string.Join(", ", parts.OfType<string>()) is { Length: > 0 } text ? text : "for ever";
    }
}
