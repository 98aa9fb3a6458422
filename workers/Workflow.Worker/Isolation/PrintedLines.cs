using System.Text;
using Workflow.Worker.Logs;

namespace Workflow.Worker.Isolation;

/// <summary>
/// Reads what a process prints, line by line. A line may be endless: past the length that a log keeps it is cut into several.
/// </summary>
internal static class PrintedLines
{
    /// <summary>Reads to the end.</summary>
    public static async Task ReadAsync(TextReader reader, Action<string> printed)
    {
        var buffer = new char[4096];
        var line = new StringBuilder();
        try
        {
            int count;
            while ((count = await reader.ReadAsync(buffer).ConfigureAwait(false)) > 0)
                Split(buffer.AsSpan(0, count), line, printed);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // The worker has stopped listening.
        }

        if (line.Length > 0)
            printed(line.ToString());
    }

    private static void Split(ReadOnlySpan<char> text, StringBuilder line, Action<string> printed)
    {
        foreach (var letter in text)
        {
            var ends = letter == '\n';
            if (!ends && letter != '\r')
                line.Append(letter);
            if (ends ? line.Length == 0 : line.Length < TaskLog.MaxLineLength)
                continue;
            printed(line.ToString());
            line.Clear();
        }
    }
}
