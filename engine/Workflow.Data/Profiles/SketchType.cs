using System.Globalization;
using System.Text.RegularExpressions;
using Workflow.Data.DuckDb;

namespace Workflow.Data.Profiles;

/// <summary>What is counted of a column.</summary>
internal enum SketchKind
{
    /// <summary>Nulls only: lists, structures and maps, columns that are hidden, and those whose type differs between slices.</summary>
    Opaque,
    Boolean,

    /// <summary>Integers, and decimals of up to 18 digits in units of their last place.</summary>
    Integer,

    /// <summary>Floating point numbers, and wider integers and decimals rounded to them.</summary>
    Real,

    /// <summary>Days since 1970.</summary>
    Date,

    /// <summary>Microseconds since 1970, in UTC.</summary>
    Timestamp,

    /// <summary>Text, and whatever else is best read as text.</summary>
    Text,
}

/// <summary>
/// A column's type as a sketch sees it. But for text, a value is a <em>cell</em>: a signed integer that is ordered as the values are. Cells
/// fall into bins: of numbers one for each 1/128 between two powers of two, so that a bin's middle is within 0.4 % of what is in it; of
/// times one for each
/// day.
/// </summary>
internal sealed partial record SketchType(string Type, SketchKind Kind, int Scale)
{
    private const int BinShift = 45;
    private const int LowestNumberBin = -(1 << 18);
    public const long MicrosecondsPerDay = 86_400_000_000;
    private const int WidestInteger = 18;

    // 0001-01-01 and 9999-12-31.
    public const int FirstDay = -719_162;
    private const int LastDay = 2_932_896;

    /// <summary>A type of which values are only counted.</summary>
    public static SketchType Opaque(string type) => new(type, SketchKind.Opaque, 0);

    public static SketchType Of(string type)
    {
        if (Decimal().Match(type) is { Success: true } number)
        {
            var (width, scale) = (Part(number, 1), Part(number, 2));
            return width <= WidestInteger ? new(type, SketchKind.Integer, scale) : new(type, SketchKind.Real, 0);
        }

        return new SketchType(type, type switch
        {
            "BOOLEAN" => SketchKind.Boolean,
            "TINYINT" or "SMALLINT" or "INTEGER" or "BIGINT" or "UTINYINT" or "USMALLINT" or "UINTEGER" => SketchKind.Integer,
            "FLOAT" or "DOUBLE" or "HUGEINT" or "UHUGEINT" or "UBIGINT" => SketchKind.Real,
            "DATE" => SketchKind.Date,
            _ when type.EndsWith(']') || Nested().IsMatch(type) => SketchKind.Opaque,
            _ when type.StartsWith("TIMESTAMP", StringComparison.Ordinal) => SketchKind.Timestamp,
            _ => SketchKind.Text,
        }, 0);
    }

    public bool IsNumber => Kind is SketchKind.Integer or SketchKind.Real;

    /// <summary>Whether values lie on an axis, so that quantiles and a histogram say something.</summary>
    public bool HasAxis => IsNumber || Kind is SketchKind.Date or SketchKind.Timestamp;

    /// <summary>What a sketch reads of a column. Casts that change nothing cost nothing; Parquet has no column of some types.</summary>
    public string Term(string column)
    {
        var name = Sql.Name(column);
        return Kind switch
        {
            SketchKind.Opaque => $"CASE WHEN {name} IS NOT NULL THEN true END",
            SketchKind.Real => $"CAST({name} AS DOUBLE)",
            SketchKind.Timestamp => $"CAST({name} AS TIMESTAMP)",
            SketchKind.Text => $"CAST({name} AS VARCHAR)",
            _ => $"CAST({name} AS {Type})",
        };
    }

    public static long Cell(double number)
    {
        // The two zeros are one value. Below zero the greater bits are the lesser number.
        var bits = BitConverter.DoubleToInt64Bits(number == 0 ? 0 : number);
        return bits >= 0 ? bits : bits ^ long.MaxValue;
    }

