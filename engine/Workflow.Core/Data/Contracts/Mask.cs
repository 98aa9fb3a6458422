using System.Globalization;
using System.Text.RegularExpressions;
using Workflow.Runs;

namespace Workflow.Contracts;

/// <summary>
/// What is shown of a column that tells of people, <see cref="DataContract.Masked"/>: how many values there are, and what is of all of them
/// together, such as a mean or a share. No single value is shown, nor what orders them: the least, the greatest, a quantile, a bin's edge.
/// </summary>
public static partial class Mask
{
    // What they find are values of their column: those that a set lacks or holds, or those at a place in their order.
    private static readonly HashSet<string> ShowValues =
    [
        .. new[]
        {
            CheckKind.DistinctInSet, CheckKind.DistinctEqualSet, CheckKind.MostCommonInSet, CheckKind.MinBetween, CheckKind.MaxBetween,
            CheckKind.MedianBetween, CheckKind.QuantilesBetween,
        }.Select(kind => kind.Name()),
    ];

    /// <summary>What stands for a value.</summary>
    public const string Text = "***";

    /// <summary>What stands for one of several values that must be told apart.</summary>
    public static string Numbered(int number) => string.Create(CultureInfo.InvariantCulture, $"{Text} {number}");

    /// <summary>
    /// A finding some of whose columns became personal after it was stored, without the values in its words. Its sample rows stay.
    /// </summary>
    /// <param name="result">The finding as it is stored.</param>
    /// <param name="masked">The columns of which nothing is shown by now.</param>
    /// <param name="number">Tells it from the other findings of its verdict: nobody knows any more which columns its slice is of.</param>
    public static CheckResult Of(CheckResult result, IReadOnlySet<string> masked, int number)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(masked);
        if (!IsNew(result, masked))
            return result;
        var shown = result.Column is { } column && masked.Contains(column) ? OfColumn(result, column) : result;
        shown = shown with { Message = OfError(shown.Message) };
        if (shown.Slice is not { } slice)
            return shown;
        var told = shown.Message.StartsWith($"Slice {slice}: ", StringComparison.Ordinal)
            ? shown.Message[$"Slice {slice}: ".Length..]
            : shown.Message;
        return shown with { Slice = Numbered(number), Message = $"Slice {Numbered(number)}: {told}" };
    }

    /// <summary>Whether some column became personal after a finding was stored.</summary>
    public static bool IsNew(CheckResult result, IReadOnlySet<string> masked)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(masked);
        return masked.Except(result.Masked ?? [], StringComparer.OrdinalIgnoreCase).Any();
    }

    /// <summary>What a check found in a masked column, without the values that some kinds of check find.</summary>
    public static CheckResult OfColumn(CheckResult result, string column)
    {
        ArgumentNullException.ThrowIfNull(result);
        return ShowValues.Contains(result.Check)
            ? result with
            {
                Observed = null,
                Message = $"The values of '{column}', which are not shown: {(result.Verdict == Verdict.Pass ? "as" : "not as")} allowed.",
            }
            : result;
    }

    /// <summary>What DuckDB says is wrong, without the values that it quotes; every other message as it is.</summary>
    public static string OfError(string message) => QuotedByDuckDb().Replace(message, $"$1'{Text}'");

    // From the first quote to the last: a value may hold quotes itself.
    [GeneratedRegex(@"(DuckDB: [^'""]*)['""].*['""]", RegexOptions.Singleline)]
    private static partial Regex QuotedByDuckDb();

    /// <summary>A profile without single values.</summary>
    public static ColumnProfile Of(ColumnProfile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        return profile with
        {
            Min = profile.Min is null ? null : Text,
            Max = profile.Max is null ? null : Text,
            Quantiles = [],
            Histogram = [],
            TopValues = [],
        };
    }

    /// <summary>A history without single values, from which no check with values of the column can be learnt.</summary>
    public static ColumnHistory Of(ColumnHistory history)
    {
        ArgumentNullException.ThrowIfNull(history);
        return history with { Versions = [.. history.Versions.Select(version => version with { Low = null, High = null, Values = null })] };
    }
}
