namespace Workflow.Dashboard.Api;

/// <summary>How two versions of a dataset differ in what their columns hold.</summary>
/// <param name="Verdict">Fail when at least half of the columns that could be decided have drifted.</param>
/// <param name="Share">The share of them that has.</param>
public sealed record DatasetDrift(
    string Name, DatasetDiffSide Reference, DatasetDiffSide Current, Verdict Verdict, double Share, IReadOnlyList<ColumnDrift> Columns);

/// <summary>How a column differs.</summary>
/// <param name="Type">Numeric or categorical.</param>
/// <param name="Method">How it was compared; null when there was too little to compare.</param>
/// <param name="Statistic">The distance or the test's statistic; null when it is infinite.</param>
/// <param name="PValue">The chance of as much when nothing has changed; null where the method is a distance.</param>
/// <param name="AdjustedPValue">The chance after the correction for the number of tests.</param>
/// <param name="Threshold">The level of the chance at which, or the distance from which on, there is drift.</param>
/// <param name="ReferenceCount">How many values the reference has.</param>
/// <param name="CurrentCount">How many values the other side has.</param>
/// <param name="Bins">Both sides in common bins, to be drawn over each other.</param>
public sealed record ColumnDrift(
    string Column, string Type, Verdict Verdict, string? Method, double? Statistic, double? PValue, double? AdjustedPValue,
    double? Threshold,
    long ReferenceCount, long CurrentCount, long ReferenceNulls, long CurrentNulls, IReadOnlyList<DriftBin> Bins, string Message);

/// <summary>A bin with the share of the rows of either side, from 0 to 1.</summary>
public sealed record DriftBin(string Label, double Reference, double Current);
