using System.Globalization;

namespace Workflow.Contracts;

/// <summary>
/// What is shown of a column that tells of people, <see cref="DataContract.Masked"/>: how many values there are, and what is of all of them
/// together, such as a mean or a share. No single value is shown, nor what orders them: the least, the greatest, a quantile, a bin's edge.
/// </summary>
public static class Mask
{
    /// <summary>What stands for a value.</summary>
    public const string Text = "***";

    /// <summary>What stands for one of several values that must be told apart.</summary>
    public static string Numbered(int number) => string.Create(CultureInfo.InvariantCulture, $"{Text} {number}");

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
