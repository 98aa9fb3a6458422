using Npgsql;
using Workflow.Runs;

namespace Workflow.Postgres.Logs;

/// <summary>A line of a task's log.</summary>
/// <param name="Key">The task instance.</param>
/// <param name="Attempt">The attempt, from 1.</param>
/// <param name="Seq">Its place in the attempt's log, from 1.</param>
/// <param name="At">When it was written, by the worker's clock.</param>
/// <param name="Level">How much it matters.</param>
/// <param name="Line">The text.</param>
public sealed record LogLine(TaskKey Key, int Attempt, int Seq, DateTimeOffset At, TaskLogLevel Level, string Line);

/// <summary>The logs of attempts, written while they run.</summary>
public sealed partial class LogStore(NpgsqlDataSource dataSource)
{
    /// <summary>Adds lines. Adding the same ones again changes nothing.</summary>
    public async Task AppendAsync(IReadOnlyList<LogLine> lines, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Insert);
        Add(lines.Select(line => line.Key.RunId));
        Add(lines.Select(line => line.Key.TaskIndex));
        Add(lines.Select(line => line.Key.MapIndex));
        Add(lines.Select(line => line.Attempt));
        Add(lines.Select(line => line.Seq));
        Add(lines.Select(line => line.At.ToUniversalTime()));
        Add(lines.Select(line => Workflow.Runs.StateNames.Name(line.Level)));
        Add(lines.Select(line => StoredText.Readable(line.Line)));
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);

        void Add<T>(IEnumerable<T> values) => command.Parameters.Add(new NpgsqlParameter<T[]> { TypedValue = [.. values] });
    }
}
