using System.Net;
using System.Net.Sockets;

namespace Workflow.EndToEnd.Cli;

public sealed class EndpointTests : CliTest
{
    private static readonly string[] List = ["dags", "list", "--output", "json"];

    private async Task<Result> ListAsync(params string[] options)
    {
        Api.On("GET dags", Canned.Page("dags"));
        return await RunAsync([.. List, .. options]);
    }

    [Fact]
    public async Task Find_DataFolderNamed_ReadsItsFile()
    {
        Directory.Move(Path.Combine(Folder, ".workflow"), Path.Combine(Folder, "elsewhere"));

        (await ListAsync("--data", "elsewhere")).ShouldBe(new Result(0, "[]\n", ""));
    }

    [Fact]
    public async Task Find_NothingNamed_SaysWhatToDo()
    {
        File.Delete(EndpointFile);

        var result = await ListAsync();

        result.ShouldBe(new Result(
            1,
            "",
            $"No server found: there is no {Path.Combine(".workflow", "endpoint.json")} here. "
            + "Start one with `workflow up`, or name one with --url.\n"));
    }

    [Fact]
    public async Task Find_OptionEnvironmentAndFile_OptionWins()
    {
        Environment["WORKFLOW_URL"] = "http://127.0.0.1:1";
        Environment["WORKFLOW_TOKEN"] = "wrong";
        WriteEndpoint(Api, "wrong too");

        (await ListAsync("--url", Api.Url, "--token", StubApi.FirstToken)).Code.ShouldBe(0);
    }

    [Fact]
    public async Task Find_EnvironmentAndFile_EnvironmentWins()
    {
        Environment["WORKFLOW_URL"] = Api.Url + "/api/v2/";
        Environment["WORKFLOW_TOKEN"] = StubApi.FirstToken;
        File.WriteAllText(EndpointFile, """{"url": "http://127.0.0.1:1", "token": "wrong"}""");

        (await ListAsync()).Code.ShouldBe(0);
        Api.Requests.ShouldBe(["GET dags?limit=100&offset=0"]);
    }

    [Fact]
    public async Task Find_OtherAddressThanTheFiles_KeepsTheFilesTokenBack()
    {
        var result = await ListAsync("--url", Api.Url);

        result.Code.ShouldBe(1);
        result.Error.ShouldBe($"The server at {Api.Url} wants a token and none was given. Name one with --token or WORKFLOW_TOKEN.\n");
    }

    [Theory]
    [InlineData("--token")]
    [InlineData("WORKFLOW_TOKEN")]
    [InlineData(".workflow/endpoint.json")]
    public async Task Ask_WrongToken_SaysWhereItCameFrom(string source)
    {
        string[] options = [];
        if (source == "--token")
            options = ["--token", "wrong-secret"];
        else if (source == "WORKFLOW_TOKEN")
            Environment[source] = "wrong-secret";
        else
            WriteEndpoint(Api, "wrong-secret");

        var result = await ListAsync(options);

        result.Code.ShouldBe(1);
        result.Output.ShouldBe("");
        result.Error.Replace('\\', '/').ShouldStartWith($"The server at {Api.Url} does not accept the token from {source}.");
        result.Error.ShouldNotContain("wrong-secret");
    }

    [Fact]
    public async Task Ask_NobodyListens_SaysWhatToDo()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var address = $"http://{listener.LocalEndpoint}";
        listener.Stop();

        var result = await ListAsync("--url", address);

        result.Code.ShouldBe(1);
        result.Output.ShouldBe("");
        result.Error.ShouldBe(
            $"The server at {address} (from --url) does not answer: Connection refused. "
            + "Start it with `workflow up`, or name another with --url.\n");
    }

    [Fact]
    public async Task Ask_AnotherKindOfServer_SaysSo()
    {
        Api.OnError("GET dags", 404, "<html>hello</html>");

        var result = await RunAsync(List);

        result.Code.ShouldBe(1);
        result.Error.ShouldContain("answered 404 NotFound, not as a Workflow server does.");
    }

    [Theory]
    [InlineData("{", "cannot be read")]
    [InlineData("{}", "it names no url")]
    [InlineData("[]", "it names no url")]
    public async Task Find_BrokenFile_NamesIt(string content, string reason)
    {
        File.WriteAllText(EndpointFile, content);

        var result = await ListAsync();

        result.Code.ShouldBe(1);
        result.Error.ShouldContain("endpoint.json");
        result.Error.ShouldContain(reason);
    }

    [Theory]
    [InlineData("localhost:8080")]
    [InlineData("ftp://localhost")]
    public async Task Find_NotAnAddress_IsWrongUsage(string address)
    {
        var result = await ListAsync("--url", address);

        result.Code.ShouldBe(2);
        result.Error.ShouldBe($"'{address}' (from --url) is not the address of a server. Write it as http://localhost:8080.\n");
    }
}
