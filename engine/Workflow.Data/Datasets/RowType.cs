using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Workflow.Data.DuckDb;

namespace Workflow.Data;

/// <summary>A property of a record, and the column that it stands for.</summary>
/// <param name="Property">The property.</param>
/// <param name="Name">The column's name: the property's in snake_case.</param>
/// <param name="Kind">Its type without the question mark.</param>
/// <param name="MayBeNull">Whether it has one.</param>
internal sealed record RowColumn(PropertyInfo Property, string Name, Type Kind, bool MayBeNull)
{
    private static readonly string[] Integers = ["TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"];

    /// <summary>The column's type in DuckDB; null for a type that no column has.</summary>
    public string? Type => Kind switch
    {
        _ when Kind == typeof(string) => "VARCHAR",
        _ when Kind == typeof(bool) => "BOOLEAN",
        _ when Kind == typeof(int) => "INTEGER",
        _ when Kind == typeof(long) => "BIGINT",
        _ when Kind == typeof(double) => "DOUBLE",
        _ when Kind == typeof(DateOnly) => "DATE",
        _ when Kind == typeof(DateTime) => "TIMESTAMP",
        _ => null,
    };

    /// <summary>Whether a column of a type holds no value that the property would change.</summary>
    public bool Takes(string type) => Kind == typeof(int)
        ? type is "TINYINT" or "SMALLINT" or "INTEGER" or "UTINYINT" or "USMALLINT"
        : Kind == typeof(long) ? Integers.Contains(type)
        : Kind == typeof(double) ? type is "DOUBLE" or "FLOAT" || type.StartsWith("DECIMAL", StringComparison.Ordinal)
            || Integers.Contains(type)
        : type == Type || (Kind == typeof(DateTime) && type == "TIMESTAMP WITH TIME ZONE");

    /// <summary>What reads the column as a type that chunks give.</summary>
    public string Term => Kind switch
    {
        _ when Kind == typeof(DateOnly) => $"date_diff('day', DATE '1970-01-01', {Sql.Name(Name)})",
        _ when Kind == typeof(DateTime) => $"epoch_us({Sql.Name(Name)})",
        _ when Kind == typeof(int) || Kind == typeof(long) => $"{Sql.Name(Name)}::BIGINT",
        _ => $"{Sql.Name(Name)}::{Type}",
    };

    public object?[] Read(DuckDbChunk chunk, int column)
    {
        var nulls = chunk.Nulls(column);
        object?[] values = Kind switch
        {
            _ when Kind == typeof(string) => chunk.Strings(column),
            _ when Kind == typeof(bool) => [.. chunk.Booleans(column).Cast<object?>()],
            _ when Kind == typeof(double) => [.. chunk.Doubles(column).Cast<object?>()],
            _ when Kind == typeof(int) => [.. chunk.Longs(column).Select(value => (object?)(int)value)],
            _ when Kind == typeof(DateOnly) =>
                [.. chunk.Longs(column).Select(value => (object?)DateOnly.FromDateTime(DateTime.UnixEpoch).AddDays((int)value))],
            _ when Kind == typeof(DateTime) => [.. chunk.Longs(column).Select(value => (object?)DateTime.UnixEpoch.AddMicroseconds(value))],
            _ => [.. chunk.Longs(column).Cast<object?>()],
        };
        for (var row = 0; row < values.Length; row++)
            values[row] = nulls[row] ? null : values[row];
        return values;
    }

    /// <summary>A value as a field of CSV; nothing at all for a null.</summary>
    public static string Field(object? value) => value switch
    {
        null => "",
        string text => $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"",
        bool flag => flag ? "true" : "false",
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        DateOnly date => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        DateTime time => time.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}

/// <summary>A record type as rows. Made anew for each transform: a cache would hold on to types of DAGs that are loaded no more.</summary>
internal sealed class RowType<T>
    where T : class
{
    private readonly ConstructorInfo constructor;
    private readonly int[] arguments;

    public RowType()
    {
        var nullability = new NullabilityInfoContext();
        Columns = [.. typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(property => new RowColumn(
            property, JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name),
            Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType,
            Nullable.GetUnderlyingType(property.PropertyType) is not null
                || nullability.Create(property).ReadState == NullabilityState.Nullable))];
        if (Columns.FirstOrDefault(column => column.Type is null) is { } unknown)
            throw Failure(
                $"property {unknown.Property.Name} is a {unknown.Kind.Name}; a column is a string, bool, int, long, double, DateOnly or DateTime.");
        constructor = typeof(T).GetConstructors().MaxBy(candidate => candidate.GetParameters().Length)
            ?? throw Failure("it has no public constructor.");
        arguments = [.. constructor.GetParameters().Select(parameter => Index(parameter.Name!))];
        if (Columns.Count == 0 || arguments.Length != Columns.Count)
            throw Failure("its constructor must take each of its properties.");
    }

    public IReadOnlyList<RowColumn> Columns { get; }

    public T New(object?[][] columns, int row, long number)
    {
        var values = new object?[arguments.Length];
        for (var at = 0; at < values.Length; at++)
        {
            var column = Columns[arguments[at]];
            values[at] = columns[arguments[at]][row];
            if (values[at] is null && !column.MayBeNull)
                throw new TaskFailureException(
                    $"Row {number} has no {column.Name}, but {typeof(T).Name}.{column.Property.Name} may not be null.", retryable: false);
        }

        return (T)constructor.Invoke(values);
    }

    public byte[] Record(T row)
    {
        var fields = Columns.Select(column => RowColumn.Field(column.Property.GetValue(row))).ToList();

        // A row of one null would be a blank line, which a reader passes over.
        return Encoding.UTF8.GetBytes(fields is [""] ? "," : string.Join(',', fields));
    }

    /// <summary>Checks that a dataset has the columns.</summary>
    public void Require(IReadOnlyList<Column> there)
    {
        foreach (var column in Columns)
        {
            var found = there.FirstOrDefault(other => other.Name == column.Name);
            if (found is null)
                throw Failure($"the dataset has no column {column.Name}; it has {string.Join(", ", there.Select(other => other.Name))}.");
            if (!column.Takes(found.Type))
                throw Failure(
                    $"column {column.Name} is {found.Type}, which property {column.Property.Name} of type {column.Kind.Name} does not hold.");
        }
    }

    private int Index(string parameter) => Columns.Index().FirstOrDefault(
        pair => pair.Item.Property.Name.Equals(parameter, StringComparison.OrdinalIgnoreCase)) is { Item: not null } found
        ? found.Index
        : throw Failure($"its constructor takes {parameter}, which is none of its properties.");

    private static TaskFailureException Failure(string complaint) => new($"Rows of {typeof(T).Name}: {complaint}", retryable: false);
}
