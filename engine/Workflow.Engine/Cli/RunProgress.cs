using System.Text.Json.Nodes;
using Spectre.Console;

namespace Workflow.Engine.Cli;

/// <summary>Shows how a run goes.</summary>
internal interface IRunProgress
{
    /// <summary>Takes the present states.</summary>
    void Show(JsonNode run, JsonArray tasks);

    /// <summary>Takes why nothing is heard; null when something is again.</summary>
    void Note(string? text);
}

/// <summary>Chooses how: a table that changes in place on a terminal, a line for each change elsewhere.</summary>
internal static class RunProgress
{
    internal static async Task<JsonNode> ShowAsync(Session session, Func<IRunProgress, Task<JsonNode>> watch)
    {
        if (session.Json || !session.Terminal.IsLive)
            return await watch(new LineProgress(session));
        return await session.Console.Live(new Text("")).StartAsync(context => watch(new LiveProgress(session, context)));
    }
}
