using System.Globalization;
using System.Net;

namespace Workflow.Data.Files;

/// <summary>Makes a file that an author names readable at a local path.</summary>
/// <param name="http">Downloads addresses; its timeout and its proxy are the caller's.</param>
internal sealed class FileFetcher(HttpClient http)
{
    // Often enough to see a download move, seldom enough to keep the log short.
    private const long ReportBytes = 32L << 20;

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
        try
        {
            using var answer = await http.GetAsync(
                address, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            if (!answer.IsSuccessStatusCode)
                throw Refused(name, answer.StatusCode);
            await using var source = await answer.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            await using var target = new FileStream(staged, FileMode.CreateNew, FileAccess.Write, FileShare.None);
            var length = answer.Content.Headers.ContentLength;
            var bytes = await CopyAsync(name, source, target, length, log, cancellationToken).ConfigureAwait(false);
            if (length is { } promised && promised != bytes)
                throw new TaskFailureException($"The download of {name} broke off after {bytes} of {promised} bytes.", retryable: true);
            log?.Report($"Downloaded {name}: {Megabytes(bytes)} MB.");
        }
        catch (Exception error) when (error is HttpRequestException or IOException || IsTimeout(error, cancellationToken))
        {
            throw new TaskFailureException($"Cannot download {name}: {error.Message}", retryable: true, error);
        }
    }

    private static async Task<long> CopyAsync(
        string name, Stream source, Stream target, long? length, IProgress<string>? log, CancellationToken cancellationToken)
    {
        var buffer = new byte[1 << 17];
        var total = 0L;
        var reported = 0L;
        int read;
        while ((read = await source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            total += read;
            if (total - reported < ReportBytes)
                continue;
            reported = total;
            var whole = length is { } all ? $" of {Megabytes(all)}" : "";
            log?.Report($"Downloading {name}: {Megabytes(total)}{whole} MB.");
        }

        return total;
    }

    private static TaskFailureException Refused(string name, HttpStatusCode status)
    {
        // What the server says about itself may pass; what it says about the request will not.
        var passing = (int)status >= 500 || status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests;
        return new TaskFailureException($"Cannot download {name}: the server answered {(int)status} {status}.", passing);
    }
}
