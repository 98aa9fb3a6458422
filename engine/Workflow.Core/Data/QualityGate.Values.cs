using Workflow.Schemas;

namespace Workflow;

/// <content>Checks of the values of a column, row by row.</content>
public sealed partial class QualityGate
{
    /// <summary>Values are not null.</summary>
    public QualityGate NotNull(string column, double mostly = 1, Severity severity = Severity.Block) =>
        Add(new(CheckKind.NotNull, column, Mostly: mostly, Severity: severity));

    /// <inheritdoc cref="NotNull(string, double, Severity)" />
    public QualityGate NotNull(string column, Action<CheckSettings> with, double mostly = 1, Severity severity = Severity.Block) =>
        Add(new(CheckKind.NotNull, column, Mostly: mostly, Severity: severity), with);

    /// <summary>At most this share of the rows, 0 to 1, is null.</summary>
    public QualityGate NullRate(string column, double atMost, Severity severity = Severity.Block) =>
        Add(new(CheckKind.NullRate, column, Maximum: atMost, Severity: severity));

    /// <inheritdoc cref="NullRate(string, double, Severity)" />
    public QualityGate NullRate(string column, double atMost, Action<CheckSettings> with, Severity severity = Severity.Block) =>
        Add(new(CheckKind.NullRate, column, Maximum: atMost, Severity: severity), with);

    /// <summary>Values lie between the bounds, both included. Nulls are left out.</summary>
    public QualityGate Between(string column, double minimum, double maximum, double mostly = 1, Severity severity = Severity.Block) =>
        Add(new(CheckKind.Between, column, minimum, maximum, Mostly: mostly, Severity: severity));

    /// <summary>Values lie between the bounds. Nulls are left out.</summary>
    /// <param name="column">The column.</param>
    /// <param name="minimum">The lower bound; null for none.</param>
    /// <param name="maximum">The upper bound; null for none.</param>
    /// <param name="strict">The bounds that are excluded; null for none.</param>
    /// <param name="mostly">The share of values, 0 to 1, that must pass.</param>
    /// <param name="severity">What failing means.</param>
    /// <param name="with">What it does besides.</param>
    public QualityGate Between(
        string column, double? minimum, double? maximum, StrictBounds? strict = null, double mostly = 1, Severity severity = Severity.Block,
        Action<CheckSettings>? with = null) =>
        Add(new(CheckKind.Between, column, minimum, maximum, Mostly: mostly, Severity: severity) { Strict = strict }, with);

    /// <summary>Dates or times lie between the bounds. Nulls are left out.</summary>
    /// <param name="column">The column; its times without a zone are UTC.</param>
    /// <param name="earliest">The lower bound, in UTC; null for none.</param>
    /// <param name="latest">The upper bound, in UTC; null for none.</param>
    /// <param name="strict">The bounds that are excluded; null for none.</param>
    /// <param name="mostly">The share of values, 0 to 1, that must pass.</param>
    /// <param name="severity">What failing means.</param>
    /// <param name="with">What it does besides.</param>
    public QualityGate Between(
        string column, DateTime? earliest, DateTime? latest, StrictBounds? strict = null,
        double mostly = 1, Severity severity = Severity.Block, Action<CheckSettings>? with = null) =>
        Add(Times(CheckKind.Between, column, earliest, latest, strict, severity) with { Mostly = mostly }, with);

    /// <summary>Values are among those given, compared as text. Nulls are left out.</summary>
    public QualityGate InSet(string column, IEnumerable<string> values, double mostly = 1, Severity severity = Severity.Block) =>
        Add(new(CheckKind.InSet, column, Values: [.. values], Mostly: mostly, Severity: severity));

    /// <inheritdoc cref="InSet(string, IEnumerable{string}, double, Severity)" />
    public QualityGate InSet(
        string column, IEnumerable<string> values, Action<CheckSettings> with, double mostly = 1, Severity severity = Severity.Block) =>
        Add(new(CheckKind.InSet, column, Values: [.. values], Mostly: mostly, Severity: severity), with);

    /// <summary>No value occurs twice. Nulls are left out.</summary>
    public QualityGate Unique(string column, double mostly = 1, Severity severity = Severity.Block) =>
        Add(new(CheckKind.Unique, column, Mostly: mostly, Severity: severity));

    /// <inheritdoc cref="Unique(string, double, Severity)" />
    public QualityGate Unique(string column, Action<CheckSettings> with, double mostly = 1, Severity severity = Severity.Block) =>
        Add(new(CheckKind.Unique, column, Mostly: mostly, Severity: severity), with);

