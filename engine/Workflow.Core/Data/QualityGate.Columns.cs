namespace Workflow;

/// <content>Checks of a column as a whole. Nulls are left out; a column without values fails.</content>
public sealed partial class QualityGate
{
    /// <summary>The least value lies between the bounds. Both bounds are included unless strict; null for none.</summary>
    public QualityGate MinBetween(
        string column, double? minimum, double? maximum, StrictBounds? strict = null,
        Severity severity = Severity.Block, Action<CheckSettings>? with = null) =>
        Add(new(CheckKind.MinBetween, column, minimum, maximum, Severity: severity) { Strict = strict }, with);

    /// <summary>The least date or time lies between the bounds, in UTC. Both bounds are included unless strict; null for none.</summary>
    public QualityGate MinBetween(
        string column, DateTime? earliest, DateTime? latest, StrictBounds? strict = null,
        Severity severity = Severity.Block, Action<CheckSettings>? with = null) =>
        Add(Times(CheckKind.MinBetween, column, earliest, latest, strict, severity), with);

    /// <summary>The greatest value lies between the bounds. Both bounds are included unless strict; null for none.</summary>
    public QualityGate MaxBetween(
        string column, double? minimum, double? maximum, StrictBounds? strict = null,
        Severity severity = Severity.Block, Action<CheckSettings>? with = null) =>
        Add(new(CheckKind.MaxBetween, column, minimum, maximum, Severity: severity) { Strict = strict }, with);

    /// <summary>The greatest date or time lies between the bounds, in UTC. Both bounds are included unless strict; null for none.</summary>
    public QualityGate MaxBetween(
        string column, DateTime? earliest, DateTime? latest, StrictBounds? strict = null,
        Severity severity = Severity.Block, Action<CheckSettings>? with = null) =>
        Add(Times(CheckKind.MaxBetween, column, earliest, latest, strict, severity), with);

    /// <summary>The mean lies between the bounds. Both bounds are included unless strict; null for none.</summary>
    public QualityGate MeanBetween(
        string column, double? minimum, double? maximum, StrictBounds? strict = null,
        Severity severity = Severity.Block, Action<CheckSettings>? with = null) =>
        Add(new(CheckKind.MeanBetween, column, minimum, maximum, Severity: severity) { Strict = strict }, with);

    /// <summary>The median lies between the bounds. Both bounds are included unless strict; null for none.</summary>
    public QualityGate MedianBetween(
        string column, double? minimum, double? maximum, StrictBounds? strict = null,
        Severity severity = Severity.Block, Action<CheckSettings>? with = null) =>
        Add(new(CheckKind.MedianBetween, column, minimum, maximum, Severity: severity) { Strict = strict }, with);

    /// <summary>The sample standard deviation lies between the bounds. Both bounds are included unless strict; null for none.</summary>
    public QualityGate DeviationBetween(
        string column, double? minimum, double? maximum, StrictBounds? strict = null,
        Severity severity = Severity.Block, Action<CheckSettings>? with = null) =>
        Add(new(CheckKind.DeviationBetween, column, minimum, maximum, Severity: severity) { Strict = strict }, with);

    /// <summary>The sum lies between the bounds. Both bounds are included unless strict; null for none.</summary>
    public QualityGate SumBetween(
        string column, double? minimum, double? maximum, StrictBounds? strict = null,
        Severity severity = Severity.Block, Action<CheckSettings>? with = null) =>
        Add(new(CheckKind.SumBetween, column, minimum, maximum, Severity: severity) { Strict = strict }, with);

    /// <summary>The number of different values lies between the bounds. Both bounds are included unless strict; null for none.</summary>
    public QualityGate DistinctCountBetween(
        string column, double? minimum, double? maximum, StrictBounds? strict = null,
        Severity severity = Severity.Block, Action<CheckSettings>? with = null) =>
        Add(new(CheckKind.DistinctCountBetween, column, minimum, maximum, Severity: severity) { Strict = strict }, with);

