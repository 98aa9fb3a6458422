using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Workflow;

/// <summary>What a contract says of a column.</summary>
/// <param name="Name">Its name; upper and lower case differ.</param>
/// <param name="Type">Its DuckDB type, as DuckDB itself writes it.</param>
public sealed record ContractColumn(string Name, string Type)
{
    /// <summary>Whether it holds no nulls.</summary>
    public bool Required { get; init; }

    /// <summary>The least number, included; null for no bound.</summary>
    public double? Minimum { get; init; }

    /// <summary>The greatest number, included; null for no bound.</summary>
    public double? Maximum { get; init; }

    /// <summary>The only values, as text in ordinal order; null for any.</summary>
    public IReadOnlyList<string>? Values { get; init; }

    /// <summary>What its numbers count, such as <c>USD</c> or <c>km</c>.</summary>
    public string? Unit { get; init; }

    /// <summary>What it means.</summary>
    public string? Meaning { get; init; }

    /// <summary>How far it tells of people.</summary>
    public PersonalData PersonalData { get; init; }
}

/// <summary>
/// What the producer of a dataset promises to its readers. Every declared column is present in every version that is made under the
/// contract; a reader that meets older data without the column reads nulls.
/// </summary>
/// <param name="Dataset">The dataset.</param>
/// <param name="Columns">Its columns; their order promises nothing.</param>
public sealed record DataContract(string Dataset, IReadOnlyList<ContractColumn> Columns)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>The columns that together name a row: no two rows of a dataset version agree in all of them. Empty for no key.</summary>
    public IReadOnlyList<string> Key { get; init; } = [];

    /// <summary>What is promised about the next version.</summary>
    public Compatibility Compatibility { get; init; } = Compatibility.Backward;

    /// <summary>Whether data may hold columns that the contract does not name.</summary>
    public bool ExtraColumns { get; init; }

    /// <summary>Who answers for the data.</summary>
    public string? Owner { get; init; }

    /// <summary>Under which licence it may be used.</summary>
    public string? Licence { get; init; }

    /// <summary>What it is.</summary>
    public string? Meaning { get; init; }

    /// <summary>The line of the definition that declares it; 0 when unknown. No part of what it says.</summary>
    [JsonIgnore]
    public int Line { get; init; }

    /// <summary>64 hex digits over all that it says: contracts that say the same have the same.</summary>
    [JsonIgnore]
    public string Hash => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        (this with { Columns = [.. Columns.OrderBy(column => column.Name, StringComparer.Ordinal)] }).ToJson())));

    /// <summary>The columns whose values are masked wherever rows are shown.</summary>
    [JsonIgnore]
    public IReadOnlySet<string> Masked =>
        Columns.Where(column => column.PersonalData != PersonalData.None).Select(column => column.Name).ToHashSet(StringComparer.Ordinal);

    /// <summary>Defines a contract that several DAGs share.</summary>
    /// <exception cref="DagDefinitionException">It cannot hold, or it is no contract; the message says why.</exception>
    public static DataContract Of(string dataset, Action<ContractBuilder> define)
    {
        ArgumentNullException.ThrowIfNull(define);
        var builder = new ContractBuilder(dataset);
        define(builder);
        return builder.Build();
    }

    /// <summary>Reads the stored form, and checks it as <see cref="Of"/> does: what it gives is sound and normalised.</summary>
    /// <exception cref="DagDefinitionException">It is no contract; the message says why.</exception>
    public static DataContract FromJson(string json)
    {
        DataContract read;
        try
        {
            read = JsonSerializer.Deserialize<DataContract>(json, Json) ?? throw new JsonException("it is null");
        }
        catch (JsonException exception)
        {
            throw new DagDefinitionException($"The JSON is no contract: {exception.Message}");
        }

        return ContractBuilder.Sound(read);
    }

    /// <summary>The stored form.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);
}
