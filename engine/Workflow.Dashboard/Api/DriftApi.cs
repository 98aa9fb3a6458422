using Workflow.Dashboard.Http;
using Workflow.Data.Drift;
using Workflow.Postgres.Contracts;
using Workflow.Postgres.Reads;

namespace Workflow.Dashboard.Api;

/// <summary>Drift between versions of a dataset.</summary>
internal static class DriftApi
{
    public static void Map(RouteGroupBuilder datasets) => datasets.MapGet("/{name}/drift", CompareAsync)
        .WithSummary("How two versions differ in what their columns hold.").Refuses(401, 404, 409, 422);

    /// <param name="name">The dataset.</param>
    /// <param name="reference">What counts as normal: a version's number, or a slice such as month=2019-06.</param>
    /// <param name="current">What is compared with it, likewise.</param>
    /// <param name="columns">The columns, with commas between; all that can be compared unless given.</param>
    /// <param name="method">How; by Evidently's rule unless given.</param>
    /// <param name="threshold">The level or distance at which there is drift; the method's own unless given.</param>
    /// <param name="reads">The datasets.</param>
    /// <param name="files">Their files.</param>
    /// <param name="contracts">Their contracts, which say what is not shown.</param>
    /// <param name="cancellationToken">Interrupts it.</param>
    private static async Task<DatasetDrift> CompareAsync(
        string name, string reference, string current, string? columns, string? method, double? threshold, DatasetReads reads,
        DatasetFiles files, ContractStore contracts, CancellationToken cancellationToken)
    {
        if (threshold is { } limit && !(limit is > 0 and < double.PositiveInfinity))
            throw ApiException.Invalid("threshold", $"must be above 0, got {limit}");
        var rule = new DriftRule
        {
            Columns = columns?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } named
                ? named : null,
            Method = DriftMethods.Parse(method ?? DriftMethod.Auto.Text())
                ?? throw ApiException.Invalid("method",
                    $"must be one of {string.Join(", ", Enum.GetValues<DriftMethod>().Select(each => each.Text()))}, got '{method}'"),
            Threshold = threshold,
        };
        await DatasetsApi.RequireAsync(name, reads, cancellationToken).ConfigureAwait(false);
        var masked = await contracts.MaskedAsync(name, cancellationToken).ConfigureAwait(false);
        var before = await files.OpenAsync(name, "reference", reference, cancellationToken).ConfigureAwait(false);
        var after = await files.OpenAsync(name, "current", current, cancellationToken).ConfigureAwait(false);
        try
        {
            var report = await Task.Run(
                () => DriftEvaluator.Compare([before.Path], [after.Path], rule, DatasetFiles.Share, cancellationToken), cancellationToken)
                .ConfigureAwait(false);
            return new DatasetDrift(
                name, DatasetVersionsApi.DiffSide(before), DatasetVersionsApi.DiffSide(after), report.Verdict, report.Share,
                [.. report.Masked(masked).Columns.Select(Of)]);
        }
        catch (TaskFailureException refusal) when (!refusal.Retryable)
        {
            throw ApiException.Invalid("columns", $"cannot be compared: {refusal.Message.TrimEnd('.')}");
        }
    }

    internal static ColumnDrift Of(Workflow.Data.Drift.ColumnDrift column)
    {
        var (ours, theirs) = (Math.Max(1, column.Bins.Sum(bin => bin.Reference)), Math.Max(1, column.Bins.Sum(bin => bin.Current)));
        return new ColumnDrift(
            column.Column, column.IsNumeric ? "numeric" : "categorical", column.Verdict, column.Score?.Method.Text(),
            ApiJson.Finite(column.Score?.Statistic),
            column.Score?.PValue, column.AdjustedPValue, column.Score?.Threshold, column.ReferenceCount, column.CurrentCount,
            column.ReferenceNulls,
            column.CurrentNulls, [.. column.Bins.Select(bin => new DriftBin(bin.Label, bin.Reference / ours, bin.Current / theirs))],
            column.Message);
    }
}
