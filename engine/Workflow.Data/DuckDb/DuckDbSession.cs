using System.Globalization;
using System.Runtime.InteropServices;

namespace Workflow.Data.DuckDb;

/// <summary>
/// An in-memory DuckDB database with one connection, for the length of one attempt. One query runs at a time; a stream must be read
/// to its end or disposed of before the next one starts. Extensions are never fetched and the time zone is UTC, so that a query
/// gives the same on every machine.
/// </summary>
public sealed partial class DuckDbSession : IDisposable
{
    private readonly SpillFolder? spill;
    private nint database;
    private nint connection;

    /// <summary>Opens the database; takes about 25 ms.</summary>
    /// <exception cref="WorkflowException">DuckDB refused an option; the message is DuckDB's. Or the folder to spill into cannot be
    /// used.</exception>
    /// <exception cref="FileNotFoundException">DuckDB's library is not installed.</exception>
    public DuckDbSession(DuckDbOptions? options = null)
    {
        options ??= new DuckDbOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Threads, 1);
        Options = options;
        spill = options.SpillFolder is { } root ? SpillFolder.Open(root) : null;
        try
        {
            database = Open(options, spill?.Path);
            if (NativeMethods.duckdb_connect(database, out connection) != NativeMethods.Success)
                throw new WorkflowException("DuckDB opened but refused a connection.");
            Execute("SET TimeZone = 'UTC'");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>DuckDB's version, such as <c>v1.5.6</c>.</summary>
    public static string Version => Marshal.PtrToStringUTF8(NativeMethods.duckdb_library_version())!;

    internal DuckDbOptions Options { get; }

    /// <summary>Runs a statement for its effect.</summary>
    /// <param name="sql">One statement.</param>
    /// <param name="values">The values of its <c>$name</c> parameters; those that the statement does not name are ignored.</param>
    /// <param name="cancellationToken">Interrupts the query.</param>
    /// <exception cref="TaskFailureException">DuckDB refused the statement or failed in it; the message is DuckDB's.</exception>
    public void Execute(string sql, IReadOnlyDictionary<string, object?>? values = null, CancellationToken cancellationToken = default)
    {
        using var statement = Prepare(sql, values);
        using var running = statement.Run(streaming: false, cancellationToken);
    }

    /// <summary>Runs a query and gives all of its rows; for small results.</summary>
    /// <inheritdoc cref="Execute" path="/param" />
    /// <inheritdoc cref="Execute" path="/exception" />
    public IReadOnlyList<DuckDbRow> Query(
        string sql, IReadOnlyDictionary<string, object?>? values = null, CancellationToken cancellationToken = default)
    {
        var rows = new List<DuckDbRow>();
        using var statement = Prepare(sql, values);
        using var running = statement.Run(streaming: false, cancellationToken);
        while (running.Next() is { } chunk)
        {
            using (chunk)
                rows.AddRange(DuckDbRow.Read(chunk));
        }

        return rows;
    }

    /// <summary>Runs a query and gives its rows in chunks of at most 2048, without holding the whole result.</summary>
    /// <inheritdoc cref="Execute" path="/param" />
    /// <inheritdoc cref="Execute" path="/exception" />
    /// <remarks>A chunk is valid until the next one is asked for; the arrays taken from it stay valid.</remarks>
    public IEnumerable<DuckDbChunk> Stream(
        string sql, IReadOnlyDictionary<string, object?>? values = null, CancellationToken cancellationToken = default)
    {
        using var statement = Prepare(sql, values);
        using var running = statement.Run(streaming: true, cancellationToken);
        while (running.Next() is { } chunk)
        {
            using (chunk)
                yield return chunk;
        }
    }

    /// <summary>The columns that a query gives, without running it.</summary>
    /// <inheritdoc cref="Execute" path="/param" />
    /// <inheritdoc cref="Execute" path="/exception" />
    public IReadOnlyList<Column> Describe(
        string sql, IReadOnlyDictionary<string, object?>? values = null, CancellationToken cancellationToken = default) =>
        [.. Query($"DESCRIBE (\n{sql}\n)", values, cancellationToken).Select(
            row => new Column(row.Text("column_name")!, row.Text("column_type")!))];

    /// <summary>Whether the text is one <c>SELECT</c> and nothing else.</summary>
    /// <exception cref="TaskFailureException">It does not parse, or names what does not exist.</exception>
    internal bool IsSelect(string sql)
    {
        using var statement = new DuckDbStatement(connection, sql);
        return statement.IsSelect;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        if (connection != 0)
            NativeMethods.duckdb_disconnect(ref connection);
        if (database != 0)
            NativeMethods.duckdb_close(ref database);
        connection = 0;
        database = 0;
        spill?.Dispose();
    }

    private static nint Open(DuckDbOptions options, string? spill)
    {
        if (NativeMethods.duckdb_create_config(out var config) != NativeMethods.Success)
            throw new WorkflowException("DuckDB could not make a configuration.");
        try
        {
            foreach (var (name, value) in Settings(options, spill))
            {
                if (NativeMethods.duckdb_set_config(config, name, value) != NativeMethods.Success)
                    throw new WorkflowException($"DuckDB {Version} does not know the setting {name} = {value}.");
            }

            if (NativeMethods.duckdb_open_ext(null, out var opened, config, out var error) == NativeMethods.Success)
                return opened;
            var message = Marshal.PtrToStringUTF8(error);
            NativeMethods.duckdb_free(error);
            throw new WorkflowException($"DuckDB could not open: {message}");
        }
        finally
        {
            NativeMethods.duckdb_destroy_config(ref config);
        }
    }

    private static IEnumerable<(string Name, string Value)> Settings(DuckDbOptions options, string? spill)
    {
        yield return ("threads", options.Threads.ToString(CultureInfo.InvariantCulture));
        yield return ("memory_limit", $"{options.MemoryBytes / 1024}KiB");
        yield return ("temp_directory", spill ?? "");
        yield return ("preserve_insertion_order", "true");
        yield return ("autoinstall_known_extensions", "false");
        yield return ("autoload_known_extensions", "false");
        yield return ("allow_community_extensions", "false");
    }

    private DuckDbStatement Prepare(string sql, IReadOnlyDictionary<string, object?>? values)
    {
        ObjectDisposedException.ThrowIf(connection == 0, this);
        var statement = new DuckDbStatement(connection, sql);
        try
        {
            statement.Bind(values ?? new Dictionary<string, object?>());
            return statement;
        }
        catch
        {
            statement.Dispose();
            throw;
        }
    }
}
