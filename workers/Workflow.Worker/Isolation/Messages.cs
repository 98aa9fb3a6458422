using System.Text.Json;
using Workflow.Postgres.Dags;
using Workflow.Postgres.Effects;
using Workflow.Postgres.Steps;
using Workflow.Runs;
using Workflow.Worker.Execution;

namespace Workflow.Worker.Isolation;

/// <summary>What the worker says to the process of an attempt.</summary>
internal abstract record ToChild
{
    private ToChild()
    {
    }

    /// <summary>The first message: what to run.</summary>
    /// <param name="Code">The code of the run's DAG version.</param>
    /// <param name="Task">What was claimed.</param>
    /// <param name="ArtifactFolder">The folder in which artifacts are staged, the worker's own.</param>
    public sealed record Begin(DagCode Code, ClaimedTask Task, string ArtifactFolder) : ToChild;

    /// <summary>The task shall stop.</summary>
    public sealed record Stop(StopReason Reason) : ToChild;

    /// <summary>The answer to a call.</summary>
    /// <param name="Call">The call's number.</param>
    /// <param name="Value">What it gave.</param>
    /// <param name="Refusal">Why it failed; null when it did not.</param>
    public sealed record Answer(int Call, JsonElement? Value, Refusal? Refusal) : ToChild;
}

/// <summary>What the process of an attempt says to the worker.</summary>
internal abstract record FromChild
{
    private FromChild()
    {
    }

    /// <summary>The code is loaded: the task's time runs from here.</summary>
    public sealed record Started : FromChild;

    /// <summary>The attempt is about to read data or to stage something, whatever becomes of it.</summary>
    public sealed record Touched : FromChild;

    /// <summary>A line of the log.</summary>
    public sealed record Logged(TaskLogLevel Level, string Line, DateTimeOffset At) : FromChild;

    /// <summary>A question to the engine, or something to stage.</summary>
    public sealed record Call(int Number, EngineCall What) : FromChild;

    /// <summary>The last message: how the attempt ended.</summary>
    public sealed record Ended(TaskOutcome Outcome) : FromChild;
}

/// <summary>What an attempt asks of the engine. Whose attempt it is, the worker knows: an attempt stages under its own name only.</summary>
internal abstract record EngineCall
{
    private EngineCall()
    {
    }

    /// <summary>What the attempt takes from others.</summary>
    public sealed record LoadInputs(IReadOnlyList<InputPart> Parts) : EngineCall;

    /// <summary>Commits a staged file.</summary>
    /// <param name="Name">Its name in the folder of staged files.</param>
    public sealed record CommitArtifact(string Name) : EngineCall;

    /// <summary>The local path of an artifact.</summary>
    public sealed record ArtifactPath(string Sha256) : EngineCall;

    /// <summary>Stages a dataset version.</summary>
    public sealed record StageDataset(StagedDataset Dataset) : EngineCall;

    /// <summary>Stages a model version.</summary>
    public sealed record StageModel(StagedModel Model) : EngineCall;

    /// <summary>Stages a gate's verdict.</summary>
    public sealed record StageVerdict(GateVerdict Verdict, VerdictSubject Subject) : EngineCall;

    /// <summary>Stages a drift gate's verdict with its report.</summary>
    public sealed record StageDrift(GateVerdict Verdict, VerdictSubject Subject, StagedDrift Drift) : EngineCall;

    /// <summary>Stages the move of an alias.</summary>
    public sealed record StageMove(string Alias, long ModelVersionId) : EngineCall;

    /// <summary>The earlier partitions of a dataset.</summary>
    public sealed record Earlier(DatasetVersion Of, string Key) : EngineCall;

    /// <summary>What the gate found in earlier windows.</summary>
    public sealed record EarlierDrift(DatasetVersion Of, string? Along, int Windows) : EngineCall;

    /// <summary>What the holder of an alias was trained on.</summary>
    public sealed record Training(string Model, string Alias) : EngineCall;

    /// <summary>The aliases of a model.</summary>
    public sealed record Aliases(string Model) : EngineCall;

    /// <summary>A version by its number or slice.</summary>
    public sealed record FindVersion(string Dataset, int? Number, IReadOnlyDictionary<string, string>? Slice) : EngineCall;

    /// <summary>The version that holds an alias.</summary>
    public sealed record AliasHolder(string Model, string Alias) : EngineCall;

    /// <summary>A dataset as a whole.</summary>
    public sealed record Snapshot(string Dataset, int? Number, DateTimeOffset? Time) : EngineCall;

    /// <summary>What has become of a version that the gate held.</summary>
    public sealed record FindReview(long VersionId) : EngineCall;

    /// <summary>Holds a version until a person decides.</summary>
    public sealed record Hold(long VersionId, IReadOnlyList<CheckResult> Checks) : EngineCall;

    /// <summary>The checks that a person has accepted for a gate.</summary>
    public sealed record Learnt(string Dataset, string Gate) : EngineCall;

    /// <summary>What a run has read and made.</summary>
    public sealed record OfRun(string DagId, string RunKey) : EngineCall;

    /// <summary>Records what the attempt reads.</summary>
    public sealed record RecordInputs(IReadOnlyList<long> VersionIds) : EngineCall;

    /// <summary>The contract of a dataset.</summary>
    public sealed record Contract(string Dataset, string? Hash) : EngineCall;

    /// <summary>Asks for the columns of a dataset of which no values are shown.</summary>
    public sealed record PersonalColumns(string Dataset) : EngineCall;

    /// <summary>What triggered the run.</summary>
    public sealed record Triggers : EngineCall;

    /// <summary>The time.</summary>
    public sealed record Now : EngineCall;
}

/// <summary>The answer to <see cref="EngineCall.CommitArtifact"/>.</summary>
internal sealed record CommittedArtifact(string Sha256, long Bytes);

/// <summary>Why a call failed.</summary>
/// <param name="Message">The message of its exception.</param>
/// <param name="Retryable">What a <see cref="TaskFailureException"/> said of trying again; null for any other exception.</param>
internal sealed record Refusal(string Message, bool? Retryable);
