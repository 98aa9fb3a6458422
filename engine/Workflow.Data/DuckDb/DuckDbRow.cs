using System.Globalization;

namespace Workflow.Data.DuckDb;

/// <summary>A row of a small result.</summary>
public sealed class DuckDbRow
{
    private readonly IReadOnlyDictionary<string, int> positions;
    private readonly object?[] cells;

    private DuckDbRow(IReadOnlyDictionary<string, int> positions, object?[] cells)
    {
        this.positions = positions;
        this.cells = cells;
    }

    /// <summary>A cell as <see cref="string"/>, <see cref="long"/>, <see cref="double"/> or <see cref="bool"/>; null for a null.</summary>
    public object? this[int column] => cells[column];

    /// <summary>A cell by its column's name.</summary>
    /// <exception cref="KeyNotFoundException">The result has no such column.</exception>
    public object? this[string column] => cells[positions[column]];

    /// <summary>A text cell.</summary>
    public string? Text(string column) => (string?)this[column];

    /// <summary>A cell of an integer type.</summary>
    /// <exception cref="InvalidCastException">It is null or of another type.</exception>
    public long Long(string column) => (long)(this[column] ?? throw new InvalidCastException($"'{column}' is null."));

    /// <summary>A numeric cell.</summary>
    public double? Double(string column) =>
        this[column] is { } value ? Convert.ToDouble(value, CultureInfo.InvariantCulture) : null;

    internal static IEnumerable<DuckDbRow> Read(DuckDbChunk chunk)
    {
        var positions = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (index, name) in chunk.Names.Index())
            positions.TryAdd(name, index);
        var rows = new object?[chunk.Rows][];
        for (var row = 0; row < rows.Length; row++)
            rows[row] = new object?[chunk.Columns.Count];

        for (var column = 0; column < chunk.Columns.Count; column++)
        {
            var nulls = chunk.Nulls(column);
            var values = Values(chunk, column);
            for (var row = 0; row < rows.Length; row++)
                rows[row][column] = nulls[row] ? null : values.GetValue(row);
        }

        return rows.Select(cells => new DuckDbRow(positions, cells));
    }

    private static Array Values(DuckDbChunk chunk, int column) => chunk.Columns[column].Type switch
    {
        DuckDbType.Varchar => chunk.Strings(column),
        DuckDbType.Boolean => chunk.Booleans(column),
        DuckDbType.Double or DuckDbType.Float or DuckDbType.Decimal or DuckDbType.HugeInt or DuckDbType.UBigInt => chunk.Doubles(column),
        _ => chunk.Longs(column),
    };
}
