using System.Text.Json.Nodes;

namespace Workflow.EndToEnd.Up;

/// <summary>How a command ended, and what it said.</summary>
internal sealed record CliResult(int ExitCode, string Output, string Error)
{
    /// <summary>The output of <c>--output json</c>.</summary>
    public JsonNode Json => JsonNode.Parse(Output) ?? throw new InvalidOperationException($"No JSON: {this}");

    public CliResult ShouldSucceed()
    {
        ExitCode.ShouldBe(0, ToString());
        return this;
    }

    public override string ToString() => $"exit code {ExitCode}{Environment.NewLine}{Output}{Environment.NewLine}{Error}";
}
