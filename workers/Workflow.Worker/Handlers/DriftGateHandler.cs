using Workflow.Data.Drift;
using Workflow.Graphs;
using Workflow.Postgres.Effects;
using Workflow.Worker.Execution;
using Workflow.Worker.Planes;

namespace Workflow.Worker.Handlers;

/// <summary>Performs a drift gate over a dataset version.</summary>
public sealed class DriftGateHandler(DataPlanes planes) : ITaskHandler
{
    /// <inheritdoc />
    public Type Spec => typeof(DriftGateSpec);

    /// <inheritdoc />
    public async Task<object?> RunAsync(AttemptContext context, TaskSpec spec, IReadOnlyList<object?> inputs)
    {
        var settings = ((DriftGateSpec)spec).Drift;
        var version = (DatasetVersion)inputs[0]!;
        var subject = $"dataset {version.Dataset} {version.Sha256[..8]}";
        var about = new VerdictSubject(DatasetVersionId: version.VersionId);

        // A version that the same run has just made of the very slice would be compared with itself.
        var found = await ReferencesAsync(settings.Against, version, context.Cancellation).ConfigureAwait(false);
        if (found.Count == 0)
            await RequireKnownAsync(settings.Against, context).ConfigureAwait(false);
        var references = found.Where(reference => reference.VersionId != version.VersionId).ToList();
        if (references.Count == 0)
        {
            await Gates.RecordAsync(planes, context, DriftVerdict.Learning(subject, settings), about).ConfigureAwait(false);
            return version;
        }

        var datasets = planes.Datasets(context);
        var paths = new List<string>();
        foreach (var reference in references)
            paths.Add(await datasets.OpenAsync(reference).ConfigureAwait(false));
        var path = await datasets.OpenAsync(version).ConfigureAwait(false);

        // The labels of bins are values of both sides.
        var masked = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var dataset in references.Select(reference => reference.Dataset).Append(version.Dataset).Distinct())
            masked.UnionWith(await ContractGuard.MaskedAsync(planes, context, dataset).ConfigureAwait(false));

        // DuckDB blocks its thread; the caller's may have a heartbeat to send.
        var report = await Task.Run(
            () => DriftEvaluator.Compare(
                paths, [path], DriftVerdict.RuleOf(settings), planes.Share, context.Cancellation),
            context.Cancellation).ConfigureAwait(false);
        var earlier = settings.OfWindows == 1
            ? []
            : await planes.Effects.EarlierDriftAsync(
                context.Source, version, settings.Against.Along, settings.OfWindows - 1, context.Cancellation)
                .ConfigureAwait(false);
        var drift = new StagedDrift(
            report.Verdict, [.. references.Select(reference => reference.VersionId)], DriftVerdict.ToJson(report.Masked(masked)));
        await Gates.RecordAsync(planes, context, DriftVerdict.Of(subject, report, settings, earlier), about, drift).ConfigureAwait(false);
        return version;
    }

    /// <summary>
    /// A name that nothing has, or will have, is misspelt: the gate would learn for ever. A slice that is not there may still come.
    /// </summary>
    private async Task RequireKnownAsync(Reference against, AttemptContext context)
    {
        if (against.Dataset is { } dataset)
        {
            var known = await planes.Effects.SnapshotAsync(
                dataset, against.Number is { } number ? AsOf.Version(number) : AsOf.Newest, context.Cancellation).ConfigureAwait(false)
                ?? throw Unknown(against, $"There is no dataset '{dataset}' with such a version.");
            var keys = known.Slices.SelectMany(slice => slice.Partition.Keys).Distinct().Order(StringComparer.Ordinal).ToList();
            if (against.Slice?.Keys.Except(keys).FirstOrDefault() is { } odd)
            {
                throw Unknown(against, keys.Count == 0 ? $"'{dataset}' has no slices."
                    : $"'{dataset}' has no slices by '{odd}'; it has them by {string.Join(", ", keys)}.");
            }
        }
        else if (against.Model is { } model)
        {
            var aliases = await planes.Effects.AliasesAsync(context.Source, model, context.Cancellation).ConfigureAwait(false)
                ?? throw Unknown(against, $"There is no model '{model}', and no DAG trains one.");
            if (aliases.Count > 0 && !aliases.Contains(against.Alias!))
                throw Unknown(against, $"Model '{model}' has no such alias; it has {string.Join(", ", aliases)}.");
        }
    }

    private static TaskFailureException Unknown(Reference against, string why) =>
        new($"Nothing can be compared with {against}. {why}", retryable: false);

    private async Task<IReadOnlyList<DatasetVersion>> ReferencesAsync(
        Reference against, DatasetVersion version, CancellationToken cancellationToken)
    {
        if (against.Windows is { } windows)
        {
            var earlier = await planes.Effects.EarlierAsync(version, against.Along!, cancellationToken).ConfigureAwait(false);
            return [.. earlier.TakeLast(windows)];
        }

        if (against.Model is { } model)
            return await planes.Effects.TrainingAsync(model, against.Alias!, cancellationToken).ConfigureAwait(false);
        var named = await planes.Effects.VersionAsync(against.Dataset!, against.Number, against.Slice, cancellationToken)
            .ConfigureAwait(false);
        return named is null ? [] : [named];
    }
}
