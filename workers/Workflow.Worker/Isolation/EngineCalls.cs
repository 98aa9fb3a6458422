using System.Text.Json;
using Workflow.Artifacts;
using Workflow.Postgres.Effects;
using Workflow.Worker.Execution;
using Workflow.Worker.Handlers;

namespace Workflow.Worker.Isolation;

/// <summary>
/// Answers what an attempt's process asks of the engine. The worker has the database's credentials, the process has none.
/// </summary>
/// <param name="source">The attempt: whatever the process stages is staged under its name.</param>
/// <param name="effects">Where effects are staged.</param>
/// <param name="artifacts">The artifacts. The process writes and reads files in the same folders, and has no key of a store.</param>
/// <param name="inputs">Gives what the attempt takes from others.</param>
/// <param name="clock">The database's clock.</param>
/// <param name="running">The attempt.</param>
internal sealed class EngineCalls(
    AttemptSource source, IEffectStore effects, IArtifactStore artifacts, LoadInputs inputs, DatabaseClock clock, RunningAttempt running)
{
    /// <summary>Answers a call. Never throws: a failure is an answer.</summary>
    public async Task<ToChild.Answer> AnswerAsync(FromChild.Call call, CancellationToken cancellationToken)
    {
        try
        {
            return new ToChild.Answer(call.Number, await PerformAsync(call.What, cancellationToken).ConfigureAwait(false), Refusal: null);
        }
        catch (TaskFailureException failure)
        {
            return new ToChild.Answer(call.Number, Value: null, new Refusal(failure.Message, failure.Retryable));
        }
        catch (Exception exception)
        {
            return new ToChild.Answer(call.Number, Value: null,
                new Refusal($"{exception.GetType().Name}: {exception.Message}", Retryable: null));
        }
    }

    private async Task<JsonElement?> PerformAsync(EngineCall call, CancellationToken cancellationToken)
    {
        switch (call)
        {
            case EngineCall.LoadInputs load:
                return Frames.ToElement(await inputs(running, load.Parts).ConfigureAwait(false));
            case EngineCall.CommitArtifact commit:
                var (sha256, bytes) = await artifacts.CommitAsync(Staged(commit.Name), cancellationToken).ConfigureAwait(false);
                return Frames.ToElement(new CommittedArtifact(sha256, bytes));
            case EngineCall.ArtifactPath path:
                return Frames.ToElement(await artifacts.PathAsync(path.Sha256, cancellationToken).ConfigureAwait(false));
            case EngineCall.Earlier earlier:
                return Frames.ToElement(await effects.EarlierAsync(earlier.Of, earlier.Key, cancellationToken).ConfigureAwait(false));
            case EngineCall.AliasHolder alias:
                return Frames.ToElement(await effects.AliasAsync(alias.Model, alias.Alias, cancellationToken).ConfigureAwait(false));
            case EngineCall.Snapshot snapshot:
                var at = snapshot.Number is { } number ? AsOf.Version(number) : snapshot.Time is { } time ? AsOf.At(time) : AsOf.Newest;
                return Frames.ToElement(await effects.SnapshotAsync(snapshot.Dataset, at, cancellationToken).ConfigureAwait(false));
            case EngineCall.OfRun run:
                return Frames.ToElement(await effects.OfRunAsync(run.DagId, run.RunKey, cancellationToken).ConfigureAwait(false));
            case EngineCall.RecordInputs read:
                await effects.RecordInputsAsync(source, read.VersionIds, cancellationToken).ConfigureAwait(false);
                return null;
            case EngineCall.Contract contract:
                return Frames.ToElement(await effects.ContractAsync(contract.Dataset, contract.Hash, cancellationToken)
                    .ConfigureAwait(false));
            case EngineCall.PersonalColumns personal:
                return Frames.ToElement(await effects.PersonalColumnsAsync(personal.Dataset, cancellationToken).ConfigureAwait(false));
            case EngineCall.FindReview review:
                return Frames.ToElement(await effects.ReviewAsync(source, review.VersionId, cancellationToken).ConfigureAwait(false));
            case EngineCall.Hold hold:
                return Frames.ToElement(await effects.HoldAsync(source, hold.VersionId, hold.Checks, cancellationToken)
                    .ConfigureAwait(false));
            case EngineCall.Learnt learnt:
                return Frames.ToElement(await effects.LearntAsync(learnt.Dataset, learnt.Gate, cancellationToken).ConfigureAwait(false));
            case EngineCall.EarlierDrift earlier:
                return Frames.ToElement(
                    await effects.EarlierDriftAsync(source, earlier.Of, earlier.Along, earlier.Windows, cancellationToken)
                    .ConfigureAwait(false));
            case EngineCall.Training training:
                return Frames.ToElement(await effects.TrainingAsync(training.Model, training.Alias, cancellationToken)
                    .ConfigureAwait(false));
            case EngineCall.Aliases aliases:
                return Frames.ToElement(await effects.AliasesAsync(source, aliases.Model, cancellationToken).ConfigureAwait(false));
            case EngineCall.FindVersion find:
                return Frames.ToElement(
                    await effects.VersionAsync(find.Dataset, find.Number, find.Slice, cancellationToken).ConfigureAwait(false));
            case EngineCall.Now:
                return Frames.ToElement(await clock(cancellationToken).ConfigureAwait(false));
            case EngineCall.Triggers:
                return Frames.ToElement(await effects.TriggersAsync(source, cancellationToken).ConfigureAwait(false));
            case EngineCall.StageDataset stage:
                return Frames.ToElement(await effects.StageAsync(source, stage.Dataset, cancellationToken).ConfigureAwait(false));
            case EngineCall.StageModel stage:
                return Frames.ToElement(await effects.StageAsync(source, stage.Model, cancellationToken).ConfigureAwait(false));
            case EngineCall.StageVerdict stage:
                await effects.StageAsync(source, stage.Verdict, stage.Subject, cancellationToken).ConfigureAwait(false);
                return null;
            case EngineCall.StageDrift stage:
                await effects.StageAsync(source, stage.Verdict, stage.Subject, stage.Drift, cancellationToken).ConfigureAwait(false);
                return null;
            case EngineCall.StageMove stage:
                await effects.StageMoveAsync(source, stage.Alias, stage.ModelVersionId, cancellationToken).ConfigureAwait(false);
                return null;
            default:
                throw new ArgumentOutOfRangeException(nameof(call), call, null);
        }
    }

    /// <summary>A file that was staged. A name that has a path in it would hand in any file of this machine.</summary>
    private string Staged(string name) => Guid.TryParseExact(name, "N", out _)
        ? Path.Combine(Path.GetDirectoryName(artifacts.Stage())!, name)
        : throw new ArgumentException($"'{name}' is no staged file.", nameof(name));
}
