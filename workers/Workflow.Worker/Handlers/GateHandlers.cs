using Workflow.Data;
using Workflow.Graphs;
using Workflow.Postgres.Effects;
using Workflow.Runs;
using Workflow.Worker.Execution;
using Workflow.Worker.Planes;

namespace Workflow.Worker.Handlers;

/// <summary>Performs a backtest gate over a candidate's predictions.</summary>
public sealed class BacktestGateHandler(DataPlanes planes) : ITaskHandler
{
    /// <inheritdoc />
    public Type Spec => typeof(BacktestGateSpec);

    /// <inheritdoc />
    public async Task<object?> RunAsync(AttemptContext context, TaskSpec spec, IReadOnlyList<object?> inputs)
    {
        var predictions = (Predictions)inputs[0]!;
        var datasets = planes.Datasets(context);
        var path = await datasets.OpenAsync(predictions.Rows).ConfigureAwait(false);
        var baseline = predictions.Baseline is { } other ? await datasets.OpenAsync(other.Rows).ConfigureAwait(false) : null;
        var result = BacktestEvaluator.Evaluate(path, baseline, ((BacktestGateSpec)spec).Thresholds, planes.Share, context.Cancellation);
        var candidate = predictions.Candidate;
        var verdict = GateVerdict.Of($"model {candidate.Model} {candidate.Sha256[..8]}", result.Checks);
        var subject = new VerdictSubject(
            ModelVersionId: candidate.VersionId, Alias: predictions.Alias, BaselineVersionId: predictions.Baseline?.VersionId);
        await Gates.RecordAsync(planes, context, verdict, subject).ConfigureAwait(false);
        return predictions;
    }
}

/// <summary>What the gates share.</summary>
internal static class Gates
{
    /// <summary>Stages the verdict, says it in the log, and fails the task unless it passed.</summary>
    public static async Task RecordAsync(
        DataPlanes planes, AttemptContext context, GateVerdict verdict, VerdictSubject subject, StagedDrift? drift = null)
    {
        context.Touch();
        await (drift is null
            ? planes.Effects.StageAsync(context.Source, verdict, subject, context.Cancellation)
            : planes.Effects.StageAsync(context.Source, verdict, subject, drift, context.Cancellation)).ConfigureAwait(false);
        foreach (var check in verdict.Checks)
            context.Log($"{check.Verdict.Name()}: {check.Message}", check.Verdict == Verdict.Pass ? TaskLogLevel.Info : TaskLogLevel.Warn);
        if (verdict.Verdict is Verdict.Pass or Verdict.Learning or Verdict.Waived)
            return;

        var refusing = verdict.Checks.Where(check => check.Verdict != Verdict.Pass && GateVerdict.Blocks(check));
        throw new TaskFailureException(
            $"Gate {context.TaskId} did not pass {verdict.Subject}: {string.Join(" ", refusing.Select(check => check.Message))}",
            retryable: false);
    }
}
