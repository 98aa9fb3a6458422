namespace Workflow;

/// <summary>What becomes of a task that failed with a kind of exception; the first rule that fits decides.</summary>
/// <param name="Exception">The type of the exception, or a base of it.</param>
/// <param name="Retry">Whether another attempt may help; it never has more of them than the task has retries.</param>
/// <param name="After">How long to wait before it; null for what the task's backoff says.</param>
public sealed record RetryRule(Type Exception, bool Retry, TimeSpan? After)
{
    /// <summary>The first of some rules that fits an exception; null when none does.</summary>
    public static RetryRule? For(IEnumerable<RetryRule> rules, Exception exception) =>
        rules.FirstOrDefault(rule => rule.Exception.IsInstanceOfType(exception));
}

/// <summary>Collects the retry rules of a task.</summary>
public sealed class RetryRules
{
    private readonly List<RetryRule> rules;

    internal RetryRules(List<RetryRule> rules) => this.rules = rules;

    /// <summary>Tries again after exceptions of a type, within the task's retries.</summary>
    /// <typeparam name="TException">The exception, or a base of it.</typeparam>
    /// <param name="after">How long to wait before the next attempt; the task's backoff unless given.</param>
    public RetryRules Retry<TException>(TimeSpan? after = null)
        where TException : Exception
    {
        rules.Add(new RetryRule(typeof(TException), Retry: true, after));
        return this;
    }

    /// <summary>Fails for good after exceptions of a type, however many retries are left.</summary>
    /// <typeparam name="TException">The exception, or a base of it.</typeparam>
    public RetryRules Fail<TException>()
        where TException : Exception
    {
        rules.Add(new RetryRule(typeof(TException), Retry: false, After: null));
        return this;
    }
}
