using System.Text.Json;

namespace Workflow.Ml;

/// <summary>
/// The JSON form of a linear model. Members come in one order and doubles in their shortest form that reads back to the same bits,
/// so the artifact's hash is a hash of the model. Each coefficient stands beside what it belongs to, for people who open the file.
/// </summary>
internal static class LinearArtifact
{
    public const string Format = "workflow.linear";
    public const int Version = 1;

    public static byte[] Write(LinearModel model)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteString("format", Format);
            json.WriteNumber("version", Version);
            json.WriteString("objective", model.Spec.Objective == LinearObjective.Squared ? "squared" : "logistic");
            json.WriteString("label", model.Spec.Label);
            json.WriteNumber("penalty", model.Spec.Penalty);
            json.WriteNumber("intercept", model.Intercept);
            WriteNumeric(json, model);
            WriteCategorical(json, model);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    public static LinearModel Read(ReadOnlyMemory<byte> artifact)
    {
        try
        {
            using var json = JsonDocument.Parse(artifact);
            return Read(json.RootElement);
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new TaskFailureException($"The artifact is no linear model: {error.Message}", retryable: false, error);
        }
    }

    private static void WriteNumeric(Utf8JsonWriter json, LinearModel model)
    {
        json.WriteStartArray("numeric");
        foreach (var (index, feature) in model.Encoder.Numeric.Index())
        {
            json.WriteStartObject();
            json.WriteString("name", feature.Name);
            json.WriteNumber("mean", feature.Mean);
            json.WriteNumber("deviation", feature.Deviation);
            json.WriteNumber("coefficient", model.Coefficients[index]);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteCategorical(Utf8JsonWriter json, LinearModel model)
    {
        var index = model.Encoder.Numeric.Count;
        json.WriteStartArray("categorical");
        foreach (var feature in model.Encoder.Categorical)
        {
            json.WriteStartObject();
            json.WriteString("name", feature.Name);
            json.WriteStartArray("levels");
            foreach (var level in feature.Levels)
            {
                json.WriteStartObject();
                json.WriteString("value", level);
                json.WriteNumber("coefficient", model.Coefficients[index++]);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static LinearModel Read(JsonElement json)
    {
        var format = json.GetProperty("format").GetString();
        var version = json.GetProperty("version").GetInt32();
        if (format != Format || version != Version)
        {
            throw new TaskFailureException(
                $"The artifact has format {format} version {version}; this engine reads {Format} version {Version}.", retryable: false);
        }

        var objective = json.GetProperty("objective").GetString() switch
        {
            "squared" => LinearObjective.Squared,
            "logistic" => LinearObjective.Logistic,
            var other => throw new FormatException($"the objective '{other}' is unknown."),
        };
        var coefficients = new List<double>();
        var numeric = json.GetProperty("numeric").EnumerateArray().Select(feature =>
        {
            coefficients.Add(feature.GetProperty("coefficient").GetDouble());
            return new NumericFeature(Name(feature), feature.GetProperty("mean").GetDouble(), feature.GetProperty("deviation").GetDouble());
        }).ToList();
        var categorical = json.GetProperty("categorical").EnumerateArray().Select(feature =>
        {
            var levels = feature.GetProperty("levels").EnumerateArray().ToList();
            coefficients.AddRange(levels.Select(level => level.GetProperty("coefficient").GetDouble()));
            return new CategoricalFeature(Name(feature), [.. levels.Select(level => level.GetProperty("value").GetString()!)]);
        }).ToList();
        var spec = new LinearSpec(
            objective, json.GetProperty("label").GetString()!, [.. numeric.Select(
                feature => feature.Name)], [.. categorical.Select(feature => feature.Name)],
            json.GetProperty("penalty").GetDouble());
        return new LinearModel(spec, new FeatureEncoder(numeric, categorical), json.GetProperty("intercept").GetDouble(), coefficients);
    }

    private static string Name(JsonElement feature) => feature.GetProperty("name").GetString()!;
}
