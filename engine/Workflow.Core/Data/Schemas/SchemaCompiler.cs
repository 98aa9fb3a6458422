using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Workflow.Schemas;

/// <summary>Makes one rule of a schema document: a keyword is understood here or refused.</summary>
internal sealed class SchemaCompiler
{
    private static readonly IReadOnlySet<string> Annotations = new HashSet<string>
    {
        "$schema", "$id", "$comment", "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "format",
        "contentEncoding", "contentMediaType",
    };

    private static readonly string[] Types = ["null", "boolean", "object", "array", "number", "string", "integer"];

    // By JSON pointer: what references lead to, and which schemas judge the same value as another does.
    private readonly Dictionary<string, SchemaRule> schemas = [];
    private readonly Dictionary<string, List<string>> sameValue = [];

    public SchemaRule Compile(JsonElement document)
    {
        var rule = Schema(document, "");
        foreach (var (from, to) in sameValue.SelectMany(pair => pair.Value.Select(to => (pair.Key, to))))
        {
            if (!schemas.ContainsKey(to))
                throw Refused(from, $"'#{to}' leads to no schema in the document");
        }

        // Judging one value must come to an end: what leads back to itself on the way would not.
        var ending = new HashSet<string>();
        foreach (var pointer in schemas.Keys)
            RefuseCircle(pointer, [], ending);
        return rule;
    }

    private static DagDefinitionException Refused(string at, string why) => new($"The JSON schema at '#{at}': {why}.");

    private static SchemaRule All(IEnumerable<SchemaRule> rules)
    {
        var all = rules.ToList();
        return value => all.TrueForAll(rule => rule(value));
    }

    private static SchemaRule Of(JsonValueKind kind, SchemaRule rule) => value => value.ValueKind != kind || rule(value);

    private void RefuseCircle(string pointer, IReadOnlyList<string> way, HashSet<string> ending)
    {
        if (way.Contains(pointer))
            throw Refused(pointer, "it leads back to itself without looking into the value");
        if (ending.Contains(pointer))
            return;
        foreach (var next in sameValue.GetValueOrDefault(pointer) ?? [])
            RefuseCircle(next, [.. way, pointer], ending);
        ending.Add(pointer);
    }

    private SchemaRule Schema(JsonElement schema, string at)
    {
        schemas[at] = schema.ValueKind switch
        {
            JsonValueKind.True => _ => true,
            JsonValueKind.False => _ => false,
            JsonValueKind.Object => All([.. schema.EnumerateObject().Select(keyword => Keyword(schema, keyword, at)).OfType<SchemaRule>()]),
            _ => throw Refused(at, "a schema is an object, true or false"),
        };
        return schemas[at];
    }