    /// <summary>Values are null.</summary>
    public QualityGate Null(string column, double mostly = 1, Severity severity = Severity.Block, Action<CheckSettings>? with = null) =>
        Add(new(CheckKind.Null, column, Mostly: mostly, Severity: severity), with);

    /// <summary>Values are none of those given, compared as text. Nulls are left out.</summary>
    public QualityGate NotInSet(
        string column, IEnumerable<string> values,
        double mostly = 1, Severity severity = Severity.Block, Action<CheckSettings>? with = null) =>
        Add(new(CheckKind.NotInSet, column, Values: [.. values], Mostly: mostly, Severity: severity), with);

    /// <summary>The column is of a type, in DuckDB's words, such as <c>BIGINT</c>; <c>DECIMAL</c> stands for all of its widths.</summary>
    public QualityGate OfType(string column, string type, Severity severity = Severity.Block, Action<CheckSettings>? with = null) =>
        Add(new(CheckKind.OfType, column, Values: [type], Severity: severity), with);

    /// <summary>The column is of one of the types, in DuckDB's words.</summary>
    public QualityGate InTypes(
        string column, IEnumerable<string> types, Severity severity = Severity.Block, Action<CheckSettings>? with = null) =>
        Add(new(CheckKind.OfType, column, Values: [.. types], Severity: severity), with);

    /// <summary>A part of each value matches a regular expression, in RE2's syntax. Nulls are left out.</summary>
    public QualityGate MatchesRegex(
        string column, string pattern, double mostly = 1, Severity severity = Severity.Block, Action<CheckSettings>? with = null) =>
        Add(new(CheckKind.MatchesRegex, column, Values: [pattern], Mostly: mostly, Severity: severity), with);

    /// <summary>A part of each value matches any, or all, of the regular expressions. Nulls are left out.</summary>
    public QualityGate MatchesRegexes(
        string column, IEnumerable<string> patterns, MatchRule match = MatchRule.Any,
        double mostly = 1, Severity severity = Severity.Block, Action<CheckSettings>? with = null) =>
        Add(new(CheckKind.MatchesRegex, column, Values: [.. patterns], Mostly: mostly, Severity: severity) { Match = match }, with);

    /// <summary>No part of a value matches the regular expression. Nulls are left out.</summary>
    public QualityGate NotMatchesRegex(
        string column, string pattern, double mostly = 1, Severity severity = Severity.Block, Action<CheckSettings>? with = null) =>
        Add(new(CheckKind.NotMatchesRegex, column, Values: [pattern], Mostly: mostly, Severity: severity), with);

    /// <summary>No part of a value matches any of the regular expressions. Nulls are left out.</summary>
    public QualityGate NotMatchesRegexes(
        string column, IEnumerable<string> patterns,
        double mostly = 1, Severity severity = Severity.Block, Action<CheckSettings>? with = null) =>
        Add(new(CheckKind.NotMatchesRegex, column, Values: [.. patterns], Mostly: mostly, Severity: severity), with);

    /// <summary>
    /// Whole values match a pattern in which <c>%</c> stands for any text and <c>_</c> for any character. Nulls are left out.
    /// </summary>
    public QualityGate Like(
        string column, string pattern, double mostly = 1, Severity severity = Severity.Block, Action<CheckSettings>? with = null) =>
        Add(new(CheckKind.Like, column, Values: [pattern], Mostly: mostly, Severity: severity), with);

    /// <summary>Whole values match any, or all, of the patterns of <see cref="Like"/>. Nulls are left out.</summary>
    public QualityGate LikeList(
        string column, IEnumerable<string> patterns, MatchRule match = MatchRule.Any,
        double mostly = 1, Severity severity = Severity.Block, Action<CheckSettings>? with = null) =>
        Add(new(CheckKind.Like, column, Values: [.. patterns], Mostly: mostly, Severity: severity) { Match = match }, with);

    /// <summary>No value matches the pattern of <see cref="Like"/>. Nulls are left out.</summary>
    public QualityGate NotLike(
        string column, string pattern, double mostly = 1, Severity severity = Severity.Block, Action<CheckSettings>? with = null) =>
        Add(new(CheckKind.NotLike, column, Values: [pattern], Mostly: mostly, Severity: severity), with);

    /// <summary>No value matches any of the patterns of <see cref="Like"/>. Nulls are left out.</summary>
    public QualityGate NotLikeList(
        string column, IEnumerable<string> patterns,
        double mostly = 1, Severity severity = Severity.Block, Action<CheckSettings>? with = null) =>
        Add(new(CheckKind.NotLike, column, Values: [.. patterns], Mostly: mostly, Severity: severity), with);

