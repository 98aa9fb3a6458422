using Workflow.Data;
using Workflow.Graphs;
using Workflow.Postgres.Effects;
using Workflow.Runs;
using Workflow.Worker.Execution;
using Workflow.Worker.Planes;

namespace Workflow.Worker.Handlers;

/// <summary>
/// Performs a quality gate over a dataset version: looks what a person decided of it, judges it, and then passes it on, sets rows aside,
/// holds it for a person, or fails.
/// </summary>
/// <param name="planes">Access to datasets.</param>
/// <param name="clock">The database's clock.</param>
public sealed class QualityGateHandler(DataPlanes planes, DatabaseClock clock) : ITaskHandler
{
    /// <summary>How often a held version is looked at, should a wake-up be lost.</summary>
    private static readonly TimeSpan Poll = TimeSpan.FromMinutes(1);

    /// <inheritdoc />
    public Type Spec => typeof(QualityGateSpec);

    /// <inheritdoc />
    public async Task<object?> RunAsync(AttemptContext context, TaskSpec spec, IReadOnlyList<object?> inputs)
    {
        var gate = (QualityGateSpec)spec;
        var subject = (DatasetVersion)inputs[0]!;
        var learnt = gate.Options.IsLearnt
            ? await planes.Effects.LearntAsync(subject.Dataset, context.TaskId, context.Cancellation).ConfigureAwait(false)
            : [];
        IReadOnlyList<DataCheck> checks = [.. gate.Checks, .. learnt.Select(each => each.Check)];
        var canHold = gate.Options.HoldsBatches || checks.Any(check => check.Severity == Severity.Quarantine);
        var judged = new HashSet<long>();
        while (canHold && await planes.Effects.ReviewAsync(context.Source, subject.VersionId, context.Cancellation)
            .ConfigureAwait(false) is { } review)
        {
            if (review.State != ReviewState.Repaired)
                return await DecidedAsync(context, subject, review).ConfigureAwait(false);
            if (!judged.Add(subject.VersionId))
            {
                throw new TaskFailureException(
                    $"{Words(subject)} was repaired by versions that it repairs itself: run the gate's task for another version.",
                    retryable: false);
            }

            context.Log($"{review.DecidedBy} replaced {Words(subject)} by {Words(review.Replacement!)}: {review.Reason}");
            subject = review.Replacement!;
        }

        var (path, request) = await OpenAsync(context, gate, subject, inputs).ConfigureAwait(false);
        var report = await Task.Run(
            () => CheckEvaluator.Evaluate(path, checks, request, context.Cancellation), context.Cancellation).ConfigureAwait(false);
        var verdict = GateVerdict.Of(Words(subject), report.Results);
        if (verdict.IsHeld(gate.Options.HoldsBatches))
        {
            return await DecidedAsync(
                context, subject,
                await planes.Effects.HoldAsync(context.Source, subject.VersionId, report.Results, context.Cancellation)
                .ConfigureAwait(false))
                .ConfigureAwait(false);
        }

        if (gate.Options.IsLearnt && learnt.Count == 0 && verdict.Verdict == Verdict.Pass)
            verdict = verdict with { Verdict = Verdict.Learning };
        var about = new VerdictSubject(subject.VersionId, LearntChecks: [.. learnt.Select(each => each.ProposalId)]);
        await Gates.RecordAsync(planes, context, verdict, about).ConfigureAwait(false);
        return report.Results.Any(result => result is { Severity: Severity.Quarantine, HasRows: true })
            ? await PartAsync(context, gate.Options.Into ?? $"{subject.Dataset}.accepted", subject, path, report.Quarantine)
            .ConfigureAwait(false)
            : subject;
    }

    private static string Words(DatasetVersion version) => $"dataset {version.Dataset} {version.Sha256[..8]}";