    public static double Real(long cell) => BitConverter.Int64BitsToDouble(cell >= 0 ? cell : cell ^ long.MaxValue);

    /// <summary>Whether a cell stands for a value that has a place on the axis.</summary>
    public bool IsFinite(long cell) => Kind switch
    {
        SketchKind.Real => double.IsFinite(Real(cell)),
        SketchKind.Date => cell is > -int.MaxValue and < int.MaxValue,
        SketchKind.Timestamp => cell is > -long.MaxValue and < long.MaxValue,
        _ => true,
    };

    public CellBins NewBins() => Kind switch
    {
        SketchKind.Timestamp => new TimeBins(),
        SketchKind.Date => new FixedBins(this, FirstDay, LastDay),
        _ => new FixedBins(this, LowestNumberBin, -LowestNumberBin - 1),
    };

    /// <summary>The bin of a number or a day.</summary>
    public int Bin(long cell) => Kind switch
    {
        SketchKind.Integer => (int)(Cell((double)cell) >> BinShift),
        SketchKind.Real => (int)(cell >> BinShift),
        _ => (int)Math.Clamp(cell, FirstDay, LastDay),
    };

    /// <summary>The cell that stands for those in a bin: the middle, or the day.</summary>
    public long Middle(int bin)
    {
        var middle = ((long)bin << BinShift) + (1L << (BinShift - 1));
        return Kind switch
        {
            // A narrow bin's only integer is its end that is nearer to zero.
            SketchKind.Integer => (long)Real(middle),
            SketchKind.Real => middle,
            _ => bin,
        };
    }

    /// <summary>Where a cell lies on the axis.</summary>
    public double Place(long cell) => Kind == SketchKind.Real ? Real(cell) : cell;

    /// <summary>The cell at a place on the axis.</summary>
    public long CellAt(double place) => Kind == SketchKind.Real ? Cell(place) : (long)Math.Round(place);

    public string Text(long cell) => Kind switch
    {
        SketchKind.Boolean => cell == 0 ? "false" : "true",
        SketchKind.Integer when Scale == 0 => cell.ToString(CultureInfo.InvariantCulture),
        SketchKind.Integer => (cell / Power()).ToString($"F{Scale}", CultureInfo.InvariantCulture),
        SketchKind.Real => TextOf(Real(cell)),
        _ when !IsFinite(cell) => cell > 0 ? "infinity" : "-infinity",
        SketchKind.Date => Time(cell, cell * TimeSpan.TicksPerDay, "yyyy-MM-dd"),
        _ => Time(Day(cell), cell * TimeSpan.TicksPerMicrosecond, "yyyy-MM-dd HH:mm:ss.FFFFFF"),
    };

    private static long Day(long microseconds) =>
        microseconds >= 0 ? microseconds / MicrosecondsPerDay : ~(~microseconds / MicrosecondsPerDay);

    private static string Time(long day, long ticks, string format) => day switch
    {
        < FirstDay => "before 0001-01-01",
        > LastDay => "after 9999-12-31",
        _ => DateTime.UnixEpoch.AddTicks(ticks).ToString(format, CultureInfo.InvariantCulture),
    };

    private static int Part(Match match, int group) => int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    private decimal Power() => Enumerable.Repeat(10m, Scale).Aggregate(1m, (product, ten) => product * ten);

    private string TextOf(double number)
    {
        if (double.IsNaN(number))
            return "nan";
        if (double.IsInfinity(number))
            return number > 0 ? "inf" : "-inf";
        IFormattable shown = Type == "FLOAT" ? (IFormattable)(float)number : number;
        return shown.ToString("R", CultureInfo.InvariantCulture).ToLowerInvariant();
    }

    [GeneratedRegex(@"^DECIMAL\((\d+),(\d+)\)$")]
    private static partial Regex Decimal();

    [GeneratedRegex(@"^(STRUCT|MAP|UNION|VARIANT|GEOMETRY)\b")]
    private static partial Regex Nested();
}
