using System.Text;

namespace Workflow.Runs;

/// <summary>
/// The text form of the enums that the database, the API and the command line share: <c>UpForRetry</c> is <c>up_for_retry</c>.
/// </summary>
public static class StateNames
{
    /// <summary>The name of a value.</summary>
    public static string Name<TEnum>(this TEnum value)
        where TEnum : struct, Enum => Names<TEnum>.ByValue[value];

    /// <summary>The value of a name.</summary>
    /// <exception cref="ArgumentException">No value has that name; the message lists those that exist.</exception>
    public static TEnum Parse<TEnum>(string name)
        where TEnum : struct, Enum =>
        Names<TEnum>.ByName.TryGetValue(name, out var value)
            ? value
            : throw new ArgumentException(
                $"'{name}' is no {typeof(TEnum).Name}; there are {string.Join(", ", Names<TEnum>.ByName.Keys)}.", nameof(name));

    private static string SnakeCase(string pascal)
    {
        var text = new StringBuilder();
        foreach (var letter in pascal)
        {
            if (char.IsUpper(letter) && text.Length > 0)
                text.Append('_');
            text.Append(char.ToLowerInvariant(letter));
        }

        return text.ToString();
    }

    private static class Names<TEnum>
        where TEnum : struct, Enum
    {
        public static readonly Dictionary<TEnum, string> ByValue = Enum.GetValues<TEnum>()
            .ToDictionary(value => value, value => SnakeCase(value.ToString()));
        public static readonly Dictionary<string, TEnum> ByName = ByValue.ToDictionary(pair => pair.Value, pair => pair.Key);
    }
}
