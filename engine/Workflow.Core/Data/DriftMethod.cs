namespace Workflow;

/// <summary>How two columns are compared.</summary>
public enum DriftMethod
{
    /// <summary>Evidently's rule chooses by the column's type, the reference's size and the number of different values.</summary>
    Auto,

    /// <summary>Kolmogorov and Smirnov's test of two samples of numbers: the greatest distance of their distribution functions.</summary>
    Ks,

    /// <summary>Wasserstein's distance of order 1 over the reference's deviation.</summary>
    Wasserstein,

    /// <summary>Jensen and Shannon's distance, natural logarithm: at most √ln 2 = 0.8326.</summary>
    Js,

    /// <summary>Population stability index over Evidently's bins.</summary>
    Psi,

    /// <summary>
    /// Population stability index over the reference's deciles, with nulls as a category and a floor of half a row a bin.
    /// </summary>
    PsiDeciles,

    /// <summary>Pearson's chi-square test: the reference's shares are what is expected.</summary>
    Chi2,

    /// <summary>Test of two proportions, for at most two different values.</summary>
    Z,

    /// <summary>The greatest difference of a category's shares (TensorFlow Data Validation's L-infinity norm).</summary>
    LInfinity,
}
