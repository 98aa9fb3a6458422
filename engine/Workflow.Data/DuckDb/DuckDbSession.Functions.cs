namespace Workflow.Data.DuckDb;

/// <content>Functions in .NET that SQL may call.</content>
public sealed partial class DuckDbSession
{
    /// <summary>Makes a function of one text known to SQL.</summary>
    /// <param name="name">What SQL calls it.</param>
    /// <param name="result">The type that it gives.</param>
    /// <param name="body">Takes what DuckDB says about the call, the chunk with the texts, and the vector of the results. It must not
    /// throw.</param>
    /// <exception cref="WorkflowException">DuckDB refused the function.</exception>
    internal unsafe void Register(string name, DuckDbType result, delegate* unmanaged[Cdecl]<nint, nint, nint, void> body)
    {
        var (text, type) =
            (NativeMethods.duckdb_create_logical_type((int)DuckDbType.Varchar), NativeMethods.duckdb_create_logical_type((int)result));
        var function = NativeMethods.duckdb_create_scalar_function();
        try
        {
            NativeMethods.duckdb_scalar_function_set_name(function, name);
            NativeMethods.duckdb_scalar_function_add_parameter(function, text);
            NativeMethods.duckdb_scalar_function_set_return_type(function, type);
            NativeMethods.duckdb_scalar_function_set_function(function, body);
            if (NativeMethods.duckdb_register_scalar_function(connection, function) != NativeMethods.Success)
                throw new WorkflowException($"DuckDB {Version} refused the function {name}.");
        }
        finally
        {
            NativeMethods.duckdb_destroy_scalar_function(ref function);
            NativeMethods.duckdb_destroy_logical_type(ref type);
            NativeMethods.duckdb_destroy_logical_type(ref text);
        }
    }
}
