using System.Diagnostics;

namespace Workflow.Testing;

/// <summary>
/// Waits for what another process does. Within one process there is always something better to wait for: a signal, a call, a clock that the
/// test moves.
/// </summary>
public static class Eventually
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    /// <summary>Returns once the condition holds.</summary>
    /// <exception cref="TimeoutException">It does not within the limit.</exception>
    public static Task TrueAsync(Func<bool> condition, TimeSpan timeout, string? expectation = null) =>
        TrueAsync(() => Task.FromResult(condition()), timeout, expectation);

    /// <inheritdoc cref="TrueAsync(Func{bool}, TimeSpan, string?)"/>
    public static async Task TrueAsync(Func<Task<bool>> condition, TimeSpan timeout, string? expectation = null)
    {
        var start = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(Interval);
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(start) > timeout)
                throw new TimeoutException($"Not within {timeout}: {expectation ?? "the condition holds"}.");
            await timer.WaitForNextTickAsync();
        }
    }
}
