namespace Workflow;

/// <summary>What a linear model minimises.</summary>
public enum LinearObjective
{
    /// <summary>Squared error with an L2 penalty: ridge regression.</summary>
    Squared,

    /// <summary>Log loss with an L2 penalty: logistic regression of a label of 0 and 1.</summary>
    Logistic,
}

/// <summary>The <c>linear</c> flavour: a linear model on standardised numbers and one-hot encoded categories.</summary>
/// <param name="Objective">What is minimised.</param>
/// <param name="Label">The column to predict.</param>
/// <param name="Numeric">Numeric columns; standardised, and a null counts as the mean.</param>
/// <param name="Categorical">Columns that are one-hot encoded; a null or a value unseen in training counts as none of them.</param>
/// <param name="Penalty">The weight of the L2 penalty per training row on the standardised coefficients; the intercept is free.</param>
public sealed record LinearSpec(
    LinearObjective Objective, string Label, IReadOnlyList<string> Numeric, IReadOnlyList<string> Categorical, double Penalty);
