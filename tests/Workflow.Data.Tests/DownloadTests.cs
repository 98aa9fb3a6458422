using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

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

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Ingest_ConnectionThatBreaks_GoesOnWhereItStoppedUnlessTheFileChanged(bool changes)
    {
        var content = "a,b\n" + string.Concat(Enumerable.Range(0, 1000).Select(i => $"{i},{i}\n"));
        var other = content.Replace(",9", ",8", StringComparison.Ordinal);
        await using var server = new FileServer(
            content, breakAfter: [2000, 1500], changed: changes ? other : content, TestContext.Current.CancellationToken);
        var log = new Lines();

        var source = new CsvSource(server.Address, new CsvOptions()) { Sha256 = Hash(changes ? other : content) };
        var read = await new FileSource(data.Store, new HttpClient()).IngestAsync(source, log, TestContext.Current.CancellationToken);

        read.Rows.Rows.ShouldBe(1000);
        server.Ranges.ShouldBe(changes ? ["", "bytes=2000-", "bytes=1500-"] : ["", "bytes=2000-", "bytes=3500-"]);
        log.Count(line => line.Contains("broke off", StringComparison.Ordinal)).ShouldBe(2);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Ingest_ServerThatGivesLessThanTheRest_IsAskedForMore(bool saysAgainHowLong)
    {
        var content = Encoding.UTF8.GetBytes("a\n" + string.Concat(Enumerable.Range(0, 998).Select(i => $"{i:0000}\n")) + "end\n");
        var asked = new List<string>();

        var dataset = await Source(request =>
        {
            var from = (int)(request.Headers.Range?.Ranges.Single().From ?? 0);
            asked.Add($"{request.Headers.Range}");
            var part = new ByteArrayContent(content, from, Math.Min(2000, content.Length - from));
            if (from > 0)
            {
                var to = Math.Min(from + 1999, content.Length - 1);
                part.Headers.ContentRange = saysAgainHowLong ? new(from, to, content.Length) : new(from, to);
            }
            else
            {
                part.Headers.ContentLength = content.Length;
            }

            var answer = new HttpResponseMessage(from > 0 ? HttpStatusCode.PartialContent : HttpStatusCode.OK) { Content = part };
            answer.Headers.ETag = new("\"one\"");
            return answer;
        }).IngestAsync(Address, null, null, default);

        dataset.Rows.ShouldBe(999);
        asked.ShouldBe(["", "bytes=2000-", "bytes=4000-"]);
    }

    [Fact]
    public async Task Ingest_ServerThatBeginsAnewAndBreaksOffEachTime_IsNotAskedWithoutEnd()
    {
        var asked = 0;
        var error = await Should.ThrowAsync<TaskFailureException>(() => Source(_ =>
        {
            asked++;
            var answer = new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent("a\n1\n"u8.ToArray()) };
            answer.Content.Headers.ContentLength = 100;
            answer.Headers.ETag = new("\"one\"");
            return answer;
        }).IngestAsync(Address, null, null, default));

        error.Message.ShouldBe("Cannot download https://data.example/trips.csv: "
            + "it began anew 3 times and broke off each time, at last after 4 bytes.");
        error.Retryable.ShouldBeTrue();
        asked.ShouldBe(3);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("\"one\"")]
    public async Task Ingest_ServerThatSendsNothingAnyMore_HasBrokenTheConnection(string? tag)
    {
        var asked = 0;
        var server = new Server(_ =>
        {
            var (status, content) = asked++ == 0 ? (HttpStatusCode.OK, "a\n1\n"u8.ToArray()) : (HttpStatusCode.PartialContent, []);
            var answer = new HttpResponseMessage(status) { Content = new StreamContent(new StalledStream(content)) };
            answer.Content.Headers.ContentRange = asked == 1 ? null : new ContentRangeHeaderValue(4, 7, 8);
            answer.Headers.ETag = tag is null ? null : new(tag);
            return answer;
        });
        using var http = new HttpClient(server);
        http.Timeout = TimeSpan.FromMilliseconds(100);
        var log = new Lines();

        // Asked for the rest it sends nothing at all.
        var error = await Should.ThrowAsync<TaskFailureException>(
            () => new FileSource(data.Store, http).IngestAsync(Address, null, log, TestContext.Current.CancellationToken));

        error.Message.ShouldBe("Cannot download https://data.example/trips.csv: the server sent nothing for 0.1 seconds.");
        error.Retryable.ShouldBeTrue();
        asked.ShouldBe(tag is null ? 1 : 2);
    }

    [Fact]
    public async Task Ingest_OtherChecksum_IsRefused()
    {
        var source = new CsvSource(data.Write("x.csv", "a\n1\n"), new CsvOptions()) { Sha256 = new string('0', 64) };

        var error = await Should.ThrowAsync<TaskFailureException>(() => data.Files.IngestAsync(source, null, default));

        error.Message.ShouldContain($"has the SHA-256 {Hash("a\n1\n")}, not 000");
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

    private static string Hash(string content) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)));

    private FileSource Source(Func<HttpRequestMessage, HttpResponseMessage> answer) => new(data.Store, new HttpClient(new Server(answer)));

    private sealed class Server(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(answer(request));
    }

    /// <summary>Gives some bytes, and then neither more nor an end.</summary>
    private sealed class StalledStream(byte[] content) : MemoryStream(content)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellationToken = default)
        {
            if (Position == Length)
                await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
            return await base.ReadAsync(destination, cancellationToken);
        }
    }

    private sealed class Lines : List<string>, IProgress<string>
    {
        public void Report(string value) => Add(value);
    }
}
