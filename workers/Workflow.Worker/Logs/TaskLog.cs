using Workflow.Postgres.Logs;
using Workflow.Runs;

namespace Workflow.Worker.Logs;

/// <summary>The log of one attempt: numbers its lines, caps them, and hands them on.</summary>
/// <param name="key">The task instance.</param>
/// <param name="attempt">The attempt, from 1.</param>
/// <param name="write">Takes the lines, one at a time.</param>
/// <param name="time">Stamps them.</param>
public sealed class TaskLog(TaskKey key, int attempt, Action<LogLine> write, TimeProvider time)
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
            Take(level, line.Length > MaxLineLength ? $"{line[..MaxLineLength]}… ({line.Length:N0} characters, cut)" : line,
                time.GetUtcNow());
    }

    /// <summary>Takes a line as it is, from another log of the same attempt.</summary>
    public void Take(TaskLogLevel level, string line, DateTimeOffset at)
    {
        lock (gate)
        {
            if (lines > MaxLines)
                return;
            lines++;
            if (lines > MaxLines)
                (level, line) = (TaskLogLevel.Warn, $"The log of an attempt holds {MaxLines:N0} lines; what follows is not kept.");
            write(new LogLine(key, attempt, lines, at, level, line));
        }
    }
}
