using System.Text.Json;

namespace Workflow.Dashboard.Api;

/// <summary>A gate's decision with every check that led to it.</summary>
/// <param name="MapIndex">Which of a mapped task; -1 otherwise.</param>
/// <param name="Subject">What was judged.</param>
/// <param name="LearntChecks">The accepted proposals whose checks it used.</param>
public sealed record Gate(
    string RunId, string DagId, string TaskId, int MapIndex, int TryNumber, Verdict Verdict, string Subject, DateTime CreatedAt,
    IReadOnlyList<GateCheck> Checks, IReadOnlyList<long> LearntChecks);

/// <summary>One check of a gate.</summary>
/// <param name="SampleRows">A few of the failing rows, by column name.</param>
/// <param name="Slice">The slice that it looked at; null for all rows.</param>
/// <param name="Owner">Who answers for it.</param>
/// <param name="Meaning">Why it matters.</param>
public sealed record GateCheck(
    string Check, string? Column, Verdict Verdict, Severity Severity, double? Observed, string Threshold, long? Rows, long? FailingRows,
    IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> SampleRows, string? Message, string? Slice, string? Owner, string? Meaning);

/// <summary>A page of gates.</summary>
/// <param name="TotalEntries">How many there are in all, whatever the limit.</param>
public sealed record GateCollection(IReadOnlyList<Gate> Gates, int TotalEntries);

/// <summary>A dataset.</summary>
/// <param name="Versions">How many there are.</param>
/// <param name="Description">What it holds, as its DAG says.</param>
/// <param name="Owner">Who answers for it, as its DAG says.</param>
/// <param name="Tags">Words to find it by.</param>
public sealed record Dataset(
    string Name, int Versions, int? LatestVersion, long? LatestRows, DateTime? LatestCreatedAt, string Description, string Owner,
    IReadOnlyList<string> Tags);

/// <summary>A page of datasets.</summary>
/// <param name="TotalEntries">How many there are in all, whatever the limit.</param>
public sealed record DatasetCollection(IReadOnlyList<Dataset> Datasets, int TotalEntries);

/// <summary>A dataset with its versions, newest first.</summary>
/// <param name="DescribedBy">The DAG that says what it is and how long it is kept; null when none does.</param>
/// <param name="ContractVersion">The newest version of its contract; null when nothing is promised.</param>
/// <param name="TotalEntries">How many versions there are in all, whatever the limit.</param>
public sealed record DatasetDetails(
    string Name, string Description, string Owner, IReadOnlyList<string> Tags, string? DescribedBy, int? ContractVersion,
    DatasetRetention Retention, IReadOnlyList<DatasetVersion> Versions, int TotalEntries);

/// <summary>How much content of a dataset stays: what one of the two keeps, and all of it where both are null.</summary>
/// <param name="Versions">How many versions of each slice; null for one.</param>
/// <param name="Days">For how many days; null for no longer than the number says.</param>
/// <param name="ColdAfterDays">After how many days it moves to the cold store; null for never.</param>
public sealed record DatasetRetention(int? Versions, double? Days, double? ColdAfterDays);

/// <summary>How a version of a dataset is kept.</summary>
/// <param name="IsNewestOfSlice">Whether no newer version replaces it.</param>
/// <param name="ExpiredAt">Since when its content may be gone.</param>
/// <param name="ColdAt">Since when it lies in the cold store.</param>
/// <param name="Hold">Who keeps it by hand, and why.</param>
/// <param name="ContractVersion">The version of the dataset's contract that it was held against; null when there was none.</param>
public sealed record DatasetVersionState(
    int Version, string Sha256, long Rows, long Bytes, IReadOnlyDictionary<string, string> Partition, DateTime CreatedAt, string DagId,
    string RunId, string TaskId, bool IsNewestOfSlice, DateTime? ExpiredAt, DateTime? ColdAt, DatasetHold? Hold,
    int? ContractVersion);

/// <summary>A hold on a version.</summary>
public sealed record DatasetHold(string Reason, string By, DateTime At);

/// <summary>A page of versions, newest first.</summary>
/// <param name="TotalEntries">How many there are in all, whatever the limit.</param>
public sealed record DatasetVersionCollection(IReadOnlyList<DatasetVersionState> Versions, int TotalEntries);

/// <summary>A dataset as a whole at a version.</summary>
/// <param name="Sha256">The hash of its manifest: same content, same hash.</param>
/// <param name="Slices">The newest version of each slice up to the version.</param>
public sealed record DatasetWhole(string Name, int Version, string Sha256, long Rows, IReadOnlyList<DatasetSlice> Slices);

