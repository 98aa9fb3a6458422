using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Workflow.Engine.Cli;

/// <summary>Values as a person reads them, the same as in the dashboard.</summary>
internal static partial class Format
{
    internal const string Nothing = "–";
    private const int HashDigits = 8;

    /// <summary><c>840 ms</c>, <c>1.2 s</c>, <c>1 m 12 s</c>, <c>3 h 5 m</c>, <c>2 d 4 h</c>.</summary>
    internal static string Duration(double? seconds)
    {
        if (seconds is not { } value)
            return Nothing;
        // The last of each unit rounds up into the next: 59.7 s is 1 m, never 60 s.
        if (value < 0.9995)
            return Invariant($"{Math.Round(value * 1000):0} ms");
        if (value < 9.95)
            return Invariant($"{value:0.0} s");
        var whole = (long)Math.Round(value, MidpointRounding.AwayFromZero);
        return whole switch
        {
            < 60 => $"{whole} s",
            < 3600 => Pair(whole, 60, "m", "s"),
            < 86_400 => Pair(whole / 60, 60, "h", "m"),
            _ => Pair(whole / 3600, 24, "d", "h"),
        };
    }

    /// <summary>Thousands separated.</summary>
    internal static string Count(double? value) => value is { } number ? number.ToString("#,0", CultureInfo.InvariantCulture) : Nothing;

    /// <summary>A number that names something: without separators, as other verbs take it.</summary>
    internal static string Id(double? value) => value is { } number ? number.ToString("0", CultureInfo.InvariantCulture) : Nothing;

    /// <summary>Three significant figures, but never fewer digits than the whole part has.</summary>
    internal static string Metric(double? value)
    {
        if (value is not { } number)
            return Nothing;
        if (number == Math.Truncate(number) || Math.Abs(number) >= 1000)
            return Count(number);
        var decimals = Math.Clamp(2 - (int)Math.Floor(Math.Log10(Math.Abs(number))), 0, 15);
        return decimals > 8
            ? number.ToString("0.##e+0", CultureInfo.InvariantCulture)
            : number.ToString("0." + new string('#', decimals), CultureInfo.InvariantCulture);
    }

    /// <summary><c>412 B</c>, <c>1.5 MiB</c>.</summary>
    internal static string Bytes(double? value)
    {
        if (value is not { } size)
            return Nothing;
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB"];
        var unit = 0;
        for (; size >= 1024 && unit < units.Length - 1; unit++)
            size /= 1024;
        return Invariant($"{(unit == 0 ? size.ToString("0", CultureInfo.InvariantCulture) : Metric(size))} {units[unit]}");
    }

    /// <summary><c>2026-01-31 05:49:12 +01:00</c>, in the terminal's zone.</summary>
    internal static string Time(DateTimeOffset? time, TimeZoneInfo zone)
    {
        if (time is not { } value)
            return Nothing;
        var local = TimeZoneInfo.ConvertTime(value, zone);
        var offset = zone.HasSameRules(TimeZoneInfo.Utc) ? "UTC" : local.ToString("zzz", CultureInfo.InvariantCulture);
        return $"{local.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)} {offset}";
    }

    /// <summary>The first digits of a hash.</summary>
    internal static string Hash(string? hash) => hash is null ? Nothing : hash[..Math.Min(HashDigits, hash.Length)];

    /// <summary>Pairs as <c>rmse 3.21, mae 2.05</c>.</summary>
    internal static string Pairs(JsonObject map) =>
        map.Count == 0 ? Nothing : string.Join(", ", map.Select(pair => $"{pair.Key} {Value(pair.Value)}"));

    /// <summary>Names in a row.</summary>
    internal static string Names(IEnumerable<string> names) => string.Join(", ", names) is { Length: > 0 } text ? text : Nothing;

    /// <summary>Any value of the API.</summary>
    internal static string Value(JsonNode? value) => value switch
    {
        null => Nothing,
        JsonValue number when number.TryGetValue<double>(out var found) => Metric(found),
        _ => value.ToString(),
    };

    /// <summary>A value that the API gives as text: of a column of numbers as a number.</summary>
    /// <param name="text">The text.</param>
    /// <param name="type">The column's DuckDB type.</param>
    internal static string Value(string? text, string? type) =>
        text is null || !Numeric().IsMatch(type ?? "") ? text ?? Nothing
            : BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole)
            ? whole.ToString("#,0", CultureInfo.InvariantCulture)
            : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? Metric(number)
            : text;

    private static string Pair(long value, int size, string large, string small) =>
        value % size == 0 ? $"{value / size} {large}" : $"{value / size} {large} {value % size} {small}";

    [GeneratedRegex("^(U?(TINY|SMALL|BIG|HUGE)?INT|U?INTEGER|DOUBLE|FLOAT|REAL|DECIMAL)")]
    private static partial Regex Numeric();

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
