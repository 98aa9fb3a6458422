using System.Text.Json.Nodes;
using Spectre.Console;

namespace Workflow.Engine.Cli;

/// <summary>One command's dealings: the server it asks, and the form in which it answers.</summary>
internal sealed class Session(Terminal terminal, ApiClient api, bool json) : IDisposable
{
    internal Terminal Terminal { get; } = terminal;

    internal ApiClient Api { get; } = api;

    /// <summary>Whether the output is for a script: one JSON value and nothing else.</summary>
    internal bool Json { get; } = json;

    internal IAnsiConsole Console => Terminal.Console;

    public void Dispose() => Api.Dispose();

    /// <summary>The answer as the API gave it, or as a person wants to see it.</summary>
    internal void Show(JsonNode answer, Action view)
    {
        if (Json)
            Terminal.Output.WriteLine(Cli.Json.Write(answer));
        else
            view();
    }

    /// <summary>A list; where there is nothing in it, what would make it so.</summary>
    internal void ShowList(JsonArray items, string whenEmpty, Func<Table> table) => Show(items, () =>
    {
        if (items.Count == 0)
            Note(whenEmpty);
        else
            Console.Write(table());
    });

    /// <summary>A line of the result; never wrapped, as it may be copied.</summary>
    internal void Line(string text = "") => Terminal.Output.WriteLine(text);

    /// <summary>Something to know that is not the result.</summary>
    internal void Note(string text) => Terminal.Error.WriteLine(text);

    internal string Time(DateTimeOffset? time) => Format.Time(time, Terminal.Clock.LocalTimeZone);
}
