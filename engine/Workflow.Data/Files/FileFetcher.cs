using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace Workflow.Data.Files;

/// <summary>Makes a file that an author names readable at a local path.</summary>
/// <param name="http">Downloads addresses; its proxy and its timeout, which each piece of the content has anew, are the caller's.</param>
internal sealed class FileFetcher(HttpClient http)
{
    // Often enough to see a download move, seldom enough to keep the log short.
    private const long ReportBytes = 32L << 20;

    // A file may change while it is downloaded; a server that gives no rest of one would be asked without end.
    private const int MostBeginnings = 3;

    /// <summary>Checks a local file, or downloads an address to the staged path.</summary>
    /// <returns>The file's local path; the staged one if it was downloaded.</returns>
    public async Task<string> FetchAsync(string file, string staged, IProgress<string>? log, CancellationToken cancellationToken)
    {
        if (Address(file) is { } address)
        {
            await DownloadAsync(address, staged, log, cancellationToken).ConfigureAwait(false);
            return staged;
        }

        var path = Path.GetFullPath(file);
        if (Directory.Exists(path))
            throw new TaskFailureException($"{path} is a folder; name one file.", retryable: false);

        // A file that is late may be there at the next attempt.
        if (!File.Exists(path))
            throw new TaskFailureException($"There is no file {path}.", retryable: true);

        // DuckDB takes these for a pattern of several files; under a plain name it cannot.
        if (path.AsSpan().IndexOfAny("*?[") < 0)
            return path;
        File.CreateSymbolicLink(staged, path);
        return staged;
    }

    /// <summary>What messages call the file: an address without the user or query, which may hold secrets.</summary>
    public static string Name(string file) =>
        Address(file)?.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped) ?? Path.GetFullPath(file);

    private static Uri? Address(string file) =>
        Uri.TryCreate(file, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" ? address : null;

    // HttpClient reports its own timeout as a cancellation.
    private static bool IsTimeout(Exception error, CancellationToken cancellationToken) =>
        error is OperationCanceledException && !cancellationToken.IsCancellationRequested;

    private static string Megabytes(long bytes) => (bytes / 1e6).ToString("F1", CultureInfo.InvariantCulture);

    private async Task DownloadAsync(Uri address, string staged, IProgress<string>? log, CancellationToken cancellationToken)
    {
        var name = Name(address.OriginalString);
        await using var target = new FileStream(staged, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        Begun? begun = null;
        var beginnings = 0;
        while (true)
        {
            bool isRest;
            try
            {
                (begun, isRest) = await DownloadOnceAsync(address, name, begun, target, log, cancellationToken).ConfigureAwait(false);
                if (begun is null)
                {
                    log?.Report($"Downloaded {name}: {Megabytes(target.Length)} MB.");
                    return;
                }
            }
            catch (Exception error) when (error is HttpRequestException or IOException || IsTimeout(error, cancellationToken))
            {
                throw new TaskFailureException($"Cannot download {name}: {error.Message}", retryable: true, error);
            }

            if (!isRest && ++beginnings == MostBeginnings)
                throw new TaskFailureException(
                    $"Cannot download {name}: it began anew {beginnings} times and broke off each time, at last after {target.Position} bytes.",
                    retryable: true);
            log?.Report($"The download of {name} broke off at {Megabytes(target.Position)} MB; going on from there.");
        }
    }

    /// <summary>Downloads from where the last connection broke.</summary>
    /// <param name="begun">The content that was begun; null to begin.</param>
    /// <returns>
    /// Null at the end of the file; what was begun when the connection broke before. And whether the server gave the rest, or began anew.
    /// </returns>
    private async Task<(Begun? Begun, bool IsRest)> DownloadOnceAsync(
        Uri address, string name, Begun? begun, FileStream target, IProgress<string>? log, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (begun is not null)
        {
            // The server answers with the rest only if the content is still the same, else with all of it.
            request.Headers.Range = new RangeHeaderValue(target.Position, null);
            request.Headers.TryAddWithoutValidation("If-Range", begun.Validator);
        }

        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        if (!answer.IsSuccessStatusCode)
            throw Refused(name, answer.StatusCode);
        var isRest = answer.StatusCode == HttpStatusCode.PartialContent && answer.Content.Headers.ContentRange?.From == target.Position;
        if (!isRest)
        {
            if (answer.StatusCode == HttpStatusCode.PartialContent)
                throw new TaskFailureException(
                    $"Cannot download {name}: the server answered with another part than was asked for.", retryable: true);
            target.SetLength(0);
        }

        // A weak tag may stand for other bytes.
        var tag = answer.Headers.ETag is { IsWeak: false } strong ? strong.Tag
            : answer.Content.Headers.LastModified?.ToString("R", CultureInfo.InvariantCulture);
        var start = target.Position;

        // A server may give less than the rest, and says so, or has said so.
        var length = (isRest ? answer.Content.Headers.ContentRange?.Length ?? begun?.Length : null)
            ?? answer.Content.Headers.ContentLength + start;
        var next = tag is null ? null : new Begun(tag, length);
        try
        {
            await using var source = await answer.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            await CopyAsync(name, source, target, length, log, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (next is not null && target.Position > start && error is (HttpRequestException or IOException))
        {
            return (next, isRest);
        }

        if (length is null || length == target.Position)
            return (null, isRest);

        // Where nothing more came, asking again at once would be a storm: the task's own retries wait longer.
        return next is not null && target.Position > start
            ? (next, isRest)
            : throw new TaskFailureException(
                $"The download of {name} broke off after {target.Position} of {length} bytes.", retryable: true);
    }

    /// <summary>A download that has begun: what the server calls the content, and how long it is, where it said so.</summary>
    private sealed record Begun(string Validator, long? Length);

    private async Task CopyAsync(
        string name, Stream source, FileStream target, long? length, IProgress<string>? log, CancellationToken cancellationToken)
    {
        var buffer = new byte[1 << 17];
        var reported = target.Position;
        using var stalled = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        int read;
        while ((read = await ReadAsync(source, buffer, stalled, cancellationToken).ConfigureAwait(false)) > 0)
        {
            await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            if (target.Position - reported < ReportBytes)
                continue;
            reported = target.Position;
            var whole = length is { } all ? $" of {Megabytes(all)}" : "";
            log?.Report($"Downloading {name}: {Megabytes(reported)}{whole} MB.");
        }
    }

    /// <summary>Reads some more; a server that sends nothing any more has broken the connection, even if nobody has noticed.</summary>
    /// <remarks>HttpClient's own timeout ends with the headers.</remarks>
    private async Task<int> ReadAsync(Stream source, byte[] buffer, CancellationTokenSource stalled, CancellationToken cancellationToken)
    {
        stalled.CancelAfter(http.Timeout);
        try
        {
            return await source.ReadAsync(buffer, stalled.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException error) when (IsTimeout(error, cancellationToken))
        {
            throw new IOException(
                string.Create(CultureInfo.InvariantCulture, $"the server sent nothing for {http.Timeout.TotalSeconds} seconds."), error);
        }
    }

    private static TaskFailureException Refused(string name, HttpStatusCode status)
    {
        // What the server says about itself may pass; what it says about the request will not.
        var passing = (int)status >= 500 || status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests;
        return new TaskFailureException($"Cannot download {name}: the server answered {(int)status} {status}.", passing);
    }
}
