using System.Buffers.Binary;

namespace Workflow.Data.DuckDb;

/// <content>Columns as they lie in DuckDB's memory, without copies: for code that looks at every value of a dataset.</content>
public sealed partial class DuckDbChunk
{
    /// <summary>A bit for each row, set where the column is not null; empty when it is null nowhere.</summary>
    internal unsafe ReadOnlySpan<ulong> Validity(int column)
    {
        var validity = (ulong*)NativeMethods.duckdb_vector_get_validity(Vector(column));
        return validity == null ? [] : new ReadOnlySpan<ulong>(validity, (Rows + 63) / 64);
    }

    /// <summary>A column of type DOUBLE; nulls are anything.</summary>
    internal unsafe ReadOnlySpan<double> RawDoubles(int column) => columns[column].Type == DuckDbType.Double
        ? new ReadOnlySpan<double>((void*)NativeMethods.duckdb_vector_get_data(Vector(column)), Rows)
        : throw Unreadable(columns[column], "DOUBLE");

    /// <summary>A text column; nulls are anything.</summary>
    internal unsafe DuckDbTexts Texts(int column) => columns[column].Type == DuckDbType.Varchar
        ? new DuckDbTexts((byte*)NativeMethods.duckdb_vector_get_data(Vector(column)))
        : throw Unreadable(columns[column], "text");

    /// <summary>Integers, booleans, decimals in units of their last place, days and microseconds since 1970; nulls are anything.</summary>
    internal unsafe void Integers(int column, Span<long> into)
    {
        var data = (void*)NativeMethods.duckdb_vector_get_data(Vector(column));
        var about = columns[column];
        switch (about.Storage)
        {
            case DuckDbType.BigInt or DuckDbType.Timestamp:
                new ReadOnlySpan<long>(data, Rows).CopyTo(into);
                break;
            case DuckDbType.Date:
                for (var row = 0; row < Rows; row++)
                    into[row] = ((int*)data)[row];
                break;
            default:
                for (var row = 0; row < Rows; row++)
                    into[row] = Integer(data, row, about);
                break;
        }
    }
}

/// <summary>The texts of a column, by row; valid as long as their chunk.</summary>
internal readonly unsafe ref struct DuckDbTexts(byte* data)
{
    // duckdb_string_t: 4 bytes of length, then 12 bytes of text, or 4 bytes of prefix and a pointer when the text is longer.
    private const int StringSize = 16;
    private const int InlineLength = 12;

    private readonly byte* data = data;

    public ReadOnlySpan<byte> this[int row]
    {
        get
        {
            var cell = data + ((long)row * StringSize);
            var length = BinaryPrimitives.ReadInt32LittleEndian(new ReadOnlySpan<byte>(cell, sizeof(int)));
            return new ReadOnlySpan<byte>(length <= InlineLength ? cell + sizeof(int) : *(byte**)(cell + 8), length);
        }
    }
}
