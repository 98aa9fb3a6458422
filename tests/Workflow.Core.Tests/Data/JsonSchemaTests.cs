using Workflow.Schemas;

namespace Workflow.Core.Tests.Data;

public sealed class JsonSchemaTests
{
    [Theory]
    [InlineData("true", """ 1 """, """ no """)]
    [InlineData("""{"type": "integer"}""", """ 1, 1.0, 1e3 """, """ 1.5, "1", true """)]
    [InlineData("""{"type": ["null", "boolean"]}""", """ null, true, false """, """ 0, [], {} """)]
    [InlineData("""{"type": "number", "minimum": 0.1, "maximum": 10}""", """ 0.1, 10, 1e1 """, """ 0.09, 10.01, 1e400 """)]
    [InlineData("""{"exclusiveMinimum": 0, "exclusiveMaximum": 1}""", """ 0.5, "text" """, """ 0, 1 """)]
    [InlineData("""{"multipleOf": 0.01}""", """ 0.07, 19.99, 4 """, """ 0.075 """)]
    [InlineData("""{"const": {"a": [1, null]}}""", """ {"a": [1.0, null]} """, """ {"a": [1]}, {"a": [1, null], "b": 2} """)]
    [InlineData("""{"enum": ["a", 1]}""", """ "a", 1 """, """ "b", "1" """)]
    [InlineData("""{"minLength": 2, "maxLength": 3}""", """ "ab", "😀😀", 1 """, """ "a", "😀", "abcd" """)]
    [InlineData("""{"pattern": "^a+$"}""", """ "aa", 1 """, """ "ab", "" """)]
    [InlineData("""{"minItems": 1, "maxItems": 2, "uniqueItems": true}""", """ [1], [1, 2], {} """, """ [], [1, 2, 3], [1, 1.0] """)]
    [InlineData("""{"items": {"type": "string"}, "prefixItems": [{"type": "integer"}]}""", """ [], [1], [1, "a"] """,
        """ ["a"], [1, 2] """)]
    [InlineData("""{"contains": {"const": 1}}""", """ [0, 1] """, """ [], [0] """)]
    [InlineData("""{"contains": {"const": 1}, "minContains": 0, "maxContains": 1}""", """ [], [1] """, """ [1, 1] """)]
    [InlineData("""{"properties": {"a": {"type": "string"}}, "required": ["a"]}""", """ {"a": "x", "b": 1}, 1 """, """ {}, {"a": 1} """)]
    [InlineData(
        """{"properties": {"a": true}, "patternProperties": {"^x": {"type": "null"}}, "additionalProperties": false}""",
        """ {"a": 1, "x1": null} """, """ {"b": 1}, {"x1": 1} """)]
    [InlineData("""{"propertyNames": {"maxLength": 1}, "minProperties": 1, "maxProperties": 2}""", """ {"a": 1} """,
        """ {}, {"ab": 1}, {"a":1,"b":1,"c":1} """)]
    [InlineData("""{"dependentRequired": {"card": ["cvc"]}}""", """ {}, {"card": 1, "cvc": 2} """, """ {"card": 1} """)]
    [InlineData("""{"allOf": [{"minimum": 1}, {"maximum": 2}], "not": {"const": 1.5}}""", """ 1, 2 """, """ 0, 1.5 """)]
    [InlineData("""{"anyOf": [{"type": "null"}, {"minimum": 5}]}""", """ null, 5, "x" """, """ 4 """)]
    [InlineData("""{"oneOf": [{"multipleOf": 2}, {"multipleOf": 3}]}""", """ 2, 3 """, """ 6, 1 """)]
    [InlineData("""{"if": {"type": "string"}, "then": {"minLength": 1}, "else": {"type": "integer"}}""", """ "a", 1 """, """ "", null """)]
    [InlineData("""{"if": {"const": 1}, "else": {"const": 2}}""", """ 1, 2 """, """ 3 """)]
    [InlineData(
        """{"$ref": "#/$defs/node", "$defs": {"node": {"properties": {"next": {"$ref": "#/$defs/node"}, "v~/": true}, "required": ["id"]}}}""",
        """ {"id": 1}, {"id": 1, "next": {"id": 2}} """, """ {"id": 1, "next": {}} """)]
    [InlineData("""{"properties": {"a/b": {"const": 1}, "c": {"$ref": "#/properties/a~1b"}}}""", """ {"c": 1} """, """ {"c": 2} """)]
    [InlineData("""{"title": "t", "format": "email", "default": 1, "properties": {"const": {"type": "null"}}}""",
        """ "no mail", {"const": null} """, """ {"const": 1} """)]
    public void Describes_EveryKeyword_WhatHoldsToIt(string schema, string good, string bad)
    {
        var read = JsonSchema.Parse(schema);

        foreach (var value in Parts(good))
            read.Describes(value).ShouldBeTrue(value);
        foreach (var value in Parts(bad))
            read.Describes(value).ShouldBeFalse(value);
    }

    [Theory]
    [InlineData("minLength", "0")]
    [InlineData("pattern", "\"\"")]
    [InlineData("const", "\"a\"")]
    [InlineData("enum", "[\"a\"]")]
    public void Describes_TextThatIsNoUnicode_IsNotWhatItDescribes(string keyword, string value)
    {
        var read = JsonSchema.Parse($$"""{"{{keyword}}": {{value}} }""");

        read.Describes("\"\\ud800\"").ShouldBeFalse();
    }

    [Theory]
    [InlineData("{", "no JSON")]
    [InlineData("1", "#': a schema is an object, true or false")]
    [InlineData("""{"properties": {"a": {"unevaluatedItems": false}}}""", "#/properties/a': understands no 'unevaluatedItems'")]
    [InlineData("""{"type": "int"}""", "#/type': is one of null, boolean, object, array, number, string, integer, got 'int'")]
    [InlineData("""{"minLength": -1}""", "#/minLength': is a whole number, 0 or more")]
    [InlineData("""{"exclusiveMinimum": true}""", "#/exclusiveMinimum': is a number")]
    [InlineData("""{"items": [true]}""", "#/items': a schema is an object, true or false")]
    [InlineData("""{"anyOf": {}}""", "#/anyOf': is a list of schemas")]
    [InlineData("""{"not": [true]}""", "#/not': is one schema")]
    [InlineData("""{"pattern": "(?=a)"}""", "#/pattern': the pattern '(?=a)' is not understood")]
    [InlineData("""{"$ref": "other.json"}""", "#/$ref': stays within the document")]
    [InlineData("""{"$ref": "#/$defs/none"}""", "#': '#/$defs/none' leads to no schema")]
    [InlineData("""{"anyOf": [{"$ref": "#"}]}""", "leads back to itself")]
    public void Parse_WhatIsNotUnderstood_IsRefusedWithItsPlace(string schema, string message) =>
        Should.Throw<DagDefinitionException>(() => JsonSchema.Parse(schema)).Message.ShouldContain(message);

    // A comma at the top level parts values.
    private static IEnumerable<string> Parts(string values)
    {
        var (depth, start) = (0, 0);
        for (var at = 0; at < values.Length; at++)
        {
            depth += values[at] is '[' or '{' ? 1 : values[at] is ']' or '}' ? -1 : 0;
            if (depth != 0 || values[at] != ',')
                continue;
            yield return values[start..at].Trim();
            start = at + 1;
        }

        yield return values[start..].Trim();
    }
}
