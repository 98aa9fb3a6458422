namespace Workflow.Dashboard.Auth;

/// <summary>Refuses passwords for a while after too many wrong ones, whoever gave them: there is one password, so the limit is global.</summary>
internal sealed class FailureLimit(TimeProvider time)
{
    public const int Failures = 10;
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private readonly Queue<DateTimeOffset> failures = new();

    /// <summary>How long passwords are refused; null when they are not.</summary>
    public TimeSpan? Wait()
    {
        lock (gate)
        {
            var now = time.GetUtcNow();
            while (failures.TryPeek(out var oldest) && now - oldest >= Window)
                failures.Dequeue();
            return failures.Count < Failures ? null : Window - (now - failures.Peek());
        }
    }

    public void Failed()
    {
        lock (gate)
            failures.Enqueue(time.GetUtcNow());
    }
}
