namespace Workflow;

/// <summary>What a gate or a check found.</summary>
public enum Verdict
{
    /// <summary>It holds.</summary>
    Pass,

    /// <summary>It does not hold.</summary>
    Fail,

    /// <summary>
    /// It could not be decided, such as drift among too few values; it blocks like a failure unless the gate allows it.
    /// </summary>
    Inconclusive,

    /// <summary>What it holds against is still being learnt: it records, and blocks nothing.</summary>
    Learning,

    /// <summary>It does not hold, and a person let it pass all the same, with a reason.</summary>
    Waived,
}

/// <summary>The evidence of one check.</summary>
/// <param name="Check">Its kind, in words of the API such as <c>between</c> or <c>no_worse_than</c>.</param>
/// <param name="Column">The column or metric; null for the whole table.</param>
/// <param name="Verdict">What it found.</param>
/// <param name="Severity">What failing means.</param>
/// <param name="Observed">The value that was measured; null when there was none.</param>
/// <param name="Threshold">The limit in words, such as <c>&gt;= 0.99 of values in [0, 500]</c>.</param>
/// <param name="Rows">How many rows were looked at.</param>
/// <param name="FailingRows">How many of them did not hold.</param>
/// <param name="SampleRows">Up to five failing rows, each a JSON object; personal data is masked.</param>
/// <param name="Message">The finding as a sentence.</param>
public sealed record CheckResult(
    string Check, string? Column, Verdict Verdict, Severity Severity, double? Observed, string Threshold, long Rows, long? FailingRows,
    IReadOnlyList<string> SampleRows, string Message)
{
    /// <summary>The values of the columns that the check is sliced by, joined with <c>/</c>; null for a check of all rows.</summary>
    public string? Slice { get; init; }

    /// <summary>The columns of which nothing is shown in this finding; null for none.</summary>
    public IReadOnlyList<string>? Masked { get; init; }

    /// <summary>Who answers for the check.</summary>
    public string? Owner { get; init; }

    /// <summary>Why the check matters.</summary>
    public string? Meaning { get; init; }

    /// <summary>Whether single rows are to blame, and few enough of them, so that they can be set aside.</summary>
    public bool HasRows { get; init; }
}

/// <summary>What a gate found, with its evidence.</summary>
/// <param name="Subject">What was judged, in words: a dataset or model version with its hash.</param>
/// <param name="Verdict">The whole verdict.</param>
/// <param name="Checks">The evidence.</param>
public sealed record GateVerdict(string Subject, Verdict Verdict, IReadOnlyList<CheckResult> Checks)
{
    /// <summary>
    /// Fails if a blocking check fails, is inconclusive if a blocking one is, and passes otherwise. A check of severity quarantine blocks
    /// where there are no single rows to set aside.
    /// </summary>
    public static GateVerdict Of(string subject, IReadOnlyList<CheckResult> checks)
    {
        var blocking = checks.Where(Blocks).Select(check => check.Verdict).ToList();
        var verdict = blocking.Contains(Verdict.Fail) ? Verdict.Fail : blocking.Contains(Verdict.Inconclusive) ? Verdict.Inconclusive
            : Verdict.Pass;
        return new GateVerdict(subject, verdict, checks);
    }

    /// <summary>
    /// Whether the version waits for a person instead of failing: something blocks, and all of it is of severity quarantine, or the gate
    /// holds whatever fails.
    /// </summary>
    /// <param name="holdsBatches">Whether the gate holds whatever fails.</param>
    public bool IsHeld(bool holdsBatches) => Verdict is Verdict.Fail or Verdict.Inconclusive
        && Checks.Where(check => Blocks(check) && check.Verdict != Verdict.Pass)
        .All(check => holdsBatches || check.Severity == Severity.Quarantine);

    /// <summary>Whether the failure of a check stops a version.</summary>
    public static bool Blocks(CheckResult check)
    {
        ArgumentNullException.ThrowIfNull(check);
        return check.Severity == Severity.Block || check is { Severity: Severity.Quarantine, HasRows: false };
    }
}
