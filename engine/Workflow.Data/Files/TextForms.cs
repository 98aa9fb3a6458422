namespace Workflow.Data.Files;

/// <summary>A way in which values are usually written.</summary>
/// <typeparam name="T">How DuckDB holds the value.</typeparam>
internal interface ITextForm<T>
    where T : unmanaged
{
    /// <summary>Reads a value; false for anything but the usual form, which may be a value nevertheless.</summary>
    static abstract bool TryRead(ReadOnlySpan<byte> text, out T value);
}

/// <summary>A whole number as <c>0</c> or <c>-12</c>, of at most 18 digits: no plus, no leading zero.</summary>
internal readonly struct WholeForm : ITextForm<long>
{
    private const int MaxDigits = 18;

    public static bool TryRead(ReadOnlySpan<byte> text, out long value)
    {
        value = 0;
        var isNegative = text.Length > 0 && text[0] == '-';
        var digits = isNegative ? text[1..] : text;
        if (digits.Length is 0 or > MaxDigits || (digits[0] == '0' && text.Length > 1) || !Digits.TryRead(digits, ref value))
            return false;
        if (isNegative)
            value = -value;
        return true;
    }
}

/// <summary>A number as <c>0.25</c> or <c>-12.5</c>, of at most 15 digits: no exponent, no leading zero but one before the point.</summary>
/// <remarks>
/// Up to 15 digits are a whole number that a double holds, and so is the power of ten: their quotient is the double nearest to the number,
/// which conversions of any length round to.
/// </remarks>
internal readonly struct NumberForm : ITextForm<double>
{
    private const int MaxDigits = 15;

    private static readonly double[] Powers = [.. Enumerable.Range(0, MaxDigits + 1).Select(power => Math.Pow(10, power))];

    public static bool TryRead(ReadOnlySpan<byte> text, out double value)
    {
        value = 0;
        var isNegative = text.Length > 0 && text[0] == '-';
        var number = isNegative ? text[1..] : text;
        var point = number.IndexOf((byte)'.');
        var whole = point < 0 ? number : number[..point];
        var part = point < 0 ? [] : number[(point + 1)..];
        var read = 0L;
        if (whole.Length == 0 || (point >= 0 && part.Length == 0) || whole.Length + part.Length > MaxDigits
            || (whole[0] == '0' && whole.Length > 1)
            || !Digits.TryRead(whole, ref read) || !Digits.TryRead(part, ref read) || (isNegative && read == 0))
            return false;
        value = (isNegative ? -read : read) / Powers[part.Length];
        return true;
    }
}

/// <summary>A day as <c>2024-02-29</c>, in days since 1970.</summary>
internal readonly struct DayForm : ITextForm<int>
{
    public const int Length = 10;

    private static readonly int Epoch = DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;

    public static bool TryRead(ReadOnlySpan<byte> text, out int value)
    {
        value = 0;
        var (year, month, day) = (0L, 0L, 0L);
        if (text.Length != Length || text[4] != '-' || text[7] != '-' || !Digits.TryRead(text[..4], ref year)
            || !Digits.TryRead(text[5..7], ref month) || !Digits.TryRead(text[8..], ref day)
            || year == 0 || month is 0 or > 12 || day == 0 || day > DateTime.DaysInMonth((int)year, (int)month))
            return false;
        value = new DateOnly((int)year, (int)month, (int)day).DayNumber - Epoch;
        return true;
    }
}

/// <summary>A time as <c>2024-02-29 23:59:59</c>, with a <c>T</c> for the space if need be, in microseconds since 1970.</summary>
internal readonly struct TimeForm : ITextForm<long>
{
    private const int Length = 19;
    private const long Microseconds = 1_000_000;

    public static bool TryRead(ReadOnlySpan<byte> text, out long value)
    {
        value = 0;
        var (hour, minute, second) = (0L, 0L, 0L);
        if (text.Length != Length || text[DayForm.Length] is not ((byte)' ' or (byte)'T') || text[13] != ':' || text[16] != ':'
            || !DayForm.TryRead(text[..DayForm.Length], out var day) || !Digits.TryRead(text[11..13], ref hour)
            || !Digits.TryRead(text[14..16], ref minute) || !Digits.TryRead(text[17..], ref second) || hour > 23 || minute > 59
                || second > 59)
            return false;
        value = ((((((day * 24L) + hour) * 60) + minute) * 60) + second) * Microseconds;
        return true;
    }
}

/// <summary>Decimal digits.</summary>
internal static class Digits
{
    /// <summary>Appends digits to a number; false when there is anything else among them.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, ref long number)
    {
        foreach (var letter in text)
        {
            var digit = (uint)(letter - '0');
            if (digit > 9)
                return false;
            number = (number * 10) + digit;
        }

        return true;
    }
}
