using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Workflow.Engine.Cli;

/// <summary><c>events send</c>.</summary>
internal static class EventCommands
{
    internal static IEnumerable<Command> All(Verbs verbs)
    {
        var key = new Argument<string>("KEY") { Description = "What tasks wait for." };
        var payload = new Option<string?>("--payload") { Description = "What they get as their output.", HelpName = "JSON" };
        yield return verbs.Verb("send", "Tells waiting tasks that something happened.", [key, payload], (parsed, session, token) =>
            SendAsync(session, parsed.GetRequiredValue(key), parsed.GetValue(payload), token));
    }

    private static async Task SendAsync(Session session, string key, string? payload, CancellationToken cancellationToken)
    {
        var body = new JsonObject { ["key"] = key, ["payload"] = Parse(payload) };
        var sent = await session.Api.PostAsync("events", body, cancellationToken);
        var look = sent.Int("woken") == 1 ? "task looks" : "tasks look";
        session.Show(sent, () => session.Line($"Event {key} is recorded; {sent.Int("woken")} waiting {look} at once."));
    }

    private static JsonNode? Parse(string? payload)
    {
        try
        {
            return payload is null ? null : JsonNode.Parse(payload);
        }
        catch (JsonException wrong)
        {
            throw ClientException.Usage($"--payload is no JSON: {wrong.Message} A text wants quotes: --payload '\"text\"'.");
        }
    }
}
