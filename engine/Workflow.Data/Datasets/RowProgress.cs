using System.Globalization;

namespace Workflow.Data;

/// <summary>Says how far work over many rows is: about once a second, and nothing of few rows.</summary>
internal static class RowProgress
{
    /// <summary>How many rows are worth a word.</summary>
    public const long Step = 1_000_000;

    /// <summary>Says how many rows were passed, at every <see cref="Step"/> of them.</summary>
    /// <param name="log">Who hears it.</param>
    /// <param name="rows">How many rows were passed.</param>
    /// <param name="words">What was done with them.</param>
    /// <param name="last">How many of them since it was last called.</param>
    public static void Passed(this IProgress<string>? log, long rows, string words, int last = 1)
    {
        if (rows / Step != (rows - last) / Step)
            log?.Report(Words(rows, words));
    }

    /// <summary>Says that something was done with all rows, if they are many.</summary>
    public static void Done(this IProgress<string>? log, long rows, string words)
    {
        if (rows >= Step)
            log?.Report(Words(rows, words));
    }

    private static string Words(long rows, string words) => string.Create(CultureInfo.InvariantCulture, $"{rows:N0} rows {words}");
}
