using System.Text.Json;
using System.Text.Json.Serialization;

namespace Workflow;

/// <summary>When runs of a DAG are created by themselves: a value, equal where it says the same, and stored as JSON.</summary>
/// <remarks>
/// A closed set: <see cref="Cron"/>, <see cref="Every"/>, <see cref="At"/>, <see cref="BusinessCalendar"/>, <see cref="AnyOf"/>,
/// <see cref="Continuous"/>, <see cref="OnDatasets"/> and <see cref="Custom"/>. A DAG without one runs by hand only.
/// </remarks>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(Cron), "cron")]
[JsonDerivedType(typeof(Every), "every")]
[JsonDerivedType(typeof(At), "at")]
[JsonDerivedType(typeof(BusinessCalendar), "business_calendar")]
[JsonDerivedType(typeof(AnyOf), "any_of")]
[JsonDerivedType(typeof(Continuous), "continuous")]
[JsonDerivedType(typeof(OnDatasets), "on_datasets")]
[JsonDerivedType(typeof(Custom), "custom")]
public abstract record Schedule
{
    /// <remarks>PostgreSQL orders the keys of an object by their length, so the kind need not come first.</remarks>
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        AllowOutOfOrderMetadataProperties = true,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    private protected Schedule()
    {
    }

    /// <summary>What datasets must do for a run; null where no dataset has a say.</summary>
    [JsonIgnore]
    public virtual DatasetCondition? Condition => null;

    /// <summary>The IANA zone that it is read in; null where none matters.</summary>
    [JsonIgnore]
    public virtual string? Zone => null;

    /// <summary>The schedule as it is stored: <c>{"kind": "cron", "expression": "0 2 * * *", ...}</c>.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="JsonException">It is no schedule that this engine knows.</exception>
    public static Schedule FromJson(string json) =>
        JsonSerializer.Deserialize<Schedule>(json, Json) ?? throw new JsonException("A schedule cannot be null.");
}
