namespace Workflow;

/// <summary>An immutable version of a dataset. Passed between tasks instead of the data.</summary>
/// <param name="VersionId">The engine's key of the version.</param>
/// <param name="Dataset">The dataset's name.</param>
/// <param name="Sha256">The hash of the content, 64 hex digits: same content, same hash.</param>
/// <param name="Rows">How many rows it has.</param>
/// <param name="Partition">The slice of the dataset that it is, by key; empty when the dataset has no partitions.</param>
public sealed record DatasetVersion(
    long VersionId, string Dataset, string Sha256, long Rows, IReadOnlyDictionary<string, string> Partition);

/// <summary>A column of a dataset.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its DuckDB type, such as <c>VARCHAR</c>, <c>BIGINT</c>, <c>DOUBLE</c>, <c>TIMESTAMP</c> or <c>BOOLEAN</c>.</param>
public sealed record Column(string Name, string Type);

/// <summary>What a column holds.</summary>
/// <param name="Column">Its name.</param>
/// <param name="Type">Its type.</param>
/// <param name="Count">How many values are not null.</param>
/// <param name="Nulls">How many are null.</param>
/// <param name="Distinct">How many different values: exactly up to about a thousand, otherwise within a few percent.</param>
/// <param name="Min">The least finite value, as text.</param>
/// <param name="Max">The greatest finite value, as text.</param>
/// <param name="Mean">The mean of the finite values of a numeric column.</param>
/// <param name="Deviation">The population standard deviation of the finite values of a numeric column.</param>
public sealed record ColumnProfile(
    string Column, string Type, long Count, long Nulls, long Distinct, string? Min, string? Max, double? Mean, double? Deviation)
{
    /// <summary>Whether the different values were counted and not estimated.</summary>
    public bool IsDistinctExact { get; init; }

    /// <summary>How many values are not a number; they count among the values.</summary>
    public long Nans { get; init; }

    /// <summary>How many values are infinite; they count among the values.</summary>
    public long Infinities { get; init; }

    /// <summary>Quantiles of the finite values of a column of numbers or times: exact up to about a thousand different values, otherwise
    /// within
    /// 0.4 % or to the day.</summary>
    public IReadOnlyList<ColumnQuantile> Quantiles { get; init; } = [];

    /// <summary>At most 30 bins over the finite values of a column of numbers or times. Of few values, each has its own; otherwise the
    /// first and the last bin are the tails, of a percent or so each.</summary>
    public IReadOnlyList<HistogramBin> Histogram { get; init; } = [];

    /// <summary>The most frequent values, at most 20; empty when there are more than about a thousand different ones.</summary>
    public IReadOnlyList<ValueCount> TopValues { get; init; } = [];
}

/// <summary>A quantile: the least value that is no less than a share of the values.</summary>
/// <param name="Share">The share, such as 0.5 for the median.</param>
/// <param name="Value">The value as text.</param>
public sealed record ColumnQuantile(double Share, string Value);

/// <summary>A bin of a histogram.</summary>
/// <param name="Low">The least value in it, as text.</param>
/// <param name="High">Where it ends, as text: the least value of the next, or the greatest of all; the value itself in a bin of one
/// value.</param>
/// <param name="Count">How many values are in it.</param>
public sealed record HistogramBin(string Low, string High, long Count);

/// <summary>How often a value occurs.</summary>
/// <param name="Value">The value, as text.</param>
/// <param name="Count">How often.</param>
public sealed record ValueCount(string Value, long Count);

/// <summary>The named datasets, for the code of a task. Whatever it writes becomes visible only when the attempt completes.</summary>
public interface IDatasets
{
    /// <summary>Reads a CSV file (also gzip) or a Parquet file into a new version of a dataset.</summary>
    /// <param name="file">A path, or an <c>http(s)</c> address.</param>
    /// <param name="into">The dataset.</param>
    /// <param name="partition">The slice that the file is; null when the dataset has no partitions.</param>
    /// <param name="columns">The columns that the file must have, in order, with their types; null to let them be found out.</param>
    /// <exception cref="TaskFailureException">No such file, or a row that does not fit: the message names file, line and cause.</exception>
    Task<DatasetVersion> IngestAsync(
        string file, string into, IReadOnlyDictionary<string, string>? partition = null, IReadOnlyList<Column>? columns = null);

