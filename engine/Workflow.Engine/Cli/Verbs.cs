using System.CommandLine;

namespace Workflow.Engine.Cli;

/// <summary>Makes the verbs that ask the server; each has the options that say which, and how to answer.</summary>
/// <remarks>
/// The options hang on the verbs, not on the groups: verbs of other kinds share the groups and have a <c>--data</c> of their own.
/// </remarks>
internal sealed class Verbs(Terminal terminal)
{
    private const string Json = "json";

    private readonly Option<string> output = new Option<string>("--output", "-o")
    {
        Description = "How to answer.",
        DefaultValueFactory = _ => "table",
    }.AcceptOnlyFromAmong("table", Json);

    private readonly Option<string?> url = new("--url")
    {
        Description = "Address of the server. Default: WORKFLOW_URL, then endpoint.json.",
    };

    private readonly Option<string?> token = new("--token")
    {
        Description = "Token for the server. Default: WORKFLOW_TOKEN, then endpoint.json.",
    };

    private readonly Option<string> data = new("--data")
    {
        Description = "Folder in which `workflow up` keeps endpoint.json.",
        HelpName = "FOLDER",
        DefaultValueFactory = _ => EndpointFinder.DefaultDataFolder,
    };

    /// <summary>A verb that returns an exit code.</summary>
    internal Command Verb(
        string name, string description, Symbol[] symbols, Func<ParseResult, Session, CancellationToken, Task<int>> run)
    {
        var verb = new Command(name, description);
        foreach (var symbol in symbols)
        {
            if (symbol is Argument argument)
                verb.Add(argument);
            else
                verb.Add((Option)symbol);
        }

        foreach (var option in new Option[] { output, url, token, data })
            verb.Add(option);
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            using var session = Open(parsed);
            try
            {
                return await run(parsed, session, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                session.Note("Interrupted.");
                return ExitCodes.Failure;
            }
        });
        return verb;
    }

    /// <summary>A verb that succeeds unless it throws.</summary>
    internal Command Verb(string name, string description, Symbol[] symbols, Func<ParseResult, Session, CancellationToken, Task> run) =>
        Verb(name, description, symbols, async (parsed, session, cancellationToken) =>
        {
            await run(parsed, session, cancellationToken);
            return ExitCodes.Success;
        });

    private Session Open(ParseResult parsed)
    {
        var finder = new EndpointFinder(terminal, parsed.GetValue(url), parsed.GetValue(token), parsed.GetRequiredValue(data));
        return new Session(terminal, new ApiClient(finder, terminal.AnswerLimit), parsed.GetValue(output) == Json);
    }
}
