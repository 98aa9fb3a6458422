namespace Workflow.Data.Checks;

/// <summary>What a check found, before what it says of empty data and severity is applied.</summary>
/// <param name="Passes">Whether it holds.</param>
/// <param name="Observed">What was measured; null when there was nothing.</param>
/// <param name="Failing">How many rows fail; null where no single rows do.</param>
/// <param name="Message">The finding as a sentence.</param>
internal sealed record Finding(bool Passes, double? Observed, long? Failing, string Message)
{
    /// <summary>Whether there was nothing to check.</summary>
    public bool IsEmpty { get; init; }

    /// <summary>A check that cannot be made fails, whatever else it says.</summary>
    public static Finding Problem(string message) => new(false, null, null, message);
}

/// <summary>A check that is ready for the scan.</summary>
/// <param name="Check">The check.</param>
/// <param name="Rows">The rows that it looks at, as a condition.</param>
/// <param name="Slice">The slice that those are; null for all.</param>
/// <param name="Count">Gives how many they are.</param>
/// <param name="Judge">Gives what it found, once the scan has run.</param>
internal sealed record CheckPlan(DataCheck Check, string Rows, string? Slice, Func<long> Count, Func<Finding> Judge)
{
    /// <summary>The failing rows, as a condition over them; null where no single rows fail.</summary>
    public string? Failing { get; init; }

    /// <summary>A query that gives failing rows, where no condition does.</summary>
    public string? Samples { get; init; }
}

/// <summary>How a check looks at single rows.</summary>
/// <param name="Evaluated">The rows that count, as a condition.</param>
/// <param name="Failing">True for failing rows among them; false or null for others.</param>
/// <param name="Complaint">What is wrong with failing rows, in words that follow "3 of 10 values of 'x'".</param>
internal sealed record RowCondition(string Evaluated, string Failing, string Complaint)
{
    /// <summary>Counts the failing rows where no plain aggregate can; null otherwise.</summary>
    public Func<long>? Count { get; init; }

    /// <summary>Whether nulls are judged too, so that rows are counted and not values.</summary>
    public bool OverRows { get; init; }
}
