using System.CommandLine;
using System.Text.Json.Nodes;
using Spectre.Console;
using Workflow.Engine.Cli;

namespace Workflow.EndToEnd.Cli;

/// <summary>A command line in this process, with a server that gives canned answers, a folder and an environment of its own.</summary>
public abstract class CliTest : IAsyncLifetime
{
    internal sealed record Result(int Code, string Output, string Error)
    {
        internal JsonNode Json => JsonNode.Parse(Output)!;

        /// <summary>The lines of the output, spaces between columns made one.</summary>
        internal IReadOnlyList<string> Rows =>
            [.. Output.Split('\n').Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))];
    }

    internal string Folder { get; } = Directory.CreateTempSubdirectory("workflow-cli-").FullName;

    internal Dictionary<string, string> Environment { get; } = [];

    internal HastyClock Clock { get; } = new();

    internal AnsiSupport Ansi { get; set; } = AnsiSupport.No;

    internal TimeSpan AnswerLimit { get; set; } = TimeSpan.FromSeconds(30);

    internal StubApi Api { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Api = await StubApi.StartAsync();
        WriteEndpoint(Api);
    }

    public async ValueTask DisposeAsync()
    {
        await Api.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    internal string EndpointFile => Path.Combine(Folder, ".workflow", "endpoint.json");

    internal void WriteEndpoint(StubApi api, string token = StubApi.FirstToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(EndpointFile)!);
        File.WriteAllText(EndpointFile, $$"""{"url": "{{api.Url}}", "token": "{{token}}"}""");
    }

    internal Task<Result> RunAsync(params string[] arguments) => RunAsync(arguments, CancellationToken.None);

    internal async Task<Result> RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var terminal = new Terminal
        {
            Output = output,
            Error = error,
            Folder = Folder,
            Variable = name => Environment.GetValueOrDefault(name),
            Clock = Clock,
            Ansi = Ansi,
            AnswerLimit = AnswerLimit,
        };
        var root = new RootCommand();
        ClientCommands.AddTo(root, terminal);
        var code = await CommandLine.InvokeAsync(root, arguments, terminal, cancellationToken: cancellationToken);
        return new Result(code, output.ToString(), error.ToString());
    }
}
