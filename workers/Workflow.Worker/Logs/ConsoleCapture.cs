using System.Text;

namespace Workflow.Worker.Logs;

/// <summary>
/// Sends what a task prints to the console to its log. The console is one for the whole process and tasks are many, so the writer looks up
/// the task of the calling flow; what is printed outside any task goes to the real console.
/// </summary>
public static class ConsoleCapture
{
    private static readonly AsyncLocal<TaskLog?> Current = new();

    private static readonly Lazy<bool> Installed = new(() =>
    {
        Console.SetOut(TextWriter.Synchronized(new Router(Console.Out)));
        Console.SetError(TextWriter.Synchronized(new Router(Console.Error)));
        return true;
    });

    /// <summary>From here on, what the current flow prints goes to this log.</summary>
    public static void Begin(TaskLog log)
    {
        _ = Installed.Value;
        Current.Value = log;
    }

    private sealed class Router(TextWriter outside) : TextWriter
    {
        public override Encoding Encoding => outside.Encoding;

        public override void Write(char value) => Write(value.ToString());

        // A line printed in pieces becomes a line for each piece: rare, and nothing is lost.
        public override void Write(string? value)
        {
            if (Current.Value is { } log)
            {
                if (!string.IsNullOrEmpty(value?.TrimEnd('\r', '\n')))
                    log.Write(TaskLogLevel.Output, value.TrimEnd('\r', '\n'));
            }
            else
            {
                outside.Write(value);
            }
        }

        public override void WriteLine(string? value) => Write((value ?? "") + "\n");

        public override void Flush() => outside.Flush();
    }
}
