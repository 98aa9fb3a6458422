using Workflow.Postgres.Logs;
using Workflow.Runs;

namespace Workflow.Worker.Logs;

/// <summary>The log of one attempt: numbers its lines, caps them, and hands them to the writer.</summary>
public sealed class TaskLog(TaskKey key, int attempt, LogWriter writer, TimeProvider time)
{
    /// <summary>The most lines that an attempt may write; one more says that the rest is missing.</summary>
    public const int MaxLines = 10_000;

    /// <summary>The longest line, in characters; the rest of it is cut off.</summary>
    public const int MaxLineLength = 16_384;

    private readonly Lock gate = new();
    private int lines;

    /// <summary>The number of lines so far.</summary>
    public int Lines
    {
        get
        {
            lock (gate)
                return lines;
        }
    }

    /// <summary>Writes a text; each of its lines becomes a line.</summary>
    public void Write(TaskLogLevel level, string text)
    {
        foreach (var line in text.ReplaceLineEndings("\n").Split('\n'))
            WriteLine(level, line);
    }

    private void WriteLine(TaskLogLevel level, string line)
    {
        lock (gate)
        {
            if (lines > MaxLines)
                return;
            lines++;
            if (lines > MaxLines)
                (level, line) = (TaskLogLevel.Warn, $"The log of an attempt holds {MaxLines:N0} lines; what follows is not kept.");
            else if (line.Length > MaxLineLength)
                line = $"{line[..MaxLineLength]}… ({line.Length:N0} characters, cut)";
            writer.Enqueue(new LogLine(key, attempt, lines, time.GetUtcNow(), level, line));
        }
    }
}
