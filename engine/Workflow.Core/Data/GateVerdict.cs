namespace Workflow;

/// <summary>What a gate or a check found.</summary>
public enum Verdict
{
    /// <summary>It holds.</summary>
    Pass,

    /// <summary>It does not hold.</summary>
    Fail,

    /// <summary>It could not be decided, such as a comparison without anything to compare with; it blocks like a failure unless the gate allows it.</summary>
    Inconclusive,

    /// <summary>What it holds against is still being learnt: it records, and blocks nothing.</summary>
    Learning,
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
/// <param name="SampleRows">Up to five failing rows, each a JSON object.</param>
/// <param name="Message">The finding as a sentence.</param>
public sealed record CheckResult(
    string Check, string? Column, Verdict Verdict, Severity Severity, double? Observed, string Threshold, long Rows, long? FailingRows,
    IReadOnlyList<string> SampleRows, string Message);

/// <summary>What a gate found, with its evidence.</summary>
/// <param name="Subject">What was judged, in words: a dataset or model version with its hash.</param>
/// <param name="Verdict">The whole verdict.</param>
/// <param name="Checks">The evidence.</param>
public sealed record GateVerdict(string Subject, Verdict Verdict, IReadOnlyList<CheckResult> Checks)
{
    /// <summary>Fails if a blocking check fails, is inconclusive if a blocking one is, and passes otherwise.</summary>
    public static GateVerdict Of(string subject, IReadOnlyList<CheckResult> checks)
    {
        var blocking = checks.Where(check => check.Severity == Severity.Block).Select(check => check.Verdict).ToList();
        var verdict = blocking.Contains(Verdict.Fail) ? Verdict.Fail : blocking.Contains(Verdict.Inconclusive) ? Verdict.Inconclusive : Verdict.Pass;
        return new GateVerdict(subject, verdict, checks);
    }
}
