using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Workflow.Data.Files;

/// <summary>How a CSV file is written: what its author says, and for the rest what the file shows.</summary>
/// <param name="Names">Its columns.</param>
/// <param name="Charset">The name of its encoding.</param>
internal sealed record CsvDialect(CsvOptions Options, char Delimiter, IReadOnlyList<string> Names, string Charset)
{
    private const string Delimiters = ",;\t|";

    public char Quote => Options.Quote;

    public char Escape => Options.Escape ?? Options.Quote;

    /// <summary>Reads the head of a file.</summary>
    /// <param name="mayBeOther">Whether the file may be in another encoding, which is then said by an
    /// <see cref="UndecodableException"/>.</param>
    /// <param name="expected">The columns that name themselves where the file has no header.</param>
    public static CsvDialect Find(DataFile file, CsvOptions options, string charset, bool mayBeOther, IReadOnlyList<Column>? expected)
    {
        Check(options);
        var first = new CsvDialect(options, options.Delimiter ?? ',', [], charset);
        if (options.Delimiter is null)
            first = first with { Delimiter = Guess(file, first) };
        using var scanner = first.Open(file);
        if (!first.ToFirstRecord(scanner))
        {
            return !options.Header && expected is not null
                ? first with { Names = Numbered(0, expected) }
                : throw file.Failure($"is empty: a CSV file has at least a header{(options.Header ? "" : " or declared columns")}.");
        }

        if (!Utf8.IsValid(scanner.Raw))
            throw mayBeOther ? new UndecodableException() : file.Failure(
                $"has a header, line {scanner.Line}, that is not UTF-8; convert the file to UTF-8.");
        if (!CsvEncodings.IsDecoded(scanner.Raw, charset))
            throw file.Failure($"has a header, line {scanner.Line}, with {CsvScanner.NotUtf16}");
        if (scanner.Fault is { } fault)
            throw file.Failure($"has a header that cannot be read, line {scanner.Line}: {fault}");
        var values = scanner.Values();
        var names = options.Header ? Named(file, values, scanner.Line, options.UniqueNames) : Numbered(values.Count, expected);
        return first with { Names = names };
    }

    /// <summary>Opens a scanner at the file's beginning.</summary>
    public CsvScanner Open(DataFile file) => new(CsvEncodings.Open(file, Charset), this);

    /// <summary>Goes to the header, or to the first record of a file without one, past the preamble, comments and blank lines.</summary>
    public bool ToFirstRecord(CsvScanner scanner)
    {
        for (var skipped = 0; skipped < Options.SkipLines; skipped++)
        {
            if (!scanner.SkipLine())
                return false;
        }

        while (scanner.Next())
        {
            if (!scanner.Raw.IsEmpty && !IsComment(scanner.Raw))
                return true;
        }

        return false;
    }

    public bool IsComment(ReadOnlySpan<byte> record) =>
        Options.Comment is { Length: > 0 } prefix && record.StartsWith(Encoding.UTF8.GetBytes(prefix));

    private static char Guess(DataFile file, CsvDialect dialect)
    {
        // The delimiter that cuts the header into most fields; those within quotes do not count.
        return Delimiters.MaxBy(candidate =>
        {
            var tried = dialect with { Delimiter = candidate };
            using var scanner = tried.Open(file);
            return tried.ToFirstRecord(scanner) ? scanner.Fields : 0;
        });
    }

    private static IReadOnlyList<string> Numbered(int count, IReadOnlyList<Column>? expected) => expected is null
        ? [.. Enumerable.Range(1, count).Select(number => string.Create(CultureInfo.InvariantCulture, $"column_{number}"))]
        : [.. expected.Select(column => column.Name)];

    private static IReadOnlyList<string> Named(DataFile file, IReadOnlyList<string> names, long line, bool unique)
    {
        if (unique)
            return Unique(names);
        if (names.Index().FirstOrDefault(pair => string.IsNullOrWhiteSpace(pair.Item)) is { Item: not null } blank)
            throw file.Failure(
                $"has no name for column {blank.Index + 1} in its header, line {line}: {file.Shown([.. names.Select(name => $"'{name}'")])}. "
                + "Name it, or let names be made unique.");

        // DuckDB tells columns apart without regard to case.
        if (names.GroupBy(name => name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw file.Failure(
                $"names column {file.Shown([$"'{twice.Key}'"])} {twice.Count()} times in its header, line {line}; names that differ only in case are the same. "
                + "Rename one, or let names be made unique.");
        return names;
    }

    private static IReadOnlyList<string> Unique(IReadOnlyList<string> names)
    {
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var given = names.Select(name => name.Trim()).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var result = new List<string>();
        foreach (var (index, raw) in names.Index())
        {
            var name = raw.Trim();
            var unique = name.Length > 0 ? name : string.Create(CultureInfo.InvariantCulture, $"column_{index + 1}");
            for (var number = 2; taken.Contains(unique) || (unique != name && given.Contains(unique)); number++)
                unique = string.Create(CultureInfo.InvariantCulture, $"{(name.Length > 0 ? name : "column")}_{number}");
            taken.Add(unique);
            result.Add(unique);
        }

        return result;
    }

    private static void Check(CsvOptions options)
    {
        char[] letters = [options.Delimiter ?? ',', options.Quote, options.Escape ?? options.Quote];
        if (letters.Any(letter => letter is '\n' or '\r' or > '\x7f') || letters[0] == letters[1] || options.SkipLines < 0)
            throw new TaskFailureException(
                "The options of a CSV source take one ASCII letter each, and another for the delimiter than for the quote; SkipLines is 0 or more.",
                retryable: false);
        if (options.Decimal == options.Thousands || char.IsAsciiDigit(options.Decimal))
            throw new TaskFailureException("Decimal and Thousands of a CSV source are two letters, and no digits.", retryable: false);
    }
}
