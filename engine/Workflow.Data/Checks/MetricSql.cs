using Workflow.Data.DuckDb;

namespace Workflow.Data.Checks;

/// <summary>The metrics in SQL, over predictions in the order of their file.</summary>
internal static class MetricSql
{
    public const string View = "predictions";
    public const string CandidateView = "candidate";
    public const string BaselineView = "baseline";
    public const string Score = "score";
    public const string BaselineScore = "baseline_score";

    // A baseline counts as present as soon as one row has its score; rows that lack it then make its metrics unmeasurable.
    public const string Counts = $"SELECT count(*) AS rows, count({BaselineScore}) AS baselines FROM {View} WHERE label IS NOT NULL";

    /// <summary>Brings the scores of both models for one row together; without a baseline its scores are null.</summary>
    public static string Join(bool hasBaseline) => hasBaseline
        ? $"CREATE TEMP VIEW {View} AS SELECT c.*, b.score AS {BaselineScore} FROM {CandidateView} c LEFT JOIN {BaselineView} b USING (row_number)"
        : $"CREATE TEMP VIEW {View} AS SELECT *, NULL::DOUBLE AS {BaselineScore} FROM {CandidateView}";

    // The clip of scikit-learn and MLflow: a probability of exactly 0 for what happened would cost infinitely much.
    private const string Clip = "1e-15";

    public static string Needs(Metric metric) => metric switch
    {
        Metric.LogLoss => "each row needs a label of 0 or 1 and a score within [0, 1]",
        Metric.Auc => "each row needs a label of 0 or 1 and a score, and both labels must occur",
        _ => "each row needs a finite label and a finite score",
    };

    /// <param name="score">Either score column.</param>
    /// <returns>NaN when the rows do not give what the metric needs.</returns>
    public static double Measure(DuckDbSession session, Metric metric, string score, CancellationToken cancellationToken)
    {
        var (sound, value) = metric switch
        {
            Metric.Rmse => ($"isfinite(label) AND isfinite({score})", $"sqrt(avg((label - {score}) * (label - {score})))"),
            Metric.Mae => ($"isfinite(label) AND isfinite({score})", $"avg(abs(label - {score}))"),
            Metric.LogLoss => (
                $"label IN (0, 1) AND {score} BETWEEN 0 AND 1",
                $"avg(-ln(greatest(CASE WHEN label = 1 THEN {score} ELSE 1 - {score} END, {Clip})))"),
            Metric.Auc => ($"label IN (0, 1) AND {score} = {score} AND NOT isnan({score})", Auc(score)),
            _ => throw new ArgumentOutOfRangeException(nameof(metric), metric, "No such metric."),
        };

        // CAST: labels and scores may be stored as integers or decimals. A null condition must count as unsound.
        var rows = $"(SELECT CAST(label AS DOUBLE) AS label, CAST({score} AS DOUBLE) AS {score} FROM {View} WHERE label IS NOT NULL)";
        var unsound = session.Query(
            $"SELECT count(*) FILTER (coalesce(NOT ({sound}), true)) AS n FROM {rows}", cancellationToken: cancellationToken)[0].Long("n");
        if (unsound > 0)
            return double.NaN;
        var select = metric == Metric.Auc ? value : $"SELECT {value} AS value FROM {rows}";
        return session.Query(select, cancellationToken: cancellationToken)[0].Double("value") ?? double.NaN;
    }

    /// <summary>
    /// The share of pairs of a 1 and a 0 in which the 1 scores higher, ties counting half (Mann and Whitney's U over its maximum).
    /// Counted in whole numbers, so that it is exact until the last division.
    /// </summary>
    private static string Auc(string score) =>
        $"""
        SELECT sum(ones * (2 * below + zeros))::DOUBLE / nullif(2 * sum(ones)::DOUBLE * sum(zeros)::DOUBLE, 0) AS value
        FROM (SELECT ones, zeros, sum(zeros) OVER (ORDER BY {score} ROWS UNBOUNDED PRECEDING) - zeros AS below
              FROM (SELECT CAST({score} AS DOUBLE) AS {score}, count(*) FILTER (label = 1)::HUGEINT AS ones,
                           count(*) FILTER (label = 0)::HUGEINT AS zeros
                    FROM {View} WHERE label IS NOT NULL GROUP BY 1))
        """;
}
