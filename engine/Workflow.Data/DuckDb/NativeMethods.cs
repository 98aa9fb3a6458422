using System.Reflection;
using System.Runtime.InteropServices;
using Workflow.Npm;

namespace Workflow.Data.DuckDb;

/// <summary>
/// The part of DuckDB's C API (1.5) that the session needs. Handles are bare pointers: the session alone owns and frees them.
/// </summary>
internal static partial class NativeMethods
{
    public const int Success = 0;

    private const string Library = "duckdb";

    static NativeMethods() => NativeLibrary.SetDllImportResolver(typeof(NativeMethods).Assembly, Resolve);

    [LibraryImport(Library)]
    public static partial int duckdb_create_config(out nint config);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int duckdb_set_config(nint config, string name, string option);

    [LibraryImport(Library)]
    public static partial void duckdb_destroy_config(ref nint config);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int duckdb_open_ext(string? path, out nint database, nint config, out nint error);

    [LibraryImport(Library)]
    public static partial void duckdb_close(ref nint database);

    [LibraryImport(Library)]
    public static partial int duckdb_connect(nint database, out nint connection);

    [LibraryImport(Library)]
    public static partial void duckdb_disconnect(ref nint connection);

    [LibraryImport(Library)]
    public static partial void duckdb_interrupt(nint connection);

    [LibraryImport(Library)]
    public static partial nint duckdb_library_version();

    [LibraryImport(Library)]
    public static partial void duckdb_free(nint pointer);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int duckdb_prepare(nint connection, string query, out nint statement);

    [LibraryImport(Library)]
    public static partial nint duckdb_prepare_error(nint statement);

    [LibraryImport(Library)]
    public static partial void duckdb_destroy_prepare(ref nint statement);

    [LibraryImport(Library)]
    public static partial int duckdb_prepared_statement_type(nint statement);

    [LibraryImport(Library)]
    public static partial ulong duckdb_nparams(nint statement);

    [LibraryImport(Library)]
    public static partial nint duckdb_parameter_name(nint statement, ulong index);

    [LibraryImport(Library)]
    public static partial int duckdb_bind_null(nint statement, ulong index);

    [LibraryImport(Library)]
    public static partial int duckdb_bind_boolean(nint statement, ulong index, [MarshalAs(UnmanagedType.U1)] bool value);

    [LibraryImport(Library)]
    public static partial int duckdb_bind_int64(nint statement, ulong index, long value);

    [LibraryImport(Library)]
    public static partial int duckdb_bind_double(nint statement, ulong index, double value);

    [LibraryImport(Library)]
    public static partial int duckdb_bind_timestamp(nint statement, ulong index, long microseconds);

    [LibraryImport(Library)]
    public static partial int duckdb_bind_timestamp_tz(nint statement, ulong index, long microseconds);

    [LibraryImport(Library)]
    public static partial int duckdb_bind_date(nint statement, ulong index, int days);

    [LibraryImport(Library)]
    public static unsafe partial int duckdb_bind_varchar_length(nint statement, ulong index, byte* text, ulong length);

    [LibraryImport(Library)]
    public static partial int duckdb_pending_prepared(nint statement, out nint pending);

    [LibraryImport(Library)]
    public static partial int duckdb_pending_prepared_streaming(nint statement, out nint pending);

    [LibraryImport(Library)]
    public static partial nint duckdb_pending_error(nint pending);

    [LibraryImport(Library)]
    public static partial int duckdb_execute_pending(nint pending, out NativeResult result);

    [LibraryImport(Library)]
    public static partial void duckdb_destroy_pending(ref nint pending);

    [LibraryImport(Library)]
    public static partial nint duckdb_result_error(ref NativeResult result);

    [LibraryImport(Library)]
    public static partial void duckdb_destroy_result(ref NativeResult result);

    [LibraryImport(Library)]
    public static partial ulong duckdb_column_count(ref NativeResult result);

    [LibraryImport(Library)]
    public static partial nint duckdb_column_name(ref NativeResult result, ulong column);

    [LibraryImport(Library)]
    public static partial nint duckdb_column_logical_type(ref NativeResult result, ulong column);

    [LibraryImport(Library)]
    public static partial int duckdb_get_type_id(nint type);

    [LibraryImport(Library)]
    public static partial byte duckdb_decimal_scale(nint type);

    [LibraryImport(Library)]
    public static partial int duckdb_decimal_internal_type(nint type);

    [LibraryImport(Library)]
    public static partial void duckdb_destroy_logical_type(ref nint type);

    [LibraryImport(Library)]
    public static partial nint duckdb_fetch_chunk(NativeResult result);

    [LibraryImport(Library)]
    public static partial ulong duckdb_data_chunk_get_size(nint chunk);

    [LibraryImport(Library)]
    public static partial nint duckdb_data_chunk_get_vector(nint chunk, ulong column);

    [LibraryImport(Library)]
    public static partial void duckdb_destroy_data_chunk(ref nint chunk);

    [LibraryImport(Library)]
    public static partial nint duckdb_vector_get_data(nint vector);

    [LibraryImport(Library)]
    public static partial nint duckdb_vector_get_validity(nint vector);

    [LibraryImport(Library)]
    public static partial void duckdb_vector_ensure_validity_writable(nint vector);

    [LibraryImport(Library)]
    public static partial nint duckdb_create_logical_type(int type);

    [LibraryImport(Library)]
    public static partial nint duckdb_create_scalar_function();

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial void duckdb_scalar_function_set_name(nint function, string name);

    [LibraryImport(Library)]
    public static partial void duckdb_scalar_function_add_parameter(nint function, nint type);

    [LibraryImport(Library)]
    public static partial void duckdb_scalar_function_set_return_type(nint function, nint type);

    [LibraryImport(Library)]
    public static unsafe partial void duckdb_scalar_function_set_function(
        nint function, delegate* unmanaged[Cdecl]<nint, nint, nint, void> body);

    [LibraryImport(Library)]
    public static partial int duckdb_register_scalar_function(nint connection, nint function);

    [LibraryImport(Library)]
    public static partial void duckdb_destroy_scalar_function(ref nint function);

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? search) =>
        name == Library ? NativeLibrary.Load(NpmFolder.DuckDb) : nint.Zero;

    /// <summary><c>duckdb_result</c>: five deprecated fields and the pointer that matters. The C API passes it by value to fetch.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct NativeResult
    {
        private readonly ulong columnCount;
        private readonly ulong rowCount;
        private readonly ulong rowsChanged;
        private readonly nint columns;
        private readonly nint errorMessage;
        private readonly nint internalData;
    }
}
