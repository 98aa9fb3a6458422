using System.Text;
using Spectre.Console;

namespace Workflow.Engine.Cli;

/// <summary>What the command line sees of the outside: its streams, folder, environment and clock. A test brings its own.</summary>
public sealed class Terminal
{
    private readonly Lazy<IAnsiConsole> console;

    /// <summary>Creates a terminal.</summary>
    public Terminal() => console = new Lazy<IAnsiConsole>(CreateConsole);

    /// <summary>Where results go.</summary>
    public required TextWriter Output { get; init; }

    /// <summary>Where errors and notes go, so that a script reads nothing but results from <see cref="Output"/>.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Whether the output understands colours and cursor movement. Default: no, as for a file or a pipe.</summary>
    public AnsiSupport Ansi { get; init; } = AnsiSupport.No;

    /// <summary>The folder that relative paths start from.</summary>
    public string Folder { get; init; } = Environment.CurrentDirectory;

    /// <summary>Reads an environment variable; null when it is not set.</summary>
    public Func<string, string?> Variable { get; init; } = Environment.GetEnvironmentVariable;

    /// <summary>The clock of waiting, and the zone in which times are shown.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>How long a server may take to answer what it need not read files for. Default: 30 seconds.</summary>
    public TimeSpan AnswerLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The console of this process.</summary>
    public static Terminal System { get; } = OfProcess();

    internal IAnsiConsole Console => console.Value;

    internal bool IsLive => Console.Profile.Capabilities.Ansi;

    private static Terminal OfProcess()
    {
        // Icons of states need it on Windows; elsewhere it is the default.
        if (OperatingSystem.IsWindows())
            global::System.Console.OutputEncoding = Encoding.UTF8;
        return new Terminal
        {
            Output = global::System.Console.Out,
            Error = global::System.Console.Error,
            Ansi = global::System.Console.IsOutputRedirected ? AnsiSupport.No : AnsiSupport.Detect,
        };
    }

    private IAnsiConsole CreateConsole()
    {
        var created = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = Ansi,
            ColorSystem = Ansi == AnsiSupport.No ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(Output),
            // The enrichers switch colours on for known build servers even when the output is a file.
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
        });
        // A pipe has no width: one row is one line, so that grep and awk work.
        if (Ansi == AnsiSupport.No)
            created.Profile.Width = 10_000;
        if (Variable("NO_COLOR") is { Length: > 0 })
            created.Profile.Capabilities.ColorSystem = ColorSystem.NoColors;
        return created;
    }
}