    /// <summary>
    /// The number of different values over that of all values lies between the bounds. Both bounds are included unless strict; null for
    /// none.
    /// </summary>
    public QualityGate DistinctShareBetween(
        string column, double? minimum, double? maximum, StrictBounds? strict = null,
        Severity severity = Severity.Block, Action<CheckSettings>? with = null) =>
        Add(new(CheckKind.DistinctShareBetween, column, minimum, maximum, Severity: severity) { Strict = strict }, with);

    /// <summary>Quantiles lie in their ranges.</summary>
    public QualityGate QuantilesBetween(
        string column, IEnumerable<QuantileRange> quantiles, Severity severity = Severity.Block, Action<CheckSettings>? with = null) =>
        Add(new(CheckKind.QuantilesBetween, column, Severity: severity) { Quantiles = [.. quantiles] }, with);

    /// <summary>All different values are in the set, compared as text.</summary>
    public QualityGate DistinctInSet(
        string column, IEnumerable<string> values, Severity severity = Severity.Block, Action<CheckSettings>? with = null) =>
        Add(new(CheckKind.DistinctInSet, column, Values: [.. values], Severity: severity), with);

    /// <summary>The different values are those of the set, compared as text.</summary>
    public QualityGate DistinctEqualSet(
        string column, IEnumerable<string> values, Severity severity = Severity.Block, Action<CheckSettings>? with = null) =>
        Add(new(CheckKind.DistinctEqualSet, column, Values: [.. values], Severity: severity), with);

    /// <summary>All of the set occurs, compared as text.</summary>
    public QualityGate DistinctContainSet(
        string column, IEnumerable<string> values, Severity severity = Severity.Block, Action<CheckSettings>? with = null) =>
        Add(new(CheckKind.DistinctContainSet, column, Values: [.. values], Severity: severity), with);

    /// <summary>The value that occurs most, or one of those that tie, is in the set, compared as text.</summary>
    public QualityGate MostCommonInSet(
        string column, IEnumerable<string> values, Severity severity = Severity.Block, Action<CheckSettings>? with = null) =>
        Add(new(CheckKind.MostCommonInSet, column, Values: [.. values], Severity: severity), with);

    /// <summary>The share of one value among all that are not null lies between the bounds, both included; null for none.</summary>
    public QualityGate ShareBetween(
        string column, string value, double? minimum, double? maximum,
        Severity severity = Severity.Block, Action<CheckSettings>? with = null) =>
        Add(new(CheckKind.ShareBetween, column, minimum, maximum, [value], Severity: severity), with);

    /// <summary>The values diverge from a distribution by at most this, in nats.</summary>
    public QualityGate KlDivergenceBelow(
        string column, DataPartition partition, double threshold, Severity severity = Severity.Block, Action<CheckSettings>? with = null) =>
        Add(new(CheckKind.KlDivergenceBelow, column, Maximum: threshold, Severity: severity) { Partition = partition }, with);

    /// <summary>Pearson's chi-square test of the values against a distribution has at least this p-value.</summary>
    public QualityGate ChiSquareAbove(
        string column, DataPartition partition, double pValue = 0.05,
        Severity severity = Severity.Block, Action<CheckSettings>? with = null) =>
        Add(new(CheckKind.ChiSquareAbove, column, Minimum: pValue, Severity: severity) { Partition = partition }, with);

    /// <summary>The Kolmogorov-Smirnov test of the values against bins, even within each, has at least this p-value.</summary>
    public QualityGate KolmogorovSmirnovAbove(
        string column, DataPartition bins, double pValue = 0.05, Severity severity = Severity.Block, Action<CheckSettings>? with = null) =>
        Add(new(CheckKind.KolmogorovSmirnovAbove, column, Minimum: pValue, Severity: severity) { Partition = bins }, with);
}
