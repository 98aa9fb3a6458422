using System.Globalization;
using System.Text.RegularExpressions;

namespace Workflow.Data.Files;

/// <summary>Says in the author's words what DuckDB's CSV reader found, and on which line.</summary>
internal static partial class CsvErrors
{
    // What the strict conversions throw: the column's position and the value.
    public const string Marker = "workflow_unfit";

    private const int ValueLength = 100;
    private const string OpenQuote = "Value with unterminated quote found";
    private const string InvalidState = "state machine reached an invalid state";

    /// <summary>
    /// Whether the reader may have stopped at a line end of another kind than the first; after a closing quote it takes one for text.
    /// </summary>
    public static bool MayBeMixedLineEnds(TaskFailureException error) => error.InnerException is TaskFailureException cause
        && (cause.Message.Contains(InvalidState, StringComparison.Ordinal) || cause.Message.Contains(OpenQuote, StringComparison.Ordinal));

    public static TaskFailureException Explain(DataFile file, IReadOnlyList<Column> columns, char delimiter, TaskFailureException error)
    {
        if (Unfit().Match(error.Message) is { Success: true } unfit)
        {
            var index = int.Parse(unfit.Groups["column"].ValueSpan, CultureInfo.InvariantCulture);
            var value = unfit.Groups["value"].Value;
            var cause = $"column '{columns[index].Name}': '{Short(value)}' is no {columns[index].Type}.";
            return At(file, LineOfValue(file, delimiter, index, value), cause, error);
        }

        if (Record().Match(error.Message) is { Success: true } record)
        {
            var number = long.Parse(record.Groups["number"].ValueSpan, CultureInfo.InvariantCulture);
            return AtRecord(file, Find(file, delimiter, number), error);
        }

        return error.Retryable ? error : file.Failure($"cannot be read: {Cause(error.Message)}", error);
    }

    private static TaskFailureException AtRecord(DataFile file, CsvRecord? record, TaskFailureException error)
    {
        // DuckDB stops counting at the first field too many; the record has them all.
        var cause = record is not null && Ragged().Match(error.Message) is { Success: true } ragged
            ? $"expected {ragged.Groups["wanted"].Value} columns, found {record.Fields.Count}."
            : Cause(error.Message);
        return At(file, record?.Line, cause, error);
    }

    private static TaskFailureException At(DataFile file, long? line, string cause, Exception error) =>
        new($"The file {file.Name}, line {line?.ToString(CultureInfo.InvariantCulture) ?? "unknown"}: {cause}", retryable: false, error);

    private static string Cause(string message)
    {
        if (Conversion().Match(message) is { Success: true } wrong)
            return $"column '{wrong.Groups["column"].Value}': '{Short(wrong.Groups["value"].Value)}' is no {wrong.Groups["type"].Value}.";
        if (message.Contains(OpenQuote, StringComparison.Ordinal))
            return "a quote is opened and not closed, or text follows a closing quote.";
        if (message.Contains("Invalid unicode", StringComparison.OrdinalIgnoreCase))
            return "bytes that are not UTF-8; convert the file to UTF-8.";
        if (message.Contains(InvalidState, StringComparison.Ordinal))
            return "line ends or quotes are mixed in a way that RFC 4180 does not allow.";

        // DuckDB goes on with the record, hints about its options and their values.
        var text = Hints().Split(message)[0];
        return Short(
            string.Join(' ', text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)), 4 * ValueLength);
    }

    private static string Short(string text, int length = ValueLength) => text.Length <= length ? text : text[..length] + "...";

    /// <summary>DuckDB counts records where people count lines: quoted line breaks are the difference.</summary>
    private static CsvRecord? Find(DataFile file, char delimiter, long number)
    {
        using var text = file.OpenText();
        return CsvRecords.Read(text, delimiter).Skip((int)Math.Min(number - 1, int.MaxValue)).FirstOrDefault();
    }

    private static long? LineOfValue(DataFile file, char delimiter, int column, string value)
    {
        using var text = file.OpenText();
        return CsvRecords.Read(text, delimiter).Skip(1).FirstOrDefault(
            record => record.Fields.Count > column && record.Fields[column] == value)?.Line;
    }

    [GeneratedRegex(Marker + @":(?<column>\d+):(?<value>.*)", RegexOptions.Singleline)]
    private static partial Regex Unfit();

    [GeneratedRegex(@"CSV Error on Line: (?<number>\d+)")]
    private static partial Regex Record();

    [GeneratedRegex(@"Expected Number of Columns: (?<wanted>\d+) Found: \d+")]
    private static partial Regex Ragged();

    [GeneratedRegex(
        "Error when converting column \"(?<column>.*?)\"\\. Could not convert string \"(?<value>.*)\" to '(?<type>[^']*)'",
        RegexOptions.Singleline)]
    private static partial Regex Conversion();

    [GeneratedRegex(@"\n\s*(Possible|LINE 1:|file =)")]
    private static partial Regex Hints();
}
