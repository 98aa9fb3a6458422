using System.Text.Json.Nodes;

namespace Workflow.Core.Tests.Authoring;

public sealed class ParamDefinitionTests
{
    [Theory]
    [InlineData("string", "\"2019-01\"", null)]
    [InlineData("string", "1", "must be of type string, got 1")]
    [InlineData("integer", "5", null)]
    [InlineData("integer", "5.0", null)]
    [InlineData("integer", "5.5", "must be of type integer, got 5.5")]
    [InlineData("integer", "1e300", "must be of type integer, got 1e300")]
    [InlineData("integer", "\"5\"", "must be of type integer, got \"5\"")]
    [InlineData("number", "5.5", null)]
    [InlineData("number", "true", "must be of type number, got true")]
    [InlineData("boolean", "true", null)]
    [InlineData("boolean", "\"true\"", "must be of type boolean, got \"true\"")]
    [InlineData("string", "{}", "must be of type string, got {}")]
    [InlineData("integer", "[1]", "must be of type integer, got [1]")]
    public void Complaint_Type_Table(string type, string json, string? expected) =>
        Definition(type).Complaint(JsonNode.Parse(json)).ShouldBe(expected);

    [Theory]
    [InlineData("date", "2026-01-31", null)]
    [InlineData("date", "2026-02-30", "must be a day such as 2026-01-31, got '2026-02-30'")]
    [InlineData("date", "2026-01-31T00:00:00Z", "must be a day such as 2026-01-31, got '2026-01-31T00:00:00Z'")]
    [InlineData("date-time", "2026-01-31T02:00:00Z", null)]
    [InlineData("date-time", "2026-01-31T02:00:00.5+01:00", null)]
    [InlineData("date-time", "2026-01-31T02:00:00",
        "must be an instant with its offset such as 2026-01-31T02:00:00Z, got '2026-01-31T02:00:00'")]
    [InlineData("date-time", "2026-01-31", "must be an instant with its offset such as 2026-01-31T02:00:00Z, got '2026-01-31'")]
    public void Complaint_Format_Table(string format, string text, string? expected) =>
        (Definition("string") with { Format = format }).Complaint(JsonValue.Create(text)).ShouldBe(expected);

    [Theory]
    [InlineData("[]", null)]
    [InlineData("[\"JFK\",\"LGA\"]", null)]
    [InlineData("[\"JFK\",\"SFO\"]", "must be one of JFK, LGA, got 'SFO'")]
    [InlineData("[\"JFK\",1]", "must be of type array, got [\"JFK\",1]")]
    [InlineData("[null]", "must be of type array, got [null]")]
    [InlineData("\"JFK\"", "must be of type array, got \"JFK\"")]
    public void Complaint_List_LooksAtEachText(string json, string? expected) =>
        (Definition("array") with { Allowed = ["JFK", "LGA"] }).Complaint(JsonNode.Parse(json)).ShouldBe(expected);

    [Fact]
    public void Format_OfAPlainText_IsNotWritten() =>
        System.Text.Json.JsonSerializer.Serialize(Definition("string")).ShouldNotContain("Format");

    [Fact]
    public void Complaint_Missing_OnlyMattersWhenRequired()
    {
        Definition("string").Complaint(null).ShouldBeNull();
        (Definition("string") with { Required = true }).Complaint(null).ShouldBe("is required (string)");
    }

    [Theory]
    [InlineData("2019-01", null)]
    [InlineData("2019-1", "must match [0-9]{4}-[0-9]{2}|latest, got '2019-1'")]
    [InlineData("latest", null)]
    [InlineData("latest2019-01", "must match [0-9]{4}-[0-9]{2}|latest, got 'latest2019-01'")]
    [InlineData("2019-01\n", "must match [0-9]{4}-[0-9]{2}|latest, got '2019-01\n'")]
    public void Complaint_Pattern_MatchesTheWholeText(string text, string? expected) =>
        (Definition("string") with { Pattern = "[0-9]{4}-[0-9]{2}|latest" }).Complaint(JsonValue.Create(text)).ShouldBe(expected);

    [Theory]
    [InlineData("a", null)]
    [InlineData("A", "must be one of a, b, got 'A'")]
    public void Complaint_Allowed_Table(string text, string? expected) =>
        (Definition("string") with { Allowed = ["a", "b"] }).Complaint(JsonValue.Create(text)).ShouldBe(expected);

    [Theory]
    [InlineData("0", null)]
    [InlineData("10", null)]
    [InlineData("10.5", "must lie between 0 and 10, got 10.5")]
    [InlineData("-1", "must lie between 0 and 10, got -1")]
    public void Complaint_Range_Table(string json, string? expected) =>
        (Definition("number") with { Minimum = 0, Maximum = 10 }).Complaint(JsonNode.Parse(json)).ShouldBe(expected);

    [Fact]
    public void Complaint_OneSidedRange_SaysInfinity() =>
        (Definition("number") with { Minimum = 0 }).Complaint(JsonNode.Parse("-1")).ShouldBe("must lie between 0 and inf, got -1");

    private static ParamDefinition Definition(string type) => new("p", type, Default: null, Required: false, Help: "");
}
