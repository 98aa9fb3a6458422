using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Workflow.Postgres;
using Workflow.Postgres.Logs;

namespace Workflow.Worker.Logs;

/// <summary>
/// Brings log lines to the database while tasks run, in batches. A worker that is killed loses what it wrote within the last interval and
/// nothing before. Lines wait here while the database is away; when too many wait, tasks that log wait too.
/// </summary>
public sealed class LogWriter(LogStore store, TimeProvider time, ILogger<LogWriter> logger) : IAsyncDisposable
{
    private const int BatchSize = 1_000;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LastPatience = TimeSpan.FromSeconds(5);

    private readonly Channel<object> queue = Channel.CreateBounded<object>(new BoundedChannelOptions(50_000) { SingleReader = true });
    private readonly SemaphoreSlim hurry = new(0);
    private readonly CancellationTokenSource givingUp = new();
    private Task loop = Task.CompletedTask;

    /// <summary>Starts writing.</summary>
    public void Start() => loop = Task.Run(RunAsync);

    /// <summary>Adds a line.</summary>
    public void Enqueue(LogLine line)
    {
        // Blocks the task that floods its log, and nobody else.
        if (!queue.Writer.TryWrite(line))
            queue.Writer.WriteAsync(line).AsTask().GetAwaiter().GetResult();
    }

    /// <summary>Ends when all lines that were added before are in the database.</summary>
    public async Task FlushAsync()
    {
        var flushed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await queue.Writer.WriteAsync(flushed).ConfigureAwait(false);
        hurry.Release();
        await flushed.Task.ConfigureAwait(false);
    }

    /// <summary>Writes what is left and ends; a database that is away for long then does not hold up the process.</summary>
    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        givingUp.CancelAfter(LastPatience);
        hurry.Release();
        await loop.ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        var lines = new List<LogLine>();
        var waiting = new List<TaskCompletionSource>();
        while (await queue.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            // Whoever hurried has put its item there before: it is read now, and what is left of its signal would hurry nobody.
            while (hurry.Wait(0))
            {
            }

            while (lines.Count < BatchSize && queue.Reader.TryRead(out var item))
            {
                if (item is LogLine line)
                    lines.Add(line);
                else
                    waiting.Add((TaskCompletionSource)item);
            }

            if (lines.Count > 0)
                await WriteAsync(lines).ConfigureAwait(false);
            foreach (var flushed in waiting)
                flushed.SetResult();

            // A chatty task costs a few statements a second, not one a line; an attempt that ends does not wait for it.
            if (lines.Count is > 0 and < BatchSize && waiting.Count == 0)
                await hurry.WaitAsync(Interval).ConfigureAwait(false);
            lines.Clear();
            waiting.Clear();
        }
    }

    private async Task WriteAsync(List<LogLine> lines)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                await store.AppendAsync(lines, givingUp.Token).ConfigureAwait(false);
                return;
            }
            catch (Exception exception) when (exception.IsPassing() && !givingUp.IsCancellationRequested)
            {
                // PostgreSQL is away. The lines are kept until it is back, or the worker ends.
                logger.LogFlushFailed(exception.Message);
                await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(5_000, 100 << Math.Min(tries, 6))), time, givingUp.Token)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception exception)
            {
                // Whatever it is, the next lines are written: every attempt that ends waits for this loop.
                logger.LogLinesLost(exception, lines.Count);
                return;
            }
        }
    }
}
