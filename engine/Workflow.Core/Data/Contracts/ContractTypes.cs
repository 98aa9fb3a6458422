using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;

namespace Workflow;

/// <summary>DuckDB's types as contracts know them: their names, and which holds every value of which.</summary>
internal static partial class ContractTypes
{
    private static readonly Dictionary<string, string> Aliases = new(StringComparer.Ordinal)
    {
        ["INT1"] = "TINYINT",
        ["INT2"] = "SMALLINT",
        ["SHORT"] = "SMALLINT",
        ["INT"] = "INTEGER",
        ["INT4"] = "INTEGER",
        ["SIGNED"] = "INTEGER",
        ["INT8"] = "BIGINT",
        ["LONG"] = "BIGINT",
        ["INT128"] = "HUGEINT",
        ["UINT8"] = "UTINYINT",
        ["UINT16"] = "USMALLINT",
        ["UINT32"] = "UINTEGER",
        ["UINT64"] = "UBIGINT",
        ["UINT128"] = "UHUGEINT",
        ["FLOAT4"] = "FLOAT",
        ["REAL"] = "FLOAT",
        ["FLOAT8"] = "DOUBLE",
        ["BOOL"] = "BOOLEAN",
        ["LOGICAL"] = "BOOLEAN",
        ["STRING"] = "VARCHAR",
        ["TEXT"] = "VARCHAR",
        ["CHAR"] = "VARCHAR",
        ["BPCHAR"] = "VARCHAR",
        ["BYTEA"] = "BLOB",
        ["BINARY"] = "BLOB",
        ["VARBINARY"] = "BLOB",
        ["DATETIME"] = "TIMESTAMP",
        ["TIMESTAMP_US"] = "TIMESTAMP",
        ["TIMESTAMPTZ"] = "TIMESTAMP WITH TIME ZONE",
        ["TIMETZ"] = "TIME WITH TIME ZONE",
        ["DECIMAL"] = "DECIMAL(18,3)",
        ["NUMERIC"] = "DECIMAL(18,3)",
    };

    private static readonly HashSet<string> Plain = new(StringComparer.Ordinal)
    {
        "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT", "FLOAT",
        "DOUBLE", "BOOLEAN", "VARCHAR", "BLOB", "BIT", "DATE", "TIME", "TIME WITH TIME ZONE", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS",
        "TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE", "INTERVAL", "UUID", "JSON",
    };

    // Bits of magnitude: a signed type holds an unsigned one of fewer bits, and a floating-point type what fits its significand.
    private static readonly Dictionary<string, (bool Signed, int Bits)> Integers = new(StringComparer.Ordinal)
    {
        ["TINYINT"] = (true, 7),
        ["SMALLINT"] = (true, 15),
        ["INTEGER"] = (true, 31),
        ["BIGINT"] = (true, 63),
        ["HUGEINT"] = (true, 127),
        ["UTINYINT"] = (false, 8),
        ["USMALLINT"] = (false, 16),
        ["UINTEGER"] = (false, 32),
        ["UBIGINT"] = (false, 64),
        ["UHUGEINT"] = (false, 128),
    };

    private static readonly string[] WholeTimes = ["TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP"];

    /// <summary>The name as DuckDB writes it; null when it is no type that is known here.</summary>
    public static string? Normalise(string type)
    {
        var text = Spaces().Replace(type.Trim(), " ");
        if (text.EndsWith("[]", StringComparison.Ordinal))
            return Normalise(text[..^2]) is { } element ? $"{element}[]" : null;
        if (Nested().IsMatch(text))
            return text;
        var upper = text.ToUpperInvariant();
        if (Aliases.TryGetValue(upper, out var known) || Plain.TryGetValue(upper, out known))
            return known;
        if (Length().IsMatch(upper))
            return "VARCHAR";
        if (DecimalForm().Match(upper) is not { Success: true } match)
            return null;
        var width = int.Parse(match.Groups["width"].Value, CultureInfo.InvariantCulture);
        var scale = match.Groups["scale"] is { Success: true } group ? int.Parse(group.Value, CultureInfo.InvariantCulture) : 0;
        return width is >= 1 and <= 38 && scale <= width ? string.Create(CultureInfo.InvariantCulture, $"DECIMAL({width},{scale})") : null;
    }

    public static bool IsNumeric(string type) => Integers.ContainsKey(type) || type is "FLOAT" or "DOUBLE" || OfDecimal(type) is not null;

    /// <summary>
    /// Whether the wider type holds every value of the narrower one unchanged. Stricter than Avro's promotion, which also lets whole
    /// numbers of 64 bits become floating-point: from 2^53 on those would change unnoticed, and ids are such numbers.
    /// </summary>
    public static bool Holds(string wider, string narrower)
    {
        if (wider == narrower)
            return true;
        if (Integers.TryGetValue(narrower, out var small))
        {
            return Integers.TryGetValue(wider, out var large)
                ? large.Bits >= small.Bits && (large.Signed || !small.Signed)
                : wider switch
                {
                    "FLOAT" => small.Bits <= 24,
                    "DOUBLE" => small.Bits <= 53,
                    _ => OfDecimal(wider) is var (width, scale) && BigInteger.Pow(10, width - scale) > BigInteger.Pow(2, small.Bits),
                };
        }

        if (OfDecimal(narrower) is var (oldWidth, oldScale))
            return OfDecimal(wider) is var (width, scale) && scale >= oldScale && width - scale >= oldWidth - oldScale;
        var time = Array.IndexOf(WholeTimes, wider);
        return narrower switch
        {
            "FLOAT" => wider == "DOUBLE",
            "DATE" => wider == "TIMESTAMP",
            _ => time >= 0 && Array.IndexOf(WholeTimes, narrower) is >= 0 and var other && other < time,
        };
    }

    /// <summary>A value of the type in the one form in which sets are compared; null when it is none of the type.</summary>
    public static string? Value(string type, string text)
    {
        var culture = CultureInfo.InvariantCulture;
        if (Integers.ContainsKey(type))
            return BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, culture, out var whole) ? whole.ToString(culture) : null;
        if (OfDecimal(type) is not null)
        {
            return decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, culture, out var exact)
                ? exact.ToString("G29", culture)
                : null;
        }

        if (type is "FLOAT" or "DOUBLE")
        {
            return double.TryParse(text, NumberStyles.Float, culture, out var number) && double.IsFinite(number)
                ? number.ToString("R", culture)
                : null;
        }

        return type == "BOOLEAN" ? (bool.TryParse(text, out var truth) ? (truth ? "true" : "false") : null) : text;
    }

    private static (int Width, int Scale)? OfDecimal(string type)
    {
        return DecimalForm().Match(type) is { Success: true } match ? (Part("width"), Part("scale")) : null;

        int Part(string name) => int.Parse(match.Groups[name].Value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex(@"^(STRUCT|MAP|UNION|ENUM)\(.+\)\z", RegexOptions.Singleline)]
    private static partial Regex Nested();

    [GeneratedRegex(@"^(VARCHAR|CHAR|TEXT|STRING|BPCHAR) ?\([0-9]{1,9}\)\z")]
    private static partial Regex Length();

    [GeneratedRegex(@"^(DECIMAL|NUMERIC) ?\( ?(?<width>[0-9]{1,2}) ?(, ?(?<scale>[0-9]{1,2}) ?)?\)\z", RegexOptions.ExplicitCapture)]
    private static partial Regex DecimalForm();
}