    /// <summary>
    /// The lengths of values, in characters, lie between the bounds, both included; null for no bound. Nulls are left out.
    /// </summary>
    public QualityGate LengthBetween(
        string column, int? minimum, int? maximum,
        double mostly = 1, Severity severity = Severity.Block, Action<CheckSettings>? with = null) =>
        Add(new(CheckKind.LengthBetween, column, minimum, maximum, Mostly: mostly, Severity: severity), with);

    /// <summary>All values have this length, in characters. Nulls are left out.</summary>
    public QualityGate LengthEquals(
        string column, int length, double mostly = 1, Severity severity = Severity.Block, Action<CheckSettings>? with = null) =>
        Add(new(CheckKind.LengthBetween, column, length, length, Mostly: mostly, Severity: severity), with);

    /// <summary>Values are dates or times, year first as in ISO 8601. Nulls are left out.</summary>
    public QualityGate DateParseable(
        string column, double mostly = 1, Severity severity = Severity.Block, Action<CheckSettings>? with = null) =>
        Add(new(CheckKind.DateParseable, column, Mostly: mostly, Severity: severity), with);

    /// <summary>Values are dates or times in a strftime format, such as <c>%d.%m.%Y</c>. Nulls are left out.</summary>
    public QualityGate MatchesFormat(
        string column, string format, double mostly = 1, Severity severity = Severity.Block, Action<CheckSettings>? with = null) =>
        Add(new(CheckKind.MatchesFormat, column, Values: [format], Mostly: mostly, Severity: severity), with);

    /// <summary>Values are JSON. Nulls are left out.</summary>
    public QualityGate JsonParseable(
        string column, double mostly = 1, Severity severity = Severity.Block, Action<CheckSettings>? with = null) =>
        Add(new(CheckKind.JsonParseable, column, Mostly: mostly, Severity: severity), with);

    /// <summary>Values are JSON that a JSON Schema describes. Nulls are left out; what is no JSON fails.</summary>
    /// <param name="column">The column.</param>
    /// <param name="schema">
    /// The schema, as JSON, in draft 2020-12. References stay within it, and a keyword that is not understood is refused; <c>format</c>
    /// asserts nothing.
    /// </param>
    /// <param name="mostly">The share of values, 0 to 1, that must pass.</param>
    /// <param name="severity">What failing means.</param>
    /// <param name="with">What it does besides.</param>
    /// <exception cref="DagDefinitionException">The schema is refused; the message says where and why.</exception>
    public QualityGate MatchesJsonSchema(
        string column, string schema, double mostly = 1, Severity severity = Severity.Block, Action<CheckSettings>? with = null)
    {
        JsonSchema.Parse(schema);
        return Add(new(CheckKind.MatchesJsonSchema, column, Values: [schema], Mostly: mostly, Severity: severity), with);
    }

    /// <summary>Each value is at least the one before it, or greater if strictly. Nulls are left out.</summary>
    /// <remarks>Before it in the order of another column, or without one in the order of the file, which is that of all columns.</remarks>
    public QualityGate Increasing(
        string column, bool strictly = false, string? by = null,
        double mostly = 1, Severity severity = Severity.Block, Action<CheckSettings>? with = null) =>
        Add(
            new(CheckKind.Increasing, column, Mostly: mostly, Severity: severity)
            {
                Strict = strictly ? StrictBounds.Both : null,
                Columns = by is null ? null : [by],
            },
            with);

    /// <summary>
    /// Each value is at most the one before it, or less if strictly; before it as in <see cref="Increasing"/>. Nulls are left out.
    /// </summary>
    public QualityGate Decreasing(
        string column, bool strictly = false, string? by = null,
        double mostly = 1, Severity severity = Severity.Block, Action<CheckSettings>? with = null) =>
        Add(
            new(CheckKind.Decreasing, column, Mostly: mostly, Severity: severity)
            {
                Strict = strictly ? StrictBounds.Both : null,
                Columns = by is null ? null : [by],
            },
            with);

    /// <summary>Values lie fewer than this many sample deviations above the mean, or away from it. Nulls are left out.</summary>
    public QualityGate ZScoreBelow(
        string column, double threshold, bool doubleSided = true,
        double mostly = 1, Severity severity = Severity.Block, Action<CheckSettings>? with = null) =>
        Add(
            new(CheckKind.ZScoreBelow, column, Maximum: threshold, Mostly: mostly, Severity: severity)
            {
                Match = doubleSided ? MatchRule.All : null,
            },
            with);
}
