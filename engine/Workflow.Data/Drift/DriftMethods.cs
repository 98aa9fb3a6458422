namespace Workflow.Data.Drift;

/// <summary>What is known of each method.</summary>
public static class DriftMethods
{
    /// <summary>The level at which tests with a p value find drift.</summary>
    public const double Level = 0.05;

    /// <summary>From which distance on there is drift: Evidently's 0.1, and for deciles the 0.25 at which credit practice acts.</summary>
    public static double Threshold(this DriftMethod method) => method switch
    {
        DriftMethod.Ks or DriftMethod.Chi2 or DriftMethod.Z => Level,
        DriftMethod.PsiDeciles => 0.25,
        _ => 0.1,
    };

    /// <summary>Whether a method gives the chance of what was seen, which is small when there is drift; others give a distance.</summary>
    public static bool HasPValue(this DriftMethod method) => method is DriftMethod.Ks or DriftMethod.Chi2 or DriftMethod.Z;

    /// <summary>Whether a method needs the order of numbers.</summary>
    public static bool NeedsNumbers(this DriftMethod method) => method is DriftMethod.Ks or DriftMethod.Wasserstein;

    /// <summary>Its name on the command line and in the API, such as <c>psi-deciles</c>.</summary>
    public static string Text(this DriftMethod method) => method switch
    {
        DriftMethod.PsiDeciles => "psi-deciles",
        DriftMethod.LInfinity => "l-infinity",
        _ => method.ToString().ToLowerInvariant(),
    };

    /// <summary>The method of a name; null when there is none.</summary>
    public static DriftMethod? Parse(string text)
    {
        foreach (var method in Enum.GetValues<DriftMethod>())
        {
            if (method.Text() == text)
                return method;
        }

        return null;
    }

    /// <summary>
    /// Evidently's rule. Of numbers with more than five different values on both sides together: KS while the reference has at most 1,000
    /// rows, Wasserstein beyond. Of anything else: chi-square (of two values at most, Z) and Jensen-Shannon. Only the reference's size
    /// counts.
    /// </summary>
    public static DriftMethod Choose(ColumnSample reference, ColumnSample current)
    {
        const long few = 1000;
        const int fewValues = 5;
        var distinct = Math.Max(reference.Distinct, current.Distinct);
        if (distinct <= fewValues)
            distinct = reference.Categories.Concat(current.Categories).Select(category => category.Key).Distinct(StringComparer.Ordinal)
                .Count();
        var isSmall = reference.Total <= few;
        if (reference is NumberSample && distinct > fewValues)
            return isSmall ? DriftMethod.Ks : DriftMethod.Wasserstein;
        if (!isSmall)
            return DriftMethod.Js;
        return distinct > 2 ? DriftMethod.Chi2 : DriftMethod.Z;
    }
}
