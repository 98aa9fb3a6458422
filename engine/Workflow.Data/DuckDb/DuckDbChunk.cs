using System.Text;

namespace Workflow.Data.DuckDb;

/// <summary>Up to 2048 rows of a query's result, by column. Valid until the next chunk is asked for.</summary>
public sealed partial class DuckDbChunk : IDisposable
{
    private readonly IReadOnlyList<DuckDbColumn> columns;
    private nint chunk;

    internal DuckDbChunk(nint chunk, IReadOnlyList<DuckDbColumn> columns)
    {
        this.chunk = chunk;
        this.columns = columns;
        Rows = (int)NativeMethods.duckdb_data_chunk_get_size(chunk);
    }

    /// <summary>How many rows it holds.</summary>
    public int Rows { get; }

    /// <summary>The columns' names, in order.</summary>
    public IEnumerable<string> Names => columns.Select(column => column.Name);

    internal IReadOnlyList<DuckDbColumn> Columns => columns;

    /// <summary>Where a column is null.</summary>
    public unsafe bool[] Nulls(int column)
    {
        var validity = (ulong*)NativeMethods.duckdb_vector_get_validity(Vector(column));
        var nulls = new bool[Rows];
        for (var row = 0; validity != null && row < Rows; row++)
            nulls[row] = (validity[row >> 6] >> (row & 63) & 1) == 0;
        return nulls;
    }

    /// <summary>A numeric or boolean column as doubles; a null is NaN.</summary>
    /// <exception cref="TaskFailureException">The column is neither numeric nor boolean.</exception>
    public unsafe double[] Doubles(int column)
    {
        var about = columns[column];
        var data = (void*)NativeMethods.duckdb_vector_get_data(Vector(column));
        var values = new double[Rows];
        for (var row = 0; row < values.Length; row++)
        {
            values[row] = about.Storage switch
            {
                DuckDbType.Double => ((double*)data)[row],
                DuckDbType.Float => ((float*)data)[row],
                DuckDbType.HugeInt => (double)((Int128*)data)[row],
                DuckDbType.UBigInt => ((ulong*)data)[row],
                _ => Integer(data, row, about),
            };
        }

        if (about.Type == DuckDbType.Decimal)
        {
            // Dividing by the power of ten is correctly rounded for up to 15 digits, where multiplying by its inverse is not.
            var unit = Math.Pow(10, about.Scale);
            for (var row = 0; row < values.Length; row++)
                values[row] /= unit;
        }

        var nulls = Nulls(column);
        for (var row = 0; row < values.Length; row++)
        {
            if (nulls[row])
                values[row] = double.NaN;
        }

        return values;
    }

    /// <summary>An integer or boolean column; a null is 0, see <see cref="Nulls"/>.</summary>
    /// <exception cref="TaskFailureException">The column is no integer of at most 64 bits.</exception>
    public unsafe long[] Longs(int column)
    {
        var about = columns[column];
        if (about.Type == DuckDbType.Decimal)
            throw Unreadable(about, "an integer");
        var data = (void*)NativeMethods.duckdb_vector_get_data(Vector(column));
        var nulls = Nulls(column);
        var values = new long[Rows];
        for (var row = 0; row < values.Length; row++)
            values[row] = nulls[row] ? 0 : Integer(data, row, about);
        return values;
    }

    /// <summary>A boolean column; a null is false, see <see cref="Nulls"/>.</summary>
    /// <exception cref="TaskFailureException">The column is not boolean.</exception>
    public bool[] Booleans(int column) =>
        columns[column].Type == DuckDbType.Boolean
            ? Array.ConvertAll(Longs(column), value => value != 0)
            : throw Unreadable(columns[column], "boolean");

    /// <summary>A text column.</summary>
    /// <exception cref="TaskFailureException">The column is not text; cast it in SQL.</exception>
    public string?[] Strings(int column)
    {
        var texts = Texts(column);
        var nulls = Nulls(column);
        var values = new string?[Rows];
        for (var row = 0; row < values.Length; row++)
            values[row] = nulls[row] ? null : Encoding.UTF8.GetString(texts[row]);
        return values;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        if (chunk != 0)
            NativeMethods.duckdb_destroy_data_chunk(ref chunk);
        chunk = 0;
    }

    private static unsafe long Integer(void* data, int row, DuckDbColumn column) => column.Storage switch
    {
        DuckDbType.Boolean => ((byte*)data)[row],
        DuckDbType.TinyInt => ((sbyte*)data)[row],
        DuckDbType.SmallInt => ((short*)data)[row],
        DuckDbType.Integer => ((int*)data)[row],
        DuckDbType.BigInt => ((long*)data)[row],
        DuckDbType.UTinyInt => ((byte*)data)[row],
        DuckDbType.USmallInt => ((ushort*)data)[row],
        DuckDbType.UInteger => ((uint*)data)[row],
        _ => throw Unreadable(column, "a number"),
    };

    private static TaskFailureException Unreadable(DuckDbColumn column, string wanted) =>
        new($"Column '{column.Name}' is not {wanted}: its DuckDB type is {column.Type}. Cast it in the SQL.", retryable: false);

    private nint Vector(int column)
    {
        ObjectDisposedException.ThrowIf(chunk == 0, this);
        return NativeMethods.duckdb_data_chunk_get_vector(chunk, (ulong)column);
    }
}
