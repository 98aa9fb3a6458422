namespace Workflow;

/// <summary>
/// The kinds of check. Each means what Great Expectations' expectation of the name in brackets means, with this project's rules on
/// nulls and empty data (<see cref="CheckPolicy"/>). Values are compared as text where a set is given.
/// </summary>
public enum CheckKind
{
    /// <summary>Values are not null; the ratio is over all rows (<c>values_to_not_be_null</c>).</summary>
    NotNull,

    /// <summary>The share of nulls is at most <see cref="DataCheck.Maximum"/>.</summary>
    NullRate,

    /// <summary>
    /// Values, numbers or times, lie between the bounds, both included unless strict; nulls are left out (<c>values_to_be_between</c>).
    /// </summary>
    Between,

    /// <summary>Values are in the set; nulls are left out (<c>values_to_be_in_set</c>).</summary>
    InSet,

    /// <summary>
    /// No value occurs twice; every occurrence of a double counts as failing; nulls are left out (<c>values_to_be_unique</c>).
    /// </summary>
    Unique,

    /// <summary>The number of rows lies between the bounds (<c>table_row_count_to_be_between</c>).</summary>
    RowCount,

    /// <summary>Values are null; the ratio is over all rows (<c>values_to_be_null</c>).</summary>
    Null,

    /// <summary>Values are not in the set (<c>values_to_not_be_in_set</c>).</summary>
    NotInSet,

    /// <summary>
    /// The column is of one of the types (<c>values_to_be_of_type</c>, <c>values_to_be_in_type_list</c>). A file's column has one type
    /// for all values.
    /// </summary>
    OfType,

    /// <summary>
    /// A part of each value matches any, or all, of the regular expressions, in RE2's syntax (<c>values_to_match_regex(_list)</c>).
    /// </summary>
    MatchesRegex,

    /// <summary>No part of a value matches any of the regular expressions (<c>values_to_not_match_regex(_list)</c>).</summary>
    NotMatchesRegex,

    /// <summary>Whole values match any, or all, of the LIKE patterns (<c>values_to_match_like_pattern(_list)</c>).</summary>
    Like,

    /// <summary>No value matches any of the LIKE patterns (<c>values_to_not_match_like_pattern(_list)</c>).</summary>
    NotLike,

    /// <summary>
    /// The lengths of values in characters lie between the bounds (<c>value_lengths_to_be_between</c>, <c>value_lengths_to_equal</c>).
    /// </summary>
    LengthBetween,

    /// <summary>
    /// Values are dates or times in ISO 8601's order (<c>values_to_be_dateutil_parseable</c>, without free forms such as "3rd of May").
    /// </summary>
    DateParseable,

    /// <summary>Values are dates or times in the strftime format (<c>values_to_match_strftime_format</c>).</summary>
    MatchesFormat,

    /// <summary>Values are JSON (<c>values_to_be_json_parseable</c>).</summary>
    JsonParseable,

    /// <summary>Each value is at least the one before it, nulls left out (<c>values_to_be_increasing</c>).</summary>
    Increasing,

    /// <summary>Each value is at most the one before it, nulls left out (<c>values_to_be_decreasing</c>).</summary>
    Decreasing,

    /// <summary>
    /// (value - mean) / deviation is below the maximum, on both sides if asked (<c>value_z_scores_to_be_less_than</c>). The deviation
    /// is the sample's; where it is 0 there are no scores, and every value passes.
    /// </summary>
    ZScoreBelow,

    /// <summary>The least value, a number or a time, lies between the bounds (<c>column_min_to_be_between</c>).</summary>
    MinBetween,

    /// <summary>The greatest value, a number or a time, lies between the bounds (<c>column_max_to_be_between</c>).</summary>
    MaxBetween,

    /// <summary>The mean lies between the bounds (<c>column_mean_to_be_between</c>).</summary>
    MeanBetween,

    /// <summary>The median, the mean of the two in the middle, lies between the bounds (<c>column_median_to_be_between</c>).</summary>
    MedianBetween,

    /// <summary>The sample standard deviation, over n - 1, lies between the bounds (<c>column_stdev_to_be_between</c>).</summary>
    DeviationBetween,

