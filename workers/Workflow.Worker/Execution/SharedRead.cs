namespace Workflow.Worker.Execution;

/// <summary>
/// Lets many who ask at the same time share one read, of which each knows that it began after it had asked: what was true then is what it
/// gets.
/// </summary>
/// <param name="read">Reads.</param>
public sealed class SharedRead<T>(Func<Task<T>> read)
{
    private readonly Lock gate = new();
    private Task<T>? running;
    private Task<T>? next;

    /// <summary>What a read gives that begins now or later.</summary>
    public Task<T> AskAsync()
    {
        lock (gate)
        {
            if (running is { IsCompleted: false })
                return next ??= AfterAsync(running);
            return running = read();
        }
    }

    private async Task<T> AfterAsync(Task former)
    {
        await former.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        Task<T> started;
        lock (gate)
        {
            next = null;
            running = started = read();
        }

        return await started.ConfigureAwait(false);
    }
}