    /// <summary>Reads a source into a new version of a dataset, in the order of its rows.</summary>
    /// <param name="source">Where the rows come from, such as <see cref="Source.Csv"/>.</param>
    /// <param name="into">The dataset.</param>
    /// <param name="partition">The slice that the rows are; null when the dataset has no partitions.</param>
    /// <exception cref="TaskFailureException">No such source, or a row that does not fit: the message names file, line and
    /// cause.</exception>
    Task<DatasetVersion> IngestAsync(Source source, string into, IReadOnlyDictionary<string, string>? partition = null);

    /// <summary>
    /// Writes a new version of a dataset row by row from another, in its order and partition. Columns are the properties of the records in
    /// snake_case: <c>FareAmount</c> is <c>fare_amount</c>. They may be <c>string</c>, <c>bool</c>, <c>int</c>, <c>long</c>, <c>double</c>,
    /// <c>DateOnly</c> or <c>DateTime</c>, also nullable. Rows rejected go to the dataset of that name with <c>.rejects</c> after it.
    /// </summary>
    /// <typeparam name="TIn">The rows read; the dataset may have further columns.</typeparam>
    /// <typeparam name="TOut">The rows written.</typeparam>
    /// <param name="input">The version to read.</param>
    /// <param name="into">The dataset.</param>
    /// <param name="transform">Makes of each row one or none.</param>
    /// <exception cref="TaskFailureException">A column is missing, holds a null or another type than its property, or two rows were made of
    /// one.</exception>
    Task<DatasetVersion> TransformAsync<TIn, TOut>(DatasetVersion input, string into, Action<TIn, RowWriter<TOut>> transform)
        where TIn : class
        where TOut : class;

    /// <summary>Writes a dataset version to a place outside of the engine. A task that is tried again writes it again.</summary>
    /// <param name="version">The version.</param>
    /// <param name="sink">The place, such as <see cref="Sink.Csv"/>; whoever reads it sees all of the version or none.</param>
    Task ExportAsync(DatasetVersion version, Sink sink);

    /// <summary>Writes the result of a <c>SELECT</c> that reads no dataset, such as one over <c>range()</c>, into a new version.</summary>
    /// <param name="sql">One DuckDB <c>SELECT</c>.</param>
    /// <param name="into">The dataset.</param>
    /// <param name="partition">The slice that the rows are; null when the dataset has no partitions.</param>
    /// <param name="values">Values that the SQL refers to as <c>$name</c>.</param>
    Task<DatasetVersion> GenerateAsync(
        string sql, string into, IReadOnlyDictionary<string, string>? partition = null, IReadOnlyDictionary<string, object>? values = null);

    /// <summary>A dataset as a whole. What is read counts as an input of the attempt from then on.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="at">Which version; the newest unless given. What a gate holds, or a person discarded or repaired, is read by its number
    /// only.</param>
    /// <exception cref="TaskFailureException">There is no such version, or its content is no longer kept.</exception>
    Task<DatasetSnapshot> ReadAsync(string dataset, AsOf? at = null);

    /// <summary>The versions that a run has read, or made and published, in the order of their keys; what a rerun must read to see the
    /// same.</summary>
    /// <param name="dagId">The DAG.</param>
    /// <param name="runId">The run's id.</param>
    Task<IReadOnlyList<DatasetVersion>> OfRunAsync(string dagId, string runId);

    /// <summary>Writes the result of a <c>SELECT</c> over dataset versions into a new version.</summary>
    /// <param name="sql">One DuckDB <c>SELECT</c>.</param>
    /// <param name="into">The dataset.</param>
    /// <param name="inputs">What the SQL reads, by the name that it has for it.</param>
    /// <param name="partition">The slice that the rows are; null when the dataset has no partitions.</param>
    /// <param name="values">Values that the SQL refers to as <c>$name</c>.</param>
    Task<DatasetVersion> SelectAsync(
        string sql, string into, IReadOnlyDictionary<string, DatasetInput> inputs, IReadOnlyDictionary<string, string>? partition = null,
        IReadOnlyDictionary<string, object>? values = null);

    /// <summary>
    /// Declares from which columns those of a dataset come, for what this attempt writes into it from now on. The engine finds that out by
    /// itself from SQL; what code makes of data it cannot see, and takes every column to come from all columns of every input.
    /// </summary>
    /// <param name="into">The dataset.</param>
    /// <param name="columns">Every step, inputs named by their dataset.</param>
    void DeclareLineage(string into, params IReadOnlyList<ColumnEdge> columns);
}
