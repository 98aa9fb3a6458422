namespace Workflow;

/// <summary>
/// Takes what a row transform makes of the row that it was given: one row or none. A row for which nothing is written nor rejected is
/// filtered; the engine counts.
/// </summary>
/// <typeparam name="T">The rows written.</typeparam>
public abstract class RowWriter<T>
{
    /// <summary>Writes a row.</summary>
    public abstract void Write(T row);

    /// <summary>Puts the row that was given among the rejects.</summary>
    /// <param name="reason">Why it does not fit.</param>
    public abstract void Reject(string reason);
}
