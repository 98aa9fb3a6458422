using System.Text.Json;
using System.Text.Json.Serialization;

namespace Workflow.Data.Drift;

/// <summary>What a drift gate makes of a comparison.</summary>
public static class DriftVerdict
{
    private const string Check = "drift";

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>The rule of a gate.</summary>
    public static DriftRule RuleOf(DriftGateSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return new DriftRule
        {
            Columns = settings.Columns.Count == 0 ? null : settings.Columns,
            Method = settings.Method,
            OfNumbers = settings.OfNumbers,
            OfCategories = settings.OfCategories,
            OfColumns = settings.OfColumns,
            Threshold = settings.Threshold,
            MinSamples = settings.MinSamples,
            Share = settings.Share,
        };
    }

    /// <summary>The report as it is stored.</summary>
    public static string ToJson(DriftReport report) =>
        JsonSerializer.Serialize(report, Json).Replace("\\u0000", "\\uFFFD", StringComparison.Ordinal);

    /// <summary>There is nothing yet to compare with: the gate records, and lets through.</summary>
    public static GateVerdict Learning(string subject, DriftGateSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var message = $"Nothing to compare with yet: there is no other version of {settings.Against}.";
        return new GateVerdict(
            subject, Verdict.Learning,
            [new CheckResult(Check, null, Verdict.Learning, settings.Severity, null, Threshold(settings), 0, null, [], message)]);
    }

    /// <summary>
    /// The verdict: one blocking check of the version as a whole, and beside it one of each column as evidence. Drift that has not been
    /// found in enough windows yet passes.
    /// </summary>
    /// <param name="subject">What was judged.</param>
    /// <param name="report">What was found.</param>
    /// <param name="settings">How the gate judges.</param>
    /// <param name="earlier">What was found in the windows before, newest first.</param>
    public static GateVerdict Of(string subject, DriftReport report, DriftGateSettings settings, IReadOnlyList<Verdict> earlier)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(settings);
        var isDrifted = report.Verdict == Verdict.Fail;
        var windows = earlier.Take(settings.OfWindows - 1).Count(found => found == Verdict.Fail) + (isDrifted ? 1 : 0);
        var verdict = isDrifted && windows < settings.DriftedWindows ? Verdict.Pass : report.Verdict;
        var drifted = report.Columns.Where(column => column.Verdict == Verdict.Fail).Select(column => column.Column).ToList();
        var decided = report.Columns.Count(column => column.Verdict != Verdict.Inconclusive);
        var message = report.Verdict == Verdict.Inconclusive
            ? $"No column of {report.Columns.Count} can be decided: each needs {settings.MinSamples} values a side, and a method that suits it."
            : $"{drifted.Count} of {decided} columns differ from {settings.Against}{(drifted.Count == 0 ? "" : $": {string.Join(", ", drifted)}")}.";
        if (isDrifted && settings.OfWindows > 1)
            message += $" There was drift in {windows} of the last {settings.OfWindows} windows; {settings.DriftedWindows} fail the gate.";

        var severity = verdict == Verdict.Inconclusive && settings.AllowsUndecided ? Severity.Warn : settings.Severity;
        var whole = new CheckResult(
            Check, null, verdict, severity, report.Verdict == Verdict.Inconclusive ? null : report.Share, Threshold(settings), Rows(report),
            null, [], message);
        return GateVerdict.Of(subject, [whole, .. report.Columns.Select(Evidence)]);
    }

    private static CheckResult Evidence(ColumnDrift column)
    {
        var threshold = column.Score is { } score
            ? FormattableString.Invariant($"{score.Method.Text()} {(score.PValue is null ? "below" : "p above")} {score.Threshold:G3}")
            : "";
        return new CheckResult(
            Check, column.Column, column.Verdict, Severity.Warn, column.AdjustedPValue ?? column.Score?.Statistic, threshold,
            column.CurrentCount + column.CurrentNulls, null, [], column.Message);
    }

    private static long Rows(DriftReport report) =>
        report.Columns.Select(column => column.CurrentCount + column.CurrentNulls).DefaultIfEmpty().Max();

    private static string Threshold(DriftGateSettings settings) =>
        FormattableString.Invariant($"below {settings.Share:G3} of the columns drifted, against {settings.Against}");
}