    /// <summary>The sum lies between the bounds (<c>column_sum_to_be_between</c>).</summary>
    SumBetween,

    /// <summary>Quantiles, interpolated linearly, lie in their ranges (<c>column_quantile_values_to_be_between</c>).</summary>
    QuantilesBetween,

    /// <summary>The number of different values lies between the bounds (<c>column_unique_value_count_to_be_between</c>).</summary>
    DistinctCountBetween,

    /// <summary>
    /// Different values over all values lies between the bounds (<c>column_proportion_of_unique_values_to_be_between</c>).
    /// </summary>
    DistinctShareBetween,

    /// <summary>All different values are in the set (<c>column_distinct_values_to_be_in_set</c>).</summary>
    DistinctInSet,

    /// <summary>The different values are the set (<c>column_distinct_values_to_equal_set</c>).</summary>
    DistinctEqualSet,

    /// <summary>All of the set occurs (<c>column_distinct_values_to_contain_set</c>).</summary>
    DistinctContainSet,

    /// <summary>
    /// The value that occurs most, or one of several that tie, is in the set (<c>column_most_common_value_to_be_in_set</c>).
    /// </summary>
    MostCommonInSet,

    /// <summary>The share of one value among all values that are not null lies between the bounds.</summary>
    ShareBetween,

    /// <summary>
    /// The Kullback-Leibler divergence, in nats, of the values from a partition is at most the maximum
    /// (<c>column_kl_divergence_to_be_less_than</c>).
    /// </summary>
    KlDivergenceBelow,

    /// <summary>
    /// The p-value of Pearson's chi-square test against a partition is at least the minimum
    /// (<c>column_chisquare_test_p_value_to_be_greater_than</c>).
    /// </summary>
    ChiSquareAbove,

    /// <summary>
    /// The p-value of the one-sample Kolmogorov-Smirnov test against a partition of a number line is at least the minimum; by the limit
    /// distribution, p = 2 sum (-1)^(k-1) exp(-2 k^2 n D^2).
    /// </summary>
    KolmogorovSmirnovAbove,

    /// <summary>Two columns are equal (<c>column_pair_values_to_be_equal</c>).</summary>
    PairEqual,

    /// <summary>The first column is greater than the second (<c>column_pair_values_a_to_be_greater_than_b</c>).</summary>
    PairGreater,

    /// <summary>The pair of two columns is in the set (<c>column_pair_values_to_be_in_set</c>).</summary>
    PairInSet,

    /// <summary>No combination of columns occurs twice (<c>compound_columns_to_be_unique</c>).</summary>
    CompoundUnique,

    /// <summary>
    /// Within a row, no value occurs twice in the columns; two nulls are the same value
    /// (<c>select_column_values_to_be_unique_within_record</c>).
    /// </summary>
    UniqueWithinRow,

    /// <summary>Within a row, the columns add up to the maximum; nulls count as 0 (<c>multicolumn_sum_to_equal</c>).</summary>
    RowSumEquals,

    /// <summary>The number of rows is that of another dataset (<c>table_row_count_to_equal_other_table</c>).</summary>
    RowCountEqualsOther,

    /// <summary>The number of columns lies between the bounds (<c>table_column_count_to_be_between</c>).</summary>
    ColumnCount,

    /// <summary>
    /// The columns are those of the set, in any order (<c>table_columns_to_match_set</c>); without <see cref="MatchRule.All"/> there may
    /// be more.
    /// </summary>
    ColumnsMatchSet,

    /// <summary>The columns are those of the list, in its order (<c>table_columns_to_match_ordered_list</c>).</summary>
    ColumnsInOrder,

    /// <summary>There is such a column (<c>column_to_exist</c>).</summary>
    ColumnExists,

    /// <summary>A query over <c>input</c> gives no rows (<c>unexpected_rows_expectation</c>).</summary>
    UnexpectedRows,

    /// <summary>Values exist in a column of another dataset; nulls are left out.</summary>
    ExistsIn,

    /// <summary>Values are JSON that a JSON Schema describes (<c>values_to_match_json_schema</c>).</summary>
    MatchesJsonSchema,
}