    /// <summary>The rule of a keyword; null for one that only describes, or that another one takes into account.</summary>
    private SchemaRule? Keyword(JsonElement schema, JsonProperty keyword, string at)
    {
        var (name, says) = (keyword.Name, keyword.Value);
        var place = $"{at}/{name}";
        SchemaRule Number(Func<JsonElement, bool> holds)
        {
            Require(says.ValueKind == JsonValueKind.Number, place, "is a number");
            return Of(JsonValueKind.Number, value => holds(value));
        }

        SchemaRule Counted(JsonValueKind kind, Func<JsonElement, int> count, Func<int, int, bool> holds)
        {
            var limit = Limit(says, place);
            return Of(kind, value => holds(count(value), limit));
        }

        switch (name)
        {
            case "type":
                return Type(says, place);
            case "const":
                return value => JsonElement.DeepEquals(value, says);
            case "enum":
                Require(says.ValueKind == JsonValueKind.Array, place, "is a list");
                return value => says.EnumerateArray().Any(each => JsonElement.DeepEquals(value, each));
            case "minimum":
                return Number(value => SchemaNumbers.Compare(value, says) >= 0);
            case "maximum":
                return Number(value => SchemaNumbers.Compare(value, says) <= 0);
            case "exclusiveMinimum":
                return Number(value => SchemaNumbers.Compare(value, says) > 0);
            case "exclusiveMaximum":
                return Number(value => SchemaNumbers.Compare(value, says) < 0);
            case "multipleOf":
                return Number(value => SchemaNumbers.IsMultiple(value, says));
            case "minLength":
                return Counted(JsonValueKind.String, Length, (count, limit) => count >= limit);
            case "maxLength":
                return Counted(JsonValueKind.String, Length, (count, limit) => count <= limit);
            case "pattern":
                var pattern = Pattern(Text(says, place), place);
                return Of(JsonValueKind.String, value => pattern.IsMatch(value.GetString()!));
            case "minItems":
                return Counted(JsonValueKind.Array, value => value.GetArrayLength(), (count, limit) => count >= limit);
            case "maxItems":
                return Counted(JsonValueKind.Array, value => value.GetArrayLength(), (count, limit) => count <= limit);
            case "minProperties":
                return Counted(JsonValueKind.Object, value => value.GetPropertyCount(), (count, limit) => count >= limit);
            case "maxProperties":
                return Counted(JsonValueKind.Object, value => value.GetPropertyCount(), (count, limit) => count <= limit);
            case "uniqueItems":
                Require(says.ValueKind is JsonValueKind.True or JsonValueKind.False, place, "is true or false");
                return says.GetBoolean() ? Of(JsonValueKind.Array, AreUnique) : null;
            case "required":
                var required = Texts(says, place);
                return Of(JsonValueKind.Object, value => required.All(each => value.TryGetProperty(each, out _)));
            case "dependentRequired":
                var dependent = Map(says, place).Select(pair => (pair.Name, Needs: Texts(pair.Value, place))).ToList();
                return Of(JsonValueKind.Object, value => dependent.TrueForAll(
                    pair => !value.TryGetProperty(pair.Name, out _) || pair.Needs.All(each => value.TryGetProperty(each, out _))));
            case "properties":
                var properties = Schemas(says, place);
                return Of(JsonValueKind.Object, value => properties.All(
                    pair => !value.TryGetProperty(pair.Key, out var member) || pair.Value(member)));
            case "patternProperties":
                var matched = Schemas(says, place).Select(pair => (Pattern: Pattern(pair.Key, place), Rule: pair.Value)).ToList();
                return Of(JsonValueKind.Object, value => value.EnumerateObject().All(
                    member => matched.TrueForAll(pair => !pair.Pattern.IsMatch(member.Name) || pair.Rule(member.Value))));
            case "additionalProperties":
                return Additional(schema, Schema(says, place), at);
            case "propertyNames":
                var names = Schema(says, place);
                return Of(JsonValueKind.Object, value => value.EnumerateObject().All(
                    member => names(JsonSerializer.SerializeToElement(member.Name))));
            case "items":
                var hasPrefix = schema.TryGetProperty("prefixItems", out var before) && before.ValueKind == JsonValueKind.Array;
                var first = hasPrefix ? before.GetArrayLength() : 0;
                var items = Schema(says, place);
                return Of(JsonValueKind.Array, value => value.EnumerateArray().Skip(first).All(item => items(item)));
            case "prefixItems":
                var prefix = Listed(says, place);
                return Of(JsonValueKind.Array, value => value.EnumerateArray().Zip(prefix).All(pair => pair.Second(pair.First)));
            case "contains":
                return Contains(schema, Schema(says, place), at);
            case "allOf":
                return All(SameValue(says, at, place));
            case "anyOf":
                var any = SameValue(says, at, place);
                return value => any.Any(rule => rule(value));
            case "oneOf":
                var one = SameValue(says, at, place);
                return value => one.Count(rule => rule(value)) == 1;
            case "not":
                var not = SameValue(says, at, place)[0];
                return value => !not(value);
            case "if":
                var condition = SameValue(says, at, place)[0];
                return value => !schemas.TryGetValue(condition(value) ? $"{at}/then" : $"{at}/else", out var rule) || rule(value);
            case "$ref":
                var target = Text(says, place);
                Require(target.StartsWith('#'), place, "stays within the document: #/$defs/NAME");
                var pointer = Uri.UnescapeDataString(target[1..]);
                Note(at, pointer);
                return value => schemas[pointer](value);
            case "then" or "else":
                SameValue(says, at, place);
                return null;
            case "$defs" or "definitions":
                Schemas(says, place);
                return null;
            case "minContains" or "maxContains":
                Limit(says, place);
                return null;
            default:
                Require(Annotations.Contains(name), at, $"understands no '{name}'");
                return null;
        }
    }

    private SchemaRule Additional(JsonElement schema, SchemaRule others, string at)
    {
        var named = schema.TryGetProperty("properties", out var properties)
            ? Map(properties, at).Select(member => member.Name).ToHashSet(StringComparer.Ordinal)
            : [];
        var patterns = schema.TryGetProperty("patternProperties", out var matched)
            ? Map(matched, at).Select(member => Pattern(member.Name, at)).ToList()
            : [];
        return Of(JsonValueKind.Object, value => value.EnumerateObject().All(
            member => named.Contains(member.Name) || patterns.Exists(pattern => pattern.IsMatch(member.Name)) || others(member.Value)));
    }

