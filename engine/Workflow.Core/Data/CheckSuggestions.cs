using System.Globalization;

namespace Workflow;

/// <summary>What a column held in one version.</summary>
/// <param name="Rows">How many rows the version had.</param>
/// <param name="Nulls">How many of them had no value.</param>
/// <param name="IsUnique">Whether no value occurred twice.</param>
/// <param name="Low">The value below which one of a thousand lies; null for what is no number.</param>
/// <param name="High">The value above which one of a thousand lies; null for what is no number.</param>
/// <param name="Values">How often each value occurred, as text; null where there were too many to tell.</param>
public sealed record ColumnVersion(
    long Rows, long Nulls, bool IsUnique, double? Low, double? High, IReadOnlyDictionary<string, long>? Values)
{
    /// <summary>How many values there were.</summary>
    public long Count => Rows - Nulls;
}

/// <summary>What a column held in several versions.</summary>
/// <param name="Column">Its name.</param>
/// <param name="Versions">The versions, all of one dataset.</param>
public sealed record ColumnHistory(string Column, IReadOnlyList<ColumnVersion> Versions);

/// <summary>A check that history suggests.</summary>
/// <param name="Check">The check.</param>
/// <param name="Evidence">What history says, as a sentence.</param>
public sealed record SuggestedCheck(DataCheck Check, string Evidence);

/// <summary>
/// Suggests checks that past versions would have passed, with room for chance: shares may leave the range seen by four deviations between
/// versions, by three standard errors of a share, or by one percent, whichever is the most. Single odd values are left to pass: bounds and
/// sets hold for 99 of 100 values.
/// </summary>
public static class CheckSuggestions
{
    /// <summary>Fewer versions say nothing of what changes from one to the next.</summary>
    public const int FewestVersions = 3;

    private const int MostValues = 30;
    private const int FewestUnique = 100;
    private const double Mostly = 0.99;
    private const double RarestValue = 0.005;

    /// <summary>Suggests checks.</summary>
    /// <param name="rows">How many rows each version had.</param>
    /// <param name="columns">What the columns held.</param>
    public static IReadOnlyList<SuggestedCheck> Of(IReadOnlyList<long> rows, IReadOnlyList<ColumnHistory> columns)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(columns);
        return rows.Count < FewestVersions ? [] : [RowCount(rows), .. columns.SelectMany(Of)];
    }

    private static SuggestedCheck RowCount(IReadOnlyList<long> rows)
    {
        var margin = Math.Max(4 * Deviation([.. rows.Select(count => (double)count)]), 0.1 * rows.Average());
        return new(
            new DataCheck(CheckKind.RowCount, null, Math.Max(1, Math.Floor(rows.Min() - margin)), Math.Ceiling(rows.Max() + margin)),
            Text($"{rows.Min()} to {rows.Max()} rows in {rows.Count} versions."));
    }

    private static IEnumerable<SuggestedCheck> Of(ColumnHistory column)
    {
        var versions = column.Versions;
        var name = column.Column;

        // What was hardly ever there says nothing of what it will be.
        var filled = versions.Where(version => version.Count > 0).ToList();
        if (filled.Count < FewestVersions)
            yield break;
        yield return Nulls(name, versions);
        if (filled.All(version => version is { IsUnique: true, Count: >= FewestUnique }))
            yield return new(new DataCheck(CheckKind.Unique, name), Text($"No value occurred twice in {filled.Count} versions."));

        if (filled.All(version => version.Values is not null))
        {
            var values = filled.SelectMany(version => version.Values!.Keys).Distinct().Order(StringComparer.Ordinal).ToList();
            if (values.Count > MostValues)
                yield break;
            yield return new(
                new DataCheck(CheckKind.InSet, name, Values: values, Mostly: Mostly),
                Text($"{values.Count} values in {filled.Count} versions."));
            foreach (var share in values.Select(value => Share(name, value, filled)).OfType<SuggestedCheck>())
                yield return share;
        }
        else if (filled.All(version => version is { Low: not null, High: not null }))
        {
            var (low, high) = (filled.Min(version => version.Low!.Value), filled.Max(version => version.High!.Value));
            var margin = (high - low) / 2;
            yield return new(
                new DataCheck(CheckKind.Between, name, Down(low - margin, margin), Up(high + margin, margin), Mostly: Mostly),
                Text($"998 of 1000 values lay within {low:G6} and {high:G6} in {filled.Count} versions."));
        }
    }

    private static SuggestedCheck Nulls(string name, IReadOnlyList<ColumnVersion> versions)
    {
        var some = versions.Where(version => version.Rows > 0).ToList();
        double[] rates = [.. some.Select(version => (double)version.Nulls / version.Rows)];
        return rates.Max() == 0
            ? new(new DataCheck(CheckKind.NotNull, name), Text($"Never null in {rates.Length} versions."))
            : new(
                new DataCheck(CheckKind.NullRate, name, Maximum: Math.Min(1, MostNulls(rates, some.Min(version => version.Rows)))),
                Text($"{rates.Min():P2} to {rates.Max():P2} null in {rates.Length} versions."));
    }

    private static SuggestedCheck? Share(string name, string value, IReadOnlyList<ColumnVersion> versions)
    {
        double[] shares = [.. versions.Select(version => (double)version.Values!.GetValueOrDefault(value) / version.Count)];
        if (shares.Max() < RarestValue)
            return null;
        var margin = Margin(shares, versions.Min(version => version.Count));
        var (low, high) = (Down(shares.Min() - margin, margin), Up(shares.Max() + margin, margin));
        return low <= 0 && high >= 1
            ? null
            : new(
                new DataCheck(CheckKind.ShareBetween, name, low <= 0 ? null : low, high >= 1 ? null : high, [value]),
                Text($"{shares.Min():P2} to {shares.Max():P2} of the values were {value} in {shares.Length} versions."));
    }

    private static double MostNulls(IReadOnlyList<double> rates, long rows)
    {
        var margin = Margin(rates, rows);
        return Up(rates.Max() + margin, margin);
    }

    // Bounds are read by people: they keep two digits of the room that was left, and only ever gain room.
    private static double Down(double bound, double margin) => -Up(-bound, margin);

    private static double Up(double bound, double margin)
    {
        if (margin <= 0)
            return bound;
        var digits = Math.Clamp(1 - (int)Math.Floor(Math.Log10(margin)), 0, 15);
        return Math.Max(bound, Math.Round(bound + (0.5 * Math.Pow(10, -digits)), digits));
    }

    private static double Margin(IReadOnlyList<double> shares, long rows)
    {
        var widest = shares.Select(share => share * (1 - share)).Max();
        return Math.Max(0.01, Math.Max(4 * Deviation(shares), 3 * Math.Sqrt(widest / rows)));
    }

    private static double Deviation(IReadOnlyList<double> values)
    {
        var mean = values.Average();
        return Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1));
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