/// <summary>A slice of a dataset.</summary>
public sealed record DatasetSlice(IReadOnlyDictionary<string, string> Partition, string Sha256, long Rows);

/// <summary>Whether the content of a dataset is what its hashes say.</summary>
/// <param name="Files">How many files were read.</param>
/// <param name="Sound">How many of them are.</param>
/// <param name="Expired">How many were not, as their content has expired.</param>
/// <param name="Damages">What is wrong, a sentence for each file.</param>
public sealed record DatasetVerification(string Name, int Version, int Files, int Sound, int Expired, IReadOnlyList<string> Damages);

/// <summary>How two versions of a dataset differ, row by row as bags: order means nothing.</summary>
/// <param name="SameContent">Whether their files are the same, byte by byte.</param>
/// <param name="RowsAdded">How many rows only the second has, in the columns of both.</param>
/// <param name="RowsRemoved">How many rows only the first has, in the columns of both.</param>
/// <param name="Columns">The columns that are not the same on both sides.</param>
public sealed record DatasetDiff(
    string Name, DatasetDiffSide From, DatasetDiffSide To, bool SameContent, long RowsAdded, long RowsRemoved,
    IReadOnlyList<ColumnDiff> Columns);

/// <summary>One side of a difference.</summary>
public sealed record DatasetDiffSide(int Version, IReadOnlyDictionary<string, string> Partition, string Sha256, long Rows);

/// <summary>A column that differs.</summary>
/// <param name="From">Its type in the first; null when it is not there.</param>
/// <param name="To">Its type in the second; null when it is not there.</param>
public sealed record ColumnDiff(string Name, string? From, string? To);

/// <summary>Keeps a version by hand.</summary>
/// <param name="Reason">Why.</param>
/// <param name="By">Who; the user unless given.</param>
public sealed record HoldRequest(string Reason, string? By = null);

/// <summary>An immutable version of a dataset.</summary>
/// <param name="ContractVersion">The version of the dataset's contract that it was held against; null when there was none.</param>
public sealed record DatasetVersion(
    int Version, string Sha256, long Rows, long Bytes, IReadOnlyDictionary<string, string> Partition, DateTime CreatedAt, string? DagId,
    string? RunId, string? TaskId, IReadOnlyList<DatasetColumn> Columns, IReadOnlyList<ColumnProfile> Profile,
    IReadOnlyList<Parent> Parents, int? ContractVersion);

/// <summary>A column of a dataset.</summary>
public sealed record DatasetColumn(string Name, string Type);

/// <summary>What a column holds.</summary>
/// <param name="Min">The least, as text; masked where the column tells of people.</param>
/// <param name="Max">The greatest, likewise.</param>
/// <param name="Sd">The population standard deviation.</param>
public sealed record ColumnProfile(
    string Column, string Type, long Count, long Nulls, long? Distinct, string? Min, string? Max, double? Mean, double? Sd);

/// <summary>A dataset version from which something was made.</summary>
public sealed record Parent(string Dataset, int Version, string Sha256);

/// <summary>A model.</summary>
/// <param name="Versions">How many there are.</param>
public sealed record Model(string Name, int Versions, int? LatestVersion, IReadOnlyDictionary<string, int> Aliases);

/// <summary>A page of models.</summary>
/// <param name="TotalEntries">How many there are in all, whatever the limit.</param>
public sealed record ModelCollection(IReadOnlyList<Model> Models, int TotalEntries);

/// <summary>A model with its versions, newest first.</summary>
/// <param name="TotalEntries">How many versions there are in all, whatever the limit.</param>
public sealed record ModelDetails(
    string Name, IReadOnlyDictionary<string, int> Aliases, IReadOnlyList<ModelVersion> Versions, int TotalEntries,
    IReadOnlyList<AliasMove> AliasMoves);

/// <summary>An immutable version of a model.</summary>
/// <param name="Metrics">By name; one that is not a number is left out.</param>
public sealed record ModelVersion(
    int Version, string Sha256, string Flavour, IReadOnlyDictionary<string, double> Metrics,
    IReadOnlyDictionary<string, JsonElement> Params, IReadOnlyList<Parent> Parents, DateTime CreatedAt, string? DagId, string? RunId,
    string? TaskId, IReadOnlyList<ModelGate> Gates);

/// <summary>A gate that judged a model version.</summary>
public sealed record ModelGate(string TaskId, Verdict Verdict);

/// <summary>When an alias was moved, newest first.</summary>
public sealed record AliasMove(string Alias, int? FromVersion, int? ToVersion, DateTime At, string? DagId, string? RunId);