    private static SchemaRule Contains(JsonElement schema, SchemaRule item, string at)
    {
        var least = schema.TryGetProperty("minContains", out var minimum) ? Limit(minimum, at) : 1;
        var most = schema.TryGetProperty("maxContains", out var maximum) ? Limit(maximum, at) : int.MaxValue;
        return Of(
            JsonValueKind.Array, value => value.EnumerateArray().Count(each => item(each)) is var count && count >= least && count <= most);
    }

    private static SchemaRule Type(JsonElement says, string at)
    {
        var types = says.ValueKind == JsonValueKind.String ? [says.GetString()!] : Texts(says, at);
        foreach (var type in types)
            Require(Types.Contains(type), at, $"is one of {string.Join(", ", Types)}, got '{type}'");
        return value => types.Any(type => IsOf(value, type));
    }

    private static bool IsOf(JsonElement value, string type) => value.ValueKind switch
    {
        JsonValueKind.Null => type == "null",
        JsonValueKind.True or JsonValueKind.False => type == "boolean",
        JsonValueKind.Object => type == "object",
        JsonValueKind.Array => type == "array",
        JsonValueKind.String => type == "string",
        _ => type == "number" || (type == "integer" && SchemaNumbers.IsWhole(value)),
    };

    // In characters and not in the halves that UTF-16 makes of some.
    private static int Length(JsonElement value) => value.GetString()!.EnumerateRunes().Count();

    private static bool AreUnique(JsonElement list)
    {
        var items = list.EnumerateArray().ToList();
        return !items.Where((item, index) => items.Take(index).Any(other => JsonElement.DeepEquals(item, other))).Any();
    }

    private void Note(string at, string pointer)
    {
        if (!sameValue.TryGetValue(at, out var pointers))
            sameValue.Add(at, pointers = []);
        pointers.Add(pointer);
    }

    /// <summary>One schema, or a list of them, that judge the same value as the one that holds them.</summary>
    private IReadOnlyList<SchemaRule> SameValue(JsonElement says, string at, string place)
    {
        if (says.ValueKind != JsonValueKind.Array)
        {
            Require(place[^2..] != "Of", place, "is a list of schemas");
            Note(at, place);
            return [Schema(says, place)];
        }

        Require(place[^2..] == "Of", place, "is one schema");
        foreach (var index in Enumerable.Range(0, says.GetArrayLength()))
            Note(at, Item(place, index));
        return Listed(says, place);
    }

    private IReadOnlyList<SchemaRule> Listed(JsonElement says, string place)
    {
        Require(says.ValueKind == JsonValueKind.Array && says.GetArrayLength() > 0, place, "is a list of schemas");
        return [.. says.EnumerateArray().Select((each, index) => Schema(each, Item(place, index)))];
    }

    private Dictionary<string, SchemaRule> Schemas(JsonElement says, string place)
    {
        var found = new Dictionary<string, SchemaRule>(StringComparer.Ordinal);
        foreach (var member in Map(says, place))
            found[member.Name] = Schema(member.Value, $"{place}/{Escaped(member.Name)}");
        return found;
    }

    private static string Escaped(string name) =>
        name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    private static string Item(string place, int index) => string.Create(CultureInfo.InvariantCulture, $"{place}/{index}");

    private static IEnumerable<JsonProperty> Map(JsonElement says, string place)
    {
        Require(says.ValueKind == JsonValueKind.Object, place, "is an object");
        return says.EnumerateObject();
    }

    private static int Limit(JsonElement says, string place)
    {
        var limit = 0;
        Require(says.ValueKind == JsonValueKind.Number && says.TryGetInt32(out limit) && limit >= 0, place, "is a whole number, 0 or more");
        return limit;
    }

    private static string Text(JsonElement says, string place)
    {
        Require(says.ValueKind == JsonValueKind.String, place, "is a text");
        return says.GetString()!;
    }

    private static IReadOnlyList<string> Texts(JsonElement says, string place)
    {
        Require(says.ValueKind == JsonValueKind.Array, place, "is a list of texts");
        return [.. says.EnumerateArray().Select(each => Text(each, place))];
    }

    private static Regex Pattern(string pattern, string place)
    {
        try
        {
            return new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            throw Refused(place, $"the pattern '{pattern}' is not understood: {exception.Message}");
        }
    }

    private static void Require(bool holds, string at, string what)
    {
        if (!holds)
            throw Refused(at, what);
    }
}