    /// <summary>Waits while the review is open, and does what was decided.</summary>
    private async Task<object?> DecidedAsync(AttemptContext context, DatasetVersion subject, Review review)
    {
        switch (review.State)
        {
            case ReviewState.Released:
                var words = $"{Words(subject)}, released by {review.DecidedBy}: {review.Reason}";
                var waived = new GateVerdict(words, Verdict.Waived, review.Checks);
                await Gates.RecordAsync(planes, context, waived, new VerdictSubject(subject.VersionId, ReviewId: review.ReviewId))
                    .ConfigureAwait(false);
                return subject;
            case ReviewState.Discarded:
                throw new TaskFailureException($"{review.DecidedBy} discarded {Words(subject)}: {review.Reason}", retryable: false);
            default:
                var since = context.Claim.DeferredSince;
                var waited = since is null || context.Definition.WaitTimeout is null
                    ? TimeSpan.Zero
                    : await clock(context.Cancellation).ConfigureAwait(false) - since.Value;
                var why =
                    string.Join(' ', review.Checks.Where(check => GateVerdict.Blocks(check) && check.Verdict != Verdict.Pass)
                        .Select(check => check.Message));
                var waits = new TaskOutcome.Deferred(
                    $"Holds {Words(subject)} until a person decides review {review.ReviewId}: {why}", Poll, $"review:{review.ReviewId}");
                return Outcomes.Waits(waits, context.Definition.WaitTimeout, waited);
        }
    }

    private async Task<(string Path, CheckRequest Request)> OpenAsync(
        AttemptContext context, QualityGateSpec gate, DatasetVersion subject, IReadOnlyList<object?> inputs)
    {
        var datasets = planes.Datasets(context);
        var others = new Dictionary<string, DatasetInput>();
        foreach (var other in gate.Checks.Select(check => check.Other).OfType<OtherDataset>().DistinctBy(other => other.Key))
        {
            others[other.Key] = other.Dataset is { } name
                ? await datasets.ReadAsync(name).ConfigureAwait(false)
                : (DatasetVersion)inputs[other.Input!.Value]!;
        }

        // What the gate names, and what contracts call personal.
        var masked = await ContractGuard.MaskedAsync(planes, context, subject.Dataset).ConfigureAwait(false);
        var request = new CheckRequest
        {
            Options = planes.Share,
            Others = await datasets.OpenAsync(others).ConfigureAwait(false),
            Masked = masked.Concat(gate.Options.MaskColumns ?? []).ToHashSet(),
        };
        return (await datasets.OpenAsync(subject).ConfigureAwait(false), request);
    }

    /// <summary>
    /// Hands on the good rows, as a version of a dataset of their own even when they are all; the others go into quarantine.
    /// </summary>
    private async Task<DatasetVersion> PartAsync(
        AttemptContext context, string into, DatasetVersion subject, string path, RowQuarantine? quarantine)
    {
        var datasets = planes.Datasets(context);
        var origin = new AttemptDatasets.Origin(
            null, new Dictionary<string, DatasetInput> { [SqlSpec.SoleInput] = subject, [RowQuarantine.View] = subject }, []);
        var aside = $"{subject.Dataset}.quarantine";
        if (quarantine is null)
        {
            // Bad rows of this slice from before are not those of this version: nobody must take them for it.
            var before = await planes.Effects.VersionAsync(aside, null, subject.Partition, context.Cancellation).ConfigureAwait(false);
            if (before is { Rows: > 0 })
                await datasets.WriteAsync(RowQuarantine.None(path), aside, subject.Partition, [subject], origin).ConfigureAwait(false);
            return await datasets.WriteAsync(DatasetQuery.All(path), into, subject.Partition, [subject], origin, subject.Rows)
                .ConfigureAwait(false);
        }

        var (accepted, quarantined) = await quarantine.WriteAsync(planes.Writer, context.Cancellation).ConfigureAwait(false);
        context.Log($"Sets aside {quarantined.Rows:N0} of {subject.Rows:N0} rows", TaskLogLevel.Warn);
        await datasets.StageAsync(quarantined, aside, subject.Partition, [subject], origin).ConfigureAwait(false);
        var counted = accepted with { Counts = new RowCounts(subject.Rows, Rejected: quarantined.Rows) };
        return await datasets.StageAsync(counted, into, subject.Partition, [subject], origin).ConfigureAwait(false);
    }
}
