namespace Workflow;

/// <summary>Where rows come from.</summary>
public abstract record Source
{
    private protected Source()
    {
    }

    /// <summary>A CSV file, also gzip.</summary>
    /// <param name="file">A path, or an <c>http(s)</c> address.</param>
    /// <param name="options">How it is written; what is not given is found out.</param>
    public static CsvSource Csv(string file, CsvOptions? options = null) => new(file, options ?? new CsvOptions());

    /// <summary>A file with one JSON object on each line, also gzip.</summary>
    /// <param name="file">A path, or an <c>http(s)</c> address.</param>
    public static JsonLinesSource JsonLines(string file) => new(file);

    /// <summary>A Parquet file.</summary>
    /// <param name="file">A path, or an <c>http(s)</c> address.</param>
    public static ParquetSource Parquet(string file) => new(file);

    /// <summary>A query of a PostgreSQL database, in a transaction that only reads.</summary>
    /// <param name="connection">
    /// The name of a connection: the worker's environment has its connection string as <c>Connections__NAME</c>. No secret is in a DAG.
    /// </param>
    /// <param name="query">One <c>SELECT</c>. Order it, so that the same rows make the same content.</param>
    public static PostgresSource Postgres(string connection, string query) => new(connection, query);
}

/// <summary>A query of a PostgreSQL database; see <see cref="Source.Postgres"/>.</summary>
/// <param name="Connection">The name of a connection.</param>
/// <param name="Query">One <c>SELECT</c>.</param>
public sealed record PostgresSource(string Connection, string Query) : Source
{
    /// <summary>
    /// Values that the query takes, each as <c>current_setting('workflow.NAME')</c>, a text that it casts itself. They are bound, never
    /// spliced.
    /// </summary>
    public IReadOnlyDictionary<string, string> Values { get; init; } = new Dictionary<string, string>();
}

/// <summary>A file to read from.</summary>
/// <param name="File">A path, or an <c>http(s)</c> address.</param>
public abstract record FileToRead(string File) : Source
{
    /// <summary>The columns that the file must have, in order, with their types; null to let them be found out.</summary>
    public IReadOnlyList<Column>? Columns { get; init; }

    /// <summary>The SHA-256 that the file must have, 64 hex digits; null to take any content.</summary>
    public string? Sha256 { get; init; }

    /// <summary>What becomes of rows that do not fit; null to fail at the first one.</summary>
    public Rejects? Rejects { get; init; }
}

/// <summary>A CSV file; see <see cref="Source.Csv"/>.</summary>
/// <param name="File">A path, or an <c>http(s)</c> address.</param>
/// <param name="Options">How it is written.</param>
public sealed record CsvSource(string File, CsvOptions Options) : FileToRead(File);

/// <summary>A file of JSON objects; see <see cref="Source.JsonLines"/>.</summary>
/// <param name="File">A path, or an <c>http(s)</c> address.</param>
public sealed record JsonLinesSource(string File) : FileToRead(File);

/// <summary>A Parquet file; see <see cref="Source.Parquet"/>.</summary>
/// <param name="File">A path, or an <c>http(s)</c> address.</param>
public sealed record ParquetSource(string File) : FileToRead(File);

/// <summary>How a CSV file is written. What is null is found out from the file.</summary>
public sealed record CsvOptions
{
    /// <summary>What separates fields; null for comma, semicolon, tab or bar, whichever the header has most of.</summary>
    public char? Delimiter { get; init; }

    /// <summary>What encloses fields that hold delimiters or line breaks.</summary>
    public char Quote { get; init; } = '"';

    /// <summary>What makes a quote within quotes a value; null for the quote itself, written twice.</summary>
    public char? Escape { get; init; }

    /// <summary>Whether the first record names the columns; if not, they are the expected ones, or column_1, column_2 and so on.</summary>
    public bool Header { get; init; } = true;

    /// <summary>Lines before the header, or before the first record, to pass over.</summary>
    public int SkipLines { get; init; }

    /// <summary>What begins a line that is no record, such as <c>#</c>; null for none.</summary>
    public string? Comment { get; init; }

    /// <summary>What is written for a null, besides nothing at all.</summary>
    public IReadOnlyList<string> Nulls { get; init; } = [];

    /// <summary>
    /// <c>utf-8</c>, <c>utf-16</c>, <c>utf-16BE</c>, <c>windows-1252</c> or <c>iso-8859-1</c>. Null for what a byte order mark says, else
    /// UTF-8, else, where no byte pair of the whole file is UTF-8 beyond ASCII, windows-1252.
    /// </summary>
    public string? Encoding { get; init; }

    /// <summary>What separates the fraction of a number.</summary>
    public char Decimal { get; init; } = '.';

    /// <summary>What groups the digits of a number; null for nothing.</summary>
    public char? Thousands { get; init; }

    /// <summary>How dates are written, in <c>strptime</c>'s letters such as <c>%d.%m.%Y</c>; null for ISO 8601.</summary>
    public string? DateFormat { get; init; }

    /// <summary>
    /// Whether blank and repeated names in the header are made unique (<c>column_2</c>, <c>id_2</c>); if not, they are refused.
    /// </summary>
    public bool UniqueNames { get; init; }
}

/// <summary>
/// Rows that do not fit go to a dataset of their own: <c>line_number</c>, <c>reason</c>, <c>column_name</c> and <c>raw</c>, the row as it
/// was read, its first 2 MB if it is longer. A dataset version of rejects is written with every load, without rows when all fit.
/// </summary>
public sealed record Rejects
{
    /// <summary>The dataset for the rows; null for the name of the dataset that is read into, with <c>.rejects</c> after it.</summary>
    public string? Into { get; init; }

    /// <summary>How many rows may be rejected before the load fails; null for any number.</summary>
    public long? MaxRows { get; init; }

    /// <summary>Which share of the rows read, from 0 to 1, may be rejected before the load fails; null for any.</summary>
    public double? MaxShare { get; init; }
}
