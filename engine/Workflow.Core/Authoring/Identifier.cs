using System.Text.RegularExpressions;

namespace Workflow;

/// <summary>What ids look like: letters, digits, <c>_ . -</c>, at most 200 characters, as in Airflow.</summary>
internal static partial class Identifier
{
    internal static void Require(string value, string what)
    {
        if (value is null || !Form().IsMatch(value))
            throw new DagDefinitionException($"'{value}' is no valid {what}: use 1 to 200 letters, digits, '_', '.' or '-'.");
    }

    [GeneratedRegex(@"^[A-Za-z0-9_.\-]{1,200}\z")]
    private static partial Regex Form();
}
