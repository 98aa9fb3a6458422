using System.CommandLine;
using System.CommandLine.Invocation;
using Npgsql;

namespace Workflow.Engine.Cli;

/// <summary>Runs a command line: the one place that turns errors into text on standard error and into exit codes.</summary>
public static class CommandLine
{
    private static readonly TimeSpan DefaultStopLimit = TimeSpan.FromSeconds(2);

    // A leading @ belongs to --conf @file.json; the parser would take it for a file of further arguments.
    private static readonly ParserConfiguration Parsing = new() { ResponseFileTokenReplacer = null };

    /// <summary>Parses and runs; returns the exit code.</summary>
    /// <param name="root">The command with all groups.</param>
    /// <param name="arguments">What the user typed.</param>
    /// <param name="terminal">Where results and errors go.</param>
    /// <param name="stopLimit">How long a command may take to end after Ctrl-C before the process ends. Default: 2 seconds.</param>
    /// <param name="cancellationToken">Ends the command as Ctrl-C does.</param>
    public static async Task<int> InvokeAsync(
        RootCommand root,
        IReadOnlyList<string> arguments,
        Terminal terminal,
        TimeSpan? stopLimit = null,
        CancellationToken cancellationToken = default)
    {
        var parsed = root.Parse(arguments, Parsing);
        var isWrong = parsed.Action is ParseErrorAction;
        if (parsed.Action is ParseErrorAction wrong)
            wrong.ShowHelp = false;
        var configuration = new InvocationConfiguration
        {
            Output = isWrong ? terminal.Error : terminal.Output,
            Error = terminal.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = stopLimit ?? DefaultStopLimit,
        };
        try
        {
            var code = await parsed.InvokeAsync(configuration, cancellationToken);
            if (!isWrong)
                return code;
            terminal.Error.WriteLine($"Try: {PathOf(parsed)} --help");
            return ExitCodes.Usage;
        }
        catch (WorkflowException failure)
        {
            terminal.Error.WriteLine(failure.Message);
            return failure is ClientException client ? client.ExitCode : ExitCodes.Failure;
        }
        catch (NpgsqlException failure)
        {
            var said = failure is PostgresException refused ? $"PostgreSQL refused: {refused.MessageText}"
                : $"PostgreSQL cannot be reached: {failure.Message}";
            terminal.Error.WriteLine(
                $"{said}. Check that it runs and that Database__ConnectionString names it, its user and its database.");
            return ExitCodes.Failure;
        }
    }

    private static string PathOf(ParseResult parsed)
    {
        var names = new List<string>();
        for (var at = parsed.CommandResult; at is not null; at = at.Parent as System.CommandLine.Parsing.CommandResult)
            names.Insert(0, at.Command is RootCommand ? "workflow" : at.Command.Name);
        return string.Join(' ', names);
    }
}
