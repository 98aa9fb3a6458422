namespace Workflow;

/// <summary>A version of a registered model. Passed between tasks instead of the artifact.</summary>
/// <param name="VersionId">The engine's key of the version.</param>
/// <param name="Model">The registered model's name.</param>
/// <param name="Sha256">The hash of the artifact, 64 hex digits.</param>
/// <param name="TestRows">The dataset version whose held-out rows the model has not seen.</param>
/// <param name="Holdout">The boolean column that marks them.</param>
public sealed record ModelVersion(long VersionId, string Model, string Sha256, DatasetVersion TestRows, string Holdout);

/// <summary>What a candidate, and the champion beside it, predict for the same rows.</summary>
/// <param name="Candidate">The model version under test.</param>
/// <param name="Rows">The candidate's: a dataset version with the columns <c>row_number</c>, <c>label</c> and <c>score</c>.</param>
/// <param name="Alias">The alias that was compared with.</param>
/// <param name="Baseline">What the version that held the alias predicts; null when none did.</param>
public sealed record Predictions(ModelVersion Candidate, DatasetVersion Rows, string Alias, BaselinePredictions? Baseline);

/// <summary>What a candidate is compared with.</summary>
/// <param name="VersionId">The version that held the alias.</param>
/// <param name="Rows">Its predictions for the same rows, of the same columns.</param>
public sealed record BaselinePredictions(long VersionId, DatasetVersion Rows);

/// <summary>The registered models, for the code of a task. Whatever it writes becomes visible only when the attempt completes.</summary>
public interface IModels
{
    /// <summary>
    /// Scores the rows held out from a candidate's training, with the candidate and with the version that holds an alias.
    /// </summary>
    /// <param name="candidate">The model version under test.</param>
    /// <param name="into">
    /// The dataset that gets the candidate's predictions, in the partition of the test rows; those of the other version go to the dataset
    /// of this name with <c>.baseline</c> after it.
    /// </param>
    /// <param name="compareWith">The alias to compare with.</param>
    Task<Predictions> PredictAsync(ModelVersion candidate, string into, string compareWith = "champion");
}
