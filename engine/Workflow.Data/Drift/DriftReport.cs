using Workflow.Contracts;

namespace Workflow.Data.Drift;

/// <summary>How a column differs.</summary>
/// <param name="Column">The column.</param>
/// <param name="IsNumeric">Whether it holds numbers.</param>
/// <param name="Verdict">Fail when it has drifted; inconclusive when there was too little to decide.</param>
/// <param name="Score">What was measured; null when nothing could be.</param>
/// <param name="AdjustedPValue">The chance after the correction for the number of tests; null where there is none.</param>
/// <param name="ReferenceCount">How many values the reference has.</param>
/// <param name="CurrentCount">How many values the other side has.</param>
/// <param name="ReferenceNulls">How many rows of the reference have none.</param>
/// <param name="CurrentNulls">How many rows of the other side have none.</param>
/// <param name="Bins">Both sides in common bins, to be drawn over each other.</param>
/// <param name="Message">The finding as a sentence.</param>
public sealed record ColumnDrift(
    string Column, bool IsNumeric, Verdict Verdict, DriftScore? Score, double? AdjustedPValue, long ReferenceCount, long CurrentCount,
    long ReferenceNulls, long CurrentNulls, IReadOnlyList<Bin> Bins, string Message);

/// <summary>How two versions of a dataset differ in what their columns hold.</summary>
/// <param name="Columns">Each column.</param>
/// <param name="Share">The share of the columns that could be decided which have drifted.</param>
/// <param name="Verdict">Fail when that share reaches the rule's; inconclusive when no column could be decided.</param>
public sealed record DriftReport(IReadOnlyList<ColumnDrift> Columns, double Share, Verdict Verdict)
{
    /// <summary>Decides over the columns of two sides.</summary>
    /// <param name="columns">Each column's name, with both samples; one is done with before the next is asked for.</param>
    /// <param name="rule">How they are compared.</param>
    /// <exception cref="ArgumentException">A method is not for a column that the rule names; the message names it.</exception>
    public static DriftReport Of(IEnumerable<(string Column, ColumnSample Reference, ColumnSample Current)> columns, DriftRule rule)
    {
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(rule);
        var measured = columns.Select(each => Measure(each.Column, each.Reference, each.Current, rule)).ToList();
        var tests = measured.Where(column => column.Score?.PValue is not null).ToList();
        var adjusted = BenjaminiHochberg.Adjust([.. tests.Select(column => column.Score!.PValue!.Value)]);
        var corrected = tests.Zip(adjusted).ToDictionary(pair => pair.First.Column, pair => pair.Second);
        var decided = measured.Select(column => Decide(column, corrected)).ToList();

        var certain = decided.Where(column => column.Verdict != Verdict.Inconclusive).ToList();
        if (certain.Count == 0)
            return new DriftReport(decided, 0, Verdict.Inconclusive);
        var share = certain.Count(column => column.Verdict == Verdict.Fail) / (double)certain.Count;
        return new DriftReport(decided, share, share > 0 && share >= rule.Share ? Verdict.Fail : Verdict.Pass);
    }

    /// <summary>The report without values of columns that tell of people: their bins keep their shares and lose their names.</summary>
    /// <param name="columns">Those columns; in any case, as columns may be asked for in any.</param>
    public DriftReport Masked(IReadOnlySet<string> columns) => this with
    {
        Columns = [.. Columns.Select(column => columns.Contains(column.Column, StringComparer.OrdinalIgnoreCase)
            ? column with { Bins = [.. column.Bins.Select((bin, index) => bin with { Label = Mask.Numbered(index + 1) })] }
            : column)],
    };

    private static ColumnDrift Measure(string name, ColumnSample reference, ColumnSample current, DriftRule rule)
    {
        var column = new ColumnDrift(
            name, reference is NumberSample, Verdict.Inconclusive, null, null, reference.Total, current.Total, reference.Nulls,
            current.Nulls, [], "");
        if (reference is UncountedSample || current is UncountedSample)
            return column with
            {
                Message =
                    $"'{name}' has more than {UncountedSample.MostCategories} different values, or very long ones: these are no categories.",
            };
        column = column with { Bins = Drift.Bins.Overlay(reference, current) };
        if (Math.Min(reference.Total, current.Total) < Math.Max(1, rule.MinSamples))
        {
            return column with
            {
                Message =
                    $"'{name}' has {reference.Total} and {current.Total} values; at least {rule.MinSamples} a side are needed to decide.",
            };
        }

        var method = rule.MethodOf(name, reference);
        if (DriftTest.Unsuited(reference, current, method) is { } reason)
        {
            return rule.Names(name)
                ? throw new ArgumentException($"Column '{name}' cannot be compared so: the method {reason}")
                : column with { Message = $"'{name}' is left out: the method {reason}" };
        }

        return column with { Score = DriftTest.Compare(reference, current, method, rule.Threshold) };
    }

    private static ColumnDrift Decide(ColumnDrift column, Dictionary<string, double> corrected)
    {
        if (column.Score is not { } score)
            return column;

        // The correction only ever makes a chance greater: what was not found before is not found after.
        var chance = corrected.TryGetValue(column.Column, out var adjusted) ? adjusted : (double?)null;
        var isDrifted = score.IsDrifted && (chance is null || chance <= score.Threshold);
        var found = FormattableString.Invariant(
            $"'{column.Column}' {(isDrifted ? "has drifted" : "is stable")}: {score.Method.Text()} {score.Statistic:G4}{Chance(chance)}, drift {Limit(score)}.");
        return column with { Verdict = isDrifted ? Verdict.Fail : Verdict.Pass, AdjustedPValue = chance, Message = found };
    }

    private static string Chance(double? chance) => chance is { } p ? FormattableString.Invariant($" (p {p:G3})") : "";

    private static string Limit(DriftScore score) =>
        FormattableString.Invariant(
            $"{(score.PValue is null ? "from" : "at p up to")} {score.Threshold:G3}{(score.PValue is null ? " on" : "")}");
}
