using Workflow.Data.DuckDb;

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

/// <summary>The rows that a check looks at: all for which a condition holds, or a slice of them.</summary>
/// <param name="Where">The condition.</param>
/// <param name="By">The columns whose values make the slices; none where all rows are looked at together.</param>
/// <param name="Slice">The values of the slice, as a condition over those columns.</param>
internal sealed record CheckRows(string Where, IReadOnlyList<string> By, string Slice)
{
    /// <summary>The condition of these rows.</summary>
    public string All => Conditions.And(Where, Slice);

    /// <summary>
    /// The first terms of a table of all slices, which is made in one scan however many they are; <see cref="Slice"/> finds there what
    /// belongs to these rows. What else it has begins with <c>workflow_</c>, apart from any slice's column.
    /// </summary>
    public string Keys => string.Concat(By.Select(column => $"{Text(column)} AS {Sql.Name(column)}, "));

    /// <summary>The same terms of such a table.</summary>
    public string Names => string.Concat(By.Select(column => $"{Sql.Name(column)}, "));

    /// <summary>Keeps the rows of slices apart in a window.</summary>
    public string Partition => By.Count == 0 ? "" : $"PARTITION BY {string.Join(", ", By.Select(Text))} ";

    private static string Text(string column) => $"CAST({Sql.Name(column)} AS VARCHAR)";
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
