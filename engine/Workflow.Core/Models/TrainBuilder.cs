using Workflow.Graphs;

namespace Workflow;

/// <summary>Collects what a training task says.</summary>
public sealed class TrainBuilder
{
    private string? model;
    private (LinearObjective Objective, string Label, double Penalty)? objective;
    private IReadOnlyList<string> numeric = [];
    private IReadOnlyList<string> categorical = [];
    private string? history;
    private string? holdout;

    internal TrainBuilder()
    {
    }

    /// <summary>The registered model that gets a new version.</summary>
    public TrainBuilder Model(string name)
    {
        Identifier.Require(name, "model name");
        model = name;
        return this;
    }

    /// <summary>Ridge regression: predicts a number.</summary>
    /// <param name="label">The column to predict.</param>
    /// <param name="penalty">The weight of the L2 penalty per training row.</param>
    public TrainBuilder Ridge(string label, double penalty = 1e-3)
    {
        objective = (LinearObjective.Squared, label, penalty);
        return this;
    }

    /// <summary>Logistic regression: predicts the probability that a label is 1.</summary>
    /// <param name="label">The column to predict: 0 and 1, or false and true.</param>
    /// <param name="penalty">The weight of the L2 penalty per training row.</param>
    public TrainBuilder Logistic(string label, double penalty = 1e-3)
    {
        objective = (LinearObjective.Logistic, label, penalty);
        return this;
    }

    /// <summary>The numeric features.</summary>
    public TrainBuilder Numeric(params string[] columns)
    {
        numeric = [.. columns];
        return this;
    }

    /// <summary>The categorical features.</summary>
    public TrainBuilder Categorical(params string[] columns)
    {
        categorical = [.. columns];
        return this;
    }

    /// <summary>
    /// Trains on earlier partitions too: those of the same dataset that agree in every other key and come before in this one, by its text.
    /// Later ones are never read, so a rerun of an old partition sees what the first run saw.
    /// </summary>
    public TrainBuilder WithEarlier(string partitionKey)
    {
        history = partitionKey;
        return this;
    }

    /// <summary>
    /// Keeps the rows of the given version where this boolean column is true for testing. Earlier partitions are trained on whole.
    /// </summary>
    public TrainBuilder Holdout(string column)
    {
        holdout = column;
        return this;
    }

    internal TrainSpec Build(string taskId)
    {
        if (model is null || objective is not { } chosen || holdout is null || numeric.Count + categorical.Count == 0)
        {
            throw new DagDefinitionException(
                $"Training task '{taskId}' must name a model, an objective (Ridge or Logistic), features (Numeric or Categorical) and a holdout column.");
        }

        if (chosen.Penalty < 0)
            throw new DagDefinitionException($"Training task '{taskId}': the penalty must not be negative, got {chosen.Penalty}.");
        return new TrainSpec(model, new LinearSpec(chosen.Objective, chosen.Label, numeric, categorical, chosen.Penalty), history, holdout);
    }
}
