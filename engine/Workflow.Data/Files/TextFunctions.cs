using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Workflow.Data.DuckDb;

namespace Workflow.Data.Files;

/// <summary>
/// Functions for SQL that read values which are written as usual, and give null for all others. They make sure of the form and convert in
/// one pass, where DuckDB's casts take anything that can be converted: with a test of the form beside it, a cast costs five times as much.
/// </summary>
internal static unsafe class TextFunctions
{
    private const string Whole = "workflow_whole";
    private const string Number = "workflow_number";
    private const string Day = "workflow_day";
    private const string Time = "workflow_time";

    /// <summary>Makes the functions known to a session.</summary>
    public static void Register(DuckDbSession session)
    {
        session.Register(Whole, DuckDbType.BigInt, &ReadWhole);
        session.Register(Number, DuckDbType.Double, &ReadNumber);
        session.Register(Day, DuckDbType.Date, &ReadDay);
        session.Register(Time, DuckDbType.Timestamp, &ReadTime);
    }

    /// <summary>An expression that reads text as a type; null where there is no function for it.</summary>
    public static string? Read(string text, string type) => type switch
    {
        "BIGINT" => $"{Whole}({text})",
        "INTEGER" or "SMALLINT" or "TINYINT" => $"TRY_CAST({Whole}({text}) AS {type})",
        "DOUBLE" => $"{Number}({text})",
        "DATE" => $"{Day}({text})",
        "TIMESTAMP" => $"{Time}({text})",
        _ => null,
    };

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void ReadWhole(nint info, nint chunk, nint result) => Read<long, WholeForm>(chunk, result);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void ReadNumber(nint info, nint chunk, nint result) => Read<double, NumberForm>(chunk, result);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void ReadDay(nint info, nint chunk, nint result) => Read<int, DayForm>(chunk, result);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void ReadTime(nint info, nint chunk, nint result) => Read<long, TimeForm>(chunk, result);

    /// <remarks>DuckDB's threads call this: an exception would end the process.</remarks>
    private static void Read<T, TForm>(nint chunk, nint result)
        where T : unmanaged
        where TForm : ITextForm<T>
    {
        var rows = (int)NativeMethods.duckdb_data_chunk_get_size(chunk);
        var vector = NativeMethods.duckdb_data_chunk_get_vector(chunk, 0);
        var texts = new DuckDbTexts((byte*)NativeMethods.duckdb_vector_get_data(vector));
        var present = (ulong*)NativeMethods.duckdb_vector_get_validity(vector);
        var values = (T*)NativeMethods.duckdb_vector_get_data(result);
        ulong* given = null;
        for (var row = 0; row < rows; row++)
        {
            if ((present == null || (present[row >> 6] >> (row & 63) & 1) != 0) && TForm.TryRead(texts[row], out values[row]))
                continue;
            if (given == null)
            {
                NativeMethods.duckdb_vector_ensure_validity_writable(result);
                given = (ulong*)NativeMethods.duckdb_vector_get_validity(result);
            }

            given[row >> 6] &= ~(1UL << (row & 63));
        }
    }
}
