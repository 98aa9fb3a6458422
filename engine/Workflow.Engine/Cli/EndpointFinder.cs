using System.Text.Json;
using System.Text.Json.Nodes;

namespace Workflow.Engine.Cli;

/// <summary>
/// Finds the server: the options, then the environment, then the file that a running <c>workflow up</c> keeps in its data folder.
/// Address and token are looked for apart, so that one may be given without the other; but the file's token goes to no other address than
/// the file's.
/// </summary>
internal sealed class EndpointFinder(Terminal terminal, string? url, string? token, string dataFolder)
{
    internal const string DefaultDataFolder = ".workflow";
    private const string FileName = "endpoint.json";
    private const string ApiPath = "/api/v2";
    private const string UrlVariable = "WORKFLOW_URL";
    private const string TokenVariable = "WORKFLOW_TOKEN";

    private string ShownFile => Path.Combine(dataFolder, FileName);

    /// <exception cref="ClientException">None is named, or what names it is wrong.</exception>
    internal Endpoint Find()
    {
        var (address, addressSource) = Given(url, "--url", UrlVariable) is { } named
            ? (Parse(named.Value, named.Source), named.Source)
            : (null, null);
        var given = Given(token, "--token", TokenVariable);
        if (address is not null)
            return new Endpoint(address, addressSource!, given?.Value, given?.Source);

        var file = ReadFile() ?? throw new ClientException(
            $"No server found: there is no {ShownFile} here. Start one with `workflow up`, or name one with --url.");
        return new Endpoint(
            Parse(file.Url, ShownFile),
            ShownFile,
            given?.Value ?? file.Token,
            given?.Source ?? (file.Token is null ? null : ShownFile));
    }

    private (string Value, string Source)? Given(string? option, string optionName, string variable)
    {
        if (option is not null)
            return (option, optionName);
        return terminal.Variable(variable) is { Length: > 0 } value ? (value, variable) : null;
    }

    private (string Url, string? Token)? ReadFile()
    {
        var path = Path.Combine(terminal.Folder, dataFolder, FileName);
        try
        {
            var content = JsonNode.Parse(File.ReadAllText(path)) as JsonObject;
            return content.Text("url") is { } found ? (found, content.Text("token")) : throw Broken("it names no url");
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (JsonException wrong)
        {
            throw Broken(wrong.Message);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw Broken(unreadable.Message);
        }
    }

    // The server may be writing it this moment.
    private ClientException Broken(string reason) =>
        new($"{ShownFile} cannot be read: {reason} Start `workflow up` anew, or name the server with --url.") { Transient = true };

    private static Uri Parse(string text, string source)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw ClientException.Usage($"'{text}' (from {source}) is not the address of a server. Write it as http://localhost:8080.");
        var path = address.AbsolutePath.TrimEnd('/');
        if (path.EndsWith(ApiPath, StringComparison.Ordinal))
            path = path[..^ApiPath.Length];
        return new UriBuilder(address) { Path = path + "/", Query = "", Fragment = "" }.Uri;
    }
}
