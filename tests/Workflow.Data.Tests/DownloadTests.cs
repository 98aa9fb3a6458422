using System.Net;

namespace Workflow.Data.Tests;

public sealed class DownloadTests : IDisposable
{
    private const string Address = "https://user:secret@data.example/trips.csv?token=secret";

    private readonly DataFixture data = new();

    public void Dispose() => data.Dispose();

    [Fact]
    public async Task Ingest_Address_ReadsTheDownloadAndReportsIt()
    {
        var log = new Lines();

        var dataset = await Source(
            _ => new(HttpStatusCode.OK) { Content = new StringContent("a,b\n1,2\n") }).IngestAsync(Address, null, log, default);

        dataset.Rows.ShouldBe(1);
        log.ShouldHaveSingleItem().ShouldBe("Downloaded https://data.example/trips.csv: 0.0 MB.");
        Directory.GetFiles(Path.Combine(data.Store.Root, "staging")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(HttpStatusCode.NotFound, false)]
    [InlineData(HttpStatusCode.Forbidden, false)]
    [InlineData(HttpStatusCode.TooManyRequests, true)]
    [InlineData(HttpStatusCode.BadGateway, true)]
    public async Task Ingest_ServerRefuses_NamesTheAddressWithoutItsSecrets(HttpStatusCode status, bool retryable)
    {
        var error = await Should.ThrowAsync<TaskFailureException>(() => Source(_ => new(status)).IngestAsync(Address, null, null, default));

        error.Message.ShouldBe($"Cannot download https://data.example/trips.csv: the server answered {(int)status} {status}.");
        error.Retryable.ShouldBe(retryable);
    }

    [Fact]
    public async Task Ingest_NoConnection_MayBeTriedAgain()
    {
        var error = await Should.ThrowAsync<TaskFailureException>(
            () => Source(_ => throw new HttpRequestException("Connection refused")).IngestAsync(Address, null, null, default));

        error.Message.ShouldContain("https://data.example/trips.csv: Connection refused");
        error.Retryable.ShouldBeTrue();
    }

    [Fact]
    public async Task Ingest_DownloadThatBreaksOff_IsNotTakenForTheFile()
    {
        var content = new ByteArrayContent("a,b\n1,2\n"u8.ToArray());
        content.Headers.ContentLength = 100;

        var error = await Should.ThrowAsync<TaskFailureException>(
            () => Source(_ => new(HttpStatusCode.OK) { Content = content }).IngestAsync(Address, null, null, default));

        error.Message.ShouldContain("broke off after 8 of 100 bytes");
        error.Retryable.ShouldBeTrue();
        Directory.GetFiles(data.Store.Root, "*", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Fact]
    public async Task Ingest_RefusedRowOfADownload_NamesTheAddress()
    {
        var error = await Should.ThrowAsync<TaskFailureException>(
            () =>
                Source(_ => new(HttpStatusCode.OK) { Content = new StringContent("a,b\n1\n") }).IngestAsync(Address, null, null, default));

        error.Message.ShouldStartWith("The file https://data.example/trips.csv, line 2: expected 2 columns");
    }

    private FileSource Source(Func<HttpRequestMessage, HttpResponseMessage> answer) => new(data.Store, new HttpClient(new Server(answer)));

    private sealed class Server(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(answer(request));
    }

    private sealed class Lines : List<string>, IProgress<string>
    {
        public void Report(string value) => Add(value);
    }
}
