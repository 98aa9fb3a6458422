using System.Globalization;
using System.Text.Json.Nodes;
using Workflow.Data;
using Workflow.Graphs;
using Workflow.Ml;
using Workflow.Postgres.Effects;
using Workflow.Worker.Execution;

namespace Workflow.Worker.Planes;

/// <summary>The models as one attempt sees them: what it trains is staged under its name.</summary>
public sealed class AttemptModels(DataPlanes planes, AttemptContext context) : IModels
{
    private const string Candidate = "candidate";

    /// <summary>Trains a model, measures it on the rows held out, and stages a version of it.</summary>
    internal async Task<ModelVersion> TrainAsync(TrainSpec spec, DatasetVersion rows)
    {
        var earlier = spec.HistoryKey is null
            ? []
            : await planes.Effects.EarlierAsync(rows, spec.HistoryKey, context.Cancellation).ConfigureAwait(false);
        await planes.Datasets(context).RecordAsync([.. earlier, rows]).ConfigureAwait(false);
        var paths = new List<string>();
        foreach (var version in earlier)
            paths.Add(await planes.PathAsync(version, context.Cancellation).ConfigureAwait(false));
        var last = await planes.PathAsync(rows, context.Cancellation).ConfigureAwait(false);
        context.Log($"Training {spec.Model} on {earlier.Count} earlier partitions and {rows.Dataset} {rows.Sha256[..8]}");

        var model = LinearTrainer.Train(
            spec.Flavour, new TrainingRows(paths, last, spec.Flavour, spec.Holdout, planes.Share), context.Cancellation,
            new LogProgress(context));
        var metrics = Measure(model, last, spec.Holdout);
        context.Log(
            $"On the rows held out: {string.Join(", ", metrics.Select(metric => string.Create(CultureInfo.InvariantCulture, $"{metric.Key} {metric.Value:G6}")))}");

        var artifact = planes.Store.Stage();
        await File.WriteAllBytesAsync(artifact, model.Save(), context.Cancellation).ConfigureAwait(false);
        var (sha256, bytes) = await planes.Store.CommitAsync(artifact, context.Cancellation).ConfigureAwait(false);
        var staged = new StagedModel(
            spec.Model, sha256, bytes, "linear", Parameters(spec), metrics, [.. earlier.Append(rows).Select(version => version.VersionId)]);
        var id = await planes.Effects.StageAsync(context.Source, staged, context.Cancellation).ConfigureAwait(false);
        return new ModelVersion(id, spec.Model, sha256, rows, spec.Holdout);
    }

    /// <inheritdoc />
    public async Task<Predictions> PredictAsync(ModelVersion candidate, string into, string compareWith = "champion")
    {
        ArgumentNullException.ThrowIfNull(candidate);
        var baseline = await planes.Effects.AliasAsync(candidate.Model, compareWith, context.Cancellation).ConfigureAwait(false);
        context.Log(baseline is null
            ? $"Nothing holds {compareWith} of {candidate.Model} yet: there is nothing to compare with"
            : $"Comparing with {candidate.Model} version {baseline.Version}, which holds {compareWith}");
        var rows = await ScoreAsync(candidate, candidate.Sha256, into, new AppliedModel(candidate.VersionId, Candidate))
            .ConfigureAwait(false);
        var other = baseline is null
            ? null
            : new BaselinePredictions(
                baseline.VersionId,
                await ScoreAsync(candidate, baseline.Sha256, $"{into}.baseline", new AppliedModel(baseline.VersionId, compareWith))
                .ConfigureAwait(false));
        return new Predictions(candidate, rows, compareWith, other);
    }

    /// <summary>Scores the rows held out from a candidate's training with a model, and stages the predictions.</summary>
    private async Task<DatasetVersion> ScoreAsync(ModelVersion candidate, string modelSha256, string into, AppliedModel applied)
    {
        var model = await LoadAsync(modelSha256).ConfigureAwait(false);
        var test = await planes.Datasets(context).OpenAsync(candidate.TestRows).ConfigureAwait(false);

        await using var file = new ScoreFile(planes.Store.Stage());
        foreach (var chunk in TrainingRows.Rows(
            test, model.Spec, candidate.Holdout, FeatureFilter.HeldOut, planes.Share, context.Cancellation))
        {
            foreach (var (label, score) in chunk.Label.Zip(model.Score(chunk)))
                await file.AddAsync(label, score).ConfigureAwait(false);
        }

        var query = await file.ReadAsync().ConfigureAwait(false);
        return await planes.Datasets(context).WriteAsync(
            query, into, candidate.TestRows.Partition, [candidate.TestRows],
            new AttemptDatasets.Origin(Query: null, new Dictionary<string, DatasetInput>(), [applied])).ConfigureAwait(false);
    }

    private async Task<LinearModel> LoadAsync(string sha256) =>
        LinearModel.Load(await File.ReadAllBytesAsync(
            await planes.Store.PathAsync(sha256, context.Cancellation).ConfigureAwait(false), context.Cancellation).ConfigureAwait(false));

    private IReadOnlyDictionary<string, double> Measure(LinearModel model, string path, string holdout)
    {
        var metrics = new ModelMetrics(model.Spec.Objective);
        foreach (var chunk in TrainingRows.Rows(path, model.Spec, holdout, FeatureFilter.HeldOut, planes.Share, context.Cancellation))
            metrics.Add(chunk.Label, model.Score(chunk));
        return metrics.Values();
    }

    private static JsonObject Parameters(TrainSpec spec) => new()
    {
        ["objective"] = Workflow.Runs.StateNames.Name(spec.Flavour.Objective),
        ["label"] = spec.Flavour.Label,
        ["numeric"] = new JsonArray([.. spec.Flavour.Numeric.Select(name => (JsonNode)name)]),
        ["categorical"] = new JsonArray([.. spec.Flavour.Categorical.Select(name => (JsonNode)name)]),
        ["penalty"] = spec.Flavour.Penalty,
        ["history_key"] = spec.HistoryKey,
        ["holdout"] = spec.Holdout,
    };
}
