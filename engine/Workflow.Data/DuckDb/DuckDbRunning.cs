using System.Runtime.InteropServices;

namespace Workflow.Data.DuckDb;

/// <summary>A running query and its result.</summary>
internal sealed class DuckDbRunning : IDisposable
{
    private readonly CancellationToken cancellationToken;
    private readonly CancellationTokenRegistration registration;
    private NativeMethods.NativeResult result;

    public DuckDbRunning(nint connection, nint statement, bool streaming, CancellationToken cancellationToken)
    {
        this.cancellationToken = cancellationToken;
        var prepared = streaming
            ? NativeMethods.duckdb_pending_prepared_streaming(statement, out var pending)
            : NativeMethods.duckdb_pending_prepared(statement, out pending);
        try
        {
            if (prepared != NativeMethods.Success)
                throw Failure(NativeMethods.duckdb_pending_error(pending));

            // The start of a query forgets an earlier interrupt. So the token is listened to only now: a cancellation at any earlier moment
            // fires at once in here, and none is lost.
            registration = cancellationToken.UnsafeRegister(static state => NativeMethods.duckdb_interrupt((nint)state!), connection);
            if (NativeMethods.duckdb_execute_pending(pending, out result) != NativeMethods.Success)
                throw Failure(NativeMethods.duckdb_result_error(ref result));
        }
        catch
        {
            Dispose();
            throw;
        }
        finally
        {
            NativeMethods.duckdb_destroy_pending(ref pending);
        }

        Columns = [.. Enumerable.Range(0, (int)NativeMethods.duckdb_column_count(ref result)).Select(ReadColumn)];
    }

    public IReadOnlyList<DuckDbColumn> Columns { get; }

    /// <summary>The next chunk, or null at the end.</summary>
    public DuckDbChunk? Next()
    {
        var chunk = NativeMethods.duckdb_fetch_chunk(result);
        if (chunk != 0)
            return new DuckDbChunk(chunk, Columns);
        var error = NativeMethods.duckdb_result_error(ref result);
        cancellationToken.ThrowIfCancellationRequested();
        return error == 0 ? null : throw Failure(error);
    }

    public void Dispose()
    {
        // Waits for an interrupt under way: after it the connection may be closed.
        registration.Dispose();
        NativeMethods.duckdb_destroy_result(ref result);
    }

    private DuckDbColumn ReadColumn(int index)
    {
        var type = NativeMethods.duckdb_column_logical_type(ref result, (ulong)index);
        try
        {
            var id = (DuckDbType)NativeMethods.duckdb_get_type_id(type);
            var name = Marshal.PtrToStringUTF8(NativeMethods.duckdb_column_name(ref result, (ulong)index))!;
            return id == DuckDbType.Decimal
                ? new(name, id, (DuckDbType)NativeMethods.duckdb_decimal_internal_type(type), NativeMethods.duckdb_decimal_scale(type))
                : new(name, id, id, 0);
        }
        finally
        {
            NativeMethods.duckdb_destroy_logical_type(ref type);
        }
    }

    private Exception Failure(nint message) => cancellationToken.IsCancellationRequested
        ? new OperationCanceledException(cancellationToken)
        : DuckDbErrors.Of(Marshal.PtrToStringUTF8(message) ?? "the query failed without a message");
}
