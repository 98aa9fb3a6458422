using System.Globalization;

namespace Workflow.Chaos;

/// <summary>The command line.</summary>
internal sealed record ChaosArguments(double Minutes, int? Seed, string? Problem)
{
    private const string Usage = "Usage: dotnet run -c Release --project tests/Workflow.Chaos -- --minutes N [--seed S]";

    public static ChaosArguments Parse(IReadOnlyList<string> args)
    {
        double? minutes = null;
        int? seed = null;
        for (var at = 0; at < args.Count; at += 2)
        {
            var value = at + 1 < args.Count ? args[at + 1] : null;
            if (args[at] == "--minutes" && Minute(value) is { } given)
                minutes = given;
            else if (args[at] == "--seed" && int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                seed = number;
            else
                return new(0, null, $"{Refusal(args[at], value)} {Usage}");
        }

        return minutes is { } length ? new(length, seed, null) : new(0, null, $"--minutes is missing: how long faults go on. {Usage}");
    }

    private static double? Minute(string? value) =>
        double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var minutes) && minutes is > 0 and <= 10_000 ? minutes : null;

    private static string Refusal(string name, string? value) => name switch
    {
        "--minutes" => $"--minutes takes a number of minutes above 0, such as 5 or 0.5; got '{value}'.",
        "--seed" => $"--seed takes a whole number from 0 to {int.MaxValue}; got '{value}'.",
        _ => $"'{name}' is no option; there are --minutes and --seed.",
    };
}
