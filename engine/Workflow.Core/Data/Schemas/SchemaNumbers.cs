using System.Text.Json;

namespace Workflow.Schemas;

/// <summary>Numbers of JSON: exact as decimals where they fit, as doubles beyond.</summary>
internal static class SchemaNumbers
{
    public static int Compare(JsonElement one, JsonElement other) =>
        one.TryGetDecimal(out var exact) && other.TryGetDecimal(out var against)
            ? exact.CompareTo(against)
            : one.GetDouble().CompareTo(other.GetDouble());

    public static bool IsWhole(JsonElement number) => number.TryGetDecimal(out var exact)
        ? exact == decimal.Truncate(exact)
        : double.IsInteger(number.GetDouble());

    public static bool IsMultiple(JsonElement number, JsonElement unit)
    {
        if (number.TryGetDecimal(out var exact) && unit.TryGetDecimal(out var of) && of != 0)
            return exact % of == 0;
        return double.IsInteger(number.GetDouble() / unit.GetDouble());
    }
}
