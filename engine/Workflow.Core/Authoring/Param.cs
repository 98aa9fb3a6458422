using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Workflow;

/// <summary>A parameter of a DAG as the dashboard, the API and the command line see it.</summary>
/// <param name="Name">Its name in the run's <c>conf</c>.</param>
/// <param name="Type"><c>string</c>, <c>integer</c>, <c>number</c>, <c>boolean</c>, or <c>array</c>: a list of texts.</param>
/// <param name="Default">The value when a run gives none; null when the DAG works one out for itself, or when it is required.</param>
/// <param name="Required">Whether a run must give it.</param>
/// <param name="Help">What it means, in a sentence.</param>
/// <param name="Pattern">A regular expression that the whole text, or each of a list, must match.</param>
/// <param name="Allowed">The only texts allowed, by themselves or in a list.</param>
/// <param name="Minimum">The least number allowed.</param>
/// <param name="Maximum">The greatest number allowed.</param>
public sealed record ParamDefinition(
    string Name, string Type, JsonNode? Default, bool Required, string Help, string? Pattern = null, IReadOnlyList<string>? Allowed = null,
    double? Minimum = null, double? Maximum = null)
{
    /// <summary>The format of a day, such as 2026-01-31.</summary>
    public const string DateFormat = "date";

    /// <summary>The format of an instant, such as 2026-01-31T02:00:00Z.</summary>
    public const string DateTimeFormat = "date-time";

    /// <summary>What a text stands for, as JSON Schema calls it: <c>date</c> or <c>date-time</c>; null for just a text.</summary>
    // Left out where there is none: the hash of a definition that was stored before formats existed stays what it was.
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Format { get; init; }

    /// <summary>Says what is wrong with a value, or null when it is right.</summary>
    public string? Complaint(JsonNode? value)
    {
        if (value is null)
            return Required ? $"is required ({Type})" : null;
        if (!FitsType(value))
            return $"must be of type {Type}, got {value.ToJsonString()}";
        if (value is JsonArray items)
            return items.Select(item => ComplaintOfText(item!.GetValue<string>())).FirstOrDefault(complaint => complaint is not null);
        if (value.GetValueKind() == JsonValueKind.String)
            return ComplaintOfText(value.GetValue<string>());
        if (value.GetValueKind() == JsonValueKind.Number)
        {
            var number = Number(value);
            if (number < Minimum || number > Maximum)
                return $"must lie between {Show(Minimum, "-inf")} and {Show(Maximum, "inf")}, got {Show(number, "")}";
        }

        return null;
    }

    private string? ComplaintOfText(string text)
    {
        if (Format == DateFormat && !DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
            return $"must be a day such as 2026-01-31, got '{text}'";
        if (Format == DateTimeFormat && !IsInstant(text))
            return $"must be an instant with its offset such as 2026-01-31T02:00:00Z, got '{text}'";
        if (Pattern is not null && !Regex.IsMatch(text, $@"^(?:{Pattern})\z", RegexOptions.None, TimeSpan.FromSeconds(1)))
            return $"must match {Pattern}, got '{text}'";
        return Allowed is not null && !Allowed.Contains(text) ? $"must be one of {string.Join(", ", Allowed)}, got '{text}'" : null;
    }

    private bool FitsType(JsonNode value) => (Type, value.GetValueKind()) switch
    {
        ("string", JsonValueKind.String) => true,
        ("boolean", JsonValueKind.True or JsonValueKind.False) => true,
        ("number", JsonValueKind.Number) => true,
        ("array", JsonValueKind.Array) => value.AsArray().All(item => item?.GetValueKind() == JsonValueKind.String),
        ("integer", JsonValueKind.Number) => Math.Abs(Number(value)) < long.MaxValue && Number(value) == Math.Floor(Number(value)),
        _ => false,
    };

    /// <remarks>Without an offset it would be read as the time of wherever the worker happens to be.</remarks>
    private static bool IsInstant(string text) =>
        JsonSerializer.SerializeToElement(text).TryGetDateTimeOffset(out _)
        && Regex.IsMatch(text, @"(Z|[+-]\d{2}:\d{2})\z", RegexOptions.None, TimeSpan.FromSeconds(1));

    private static double Number(JsonNode value) => double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture);

    private static string Show(double? number, string none) => number?.ToString(CultureInfo.InvariantCulture) ?? none;
}

/// <summary>A typed parameter: pass it to <see cref="TaskContext.Get{T}"/> inside a task to read the run's value.</summary>
/// <typeparam name="T">
/// <see cref="string"/>, <see cref="int"/>, <see cref="long"/>, <see cref="double"/>, <see cref="bool"/>, <see cref="DateOnly"/>,
/// <see cref="DateTimeOffset"/> or an array of strings.
/// </typeparam>
public sealed class Param<T>
{
    internal Param(ParamDefinition definition, Func<RunInfo, T>? derive)
    {
        Definition = definition;
        Derive = derive;
    }

    /// <summary>The parameter as others see it.</summary>
    public ParamDefinition Definition { get; }

    internal Func<RunInfo, T>? Derive { get; }

    internal T Read(RunInfo run)
    {
        if (run.Conf[Definition.Name] is { } given)
            return given.Deserialize<T>()!;
        if (Derive is not null)
            return Derive(run);
        return Definition.Default is { } value
            ? value.Deserialize<T>()!
            : throw new TaskFailureException(
                $"Parameter '{Definition.Name}' has no value: the run gave none and the DAG has no default.", retryable: false);
    }
}
