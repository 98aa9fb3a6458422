using System.Runtime.InteropServices;
using System.Text;

namespace Workflow.Data.DuckDb;

/// <summary>A prepared statement with its values.</summary>
internal sealed class DuckDbStatement : IDisposable
{
    private const int SelectStatement = 1;

    private readonly nint connection;
    private nint handle;

    public DuckDbStatement(nint connection, string sql)
    {
        this.connection = connection;
        if (NativeMethods.duckdb_prepare(connection, sql, out handle) == NativeMethods.Success)
            return;
        var message = Marshal.PtrToStringUTF8(NativeMethods.duckdb_prepare_error(handle)) ?? "the statement could not be prepared";
        Dispose();
        throw DuckDbErrors.Of(message);
    }

    public bool IsSelect => NativeMethods.duckdb_prepared_statement_type(handle) == SelectStatement;

    public void Bind(IReadOnlyDictionary<string, object?> values)
    {
        for (var index = 1UL; index <= NativeMethods.duckdb_nparams(handle); index++)
        {
            var pointer = NativeMethods.duckdb_parameter_name(handle, index);
            var name = Marshal.PtrToStringUTF8(pointer)!;
            NativeMethods.duckdb_free(pointer);
            if (!values.TryGetValue(name, out var value))
            {
                var known = values.Count == 0
                    ? "there are none"
                    : $"there are {string.Join(", ", values.Keys.Order(StringComparer.Ordinal).Select(key => "$" + key))}";
                throw new TaskFailureException($"The SQL refers to ${name}, but no such value is given; {known}.", retryable: false);
            }

            if (Bind(index, name, value) != NativeMethods.Success)
                throw new TaskFailureException($"DuckDB refused the value of ${name}.", retryable: false);
        }
    }

    public DuckDbRunning Run(bool streaming, CancellationToken cancellationToken) => new(connection, handle, streaming, cancellationToken);

    public void Dispose()
    {
        if (handle != 0)
            NativeMethods.duckdb_destroy_prepare(ref handle);
        handle = 0;
    }

    private static long Microseconds(DateTime value) => (value - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private int Bind(ulong index, string name, object? value) => value switch
    {
        null => NativeMethods.duckdb_bind_null(handle, index),
        string text => BindText(index, text),
        bool flag => NativeMethods.duckdb_bind_boolean(handle, index, flag),
        int number => NativeMethods.duckdb_bind_int64(handle, index, number),
        long number => NativeMethods.duckdb_bind_int64(handle, index, number),
        double number => NativeMethods.duckdb_bind_double(handle, index, number),
        DateOnly date =>
            NativeMethods.duckdb_bind_date(handle, index, date.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber),
        DateTime time => NativeMethods.duckdb_bind_timestamp(handle, index, Microseconds(time)),
        DateTimeOffset time => NativeMethods.duckdb_bind_timestamp_tz(handle, index, Microseconds(time.UtcDateTime)),
        _ => throw new TaskFailureException(
            $"The value of ${name} is a {value.GetType().Name}; "
            + "a value is a string, bool, int, long, double, DateOnly, DateTime or DateTimeOffset.",
            retryable: false),
    };

    private unsafe int BindText(ulong index, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        fixed (byte* start = bytes.Length == 0 ? [0] : bytes)
            return NativeMethods.duckdb_bind_varchar_length(handle, index, start, (ulong)bytes.Length);
    }
}
