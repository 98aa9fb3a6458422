using System.Globalization;

namespace Workflow.Chaos;

/// <summary>The command line.</summary>
/// <param name="Minutes">How long faults of all kinds go on; zero for kills of loads.</param>
/// <param name="Kills">How many loads are killed; zero for faults of all kinds.</param>
/// <param name="Rows">How many rows a load has.</param>
/// <param name="Seed">Decides what comes when; null for any.</param>
/// <param name="Problem">What is wrong; null when nothing is.</param>
internal sealed record ChaosArguments(double Minutes, int Kills, int Rows, int? Seed, string? Problem)
{
    private const int UsualRows = 1_000_000;
    private const string Usage =
        "Usage: dotnet run -c Release --project tests/Workflow.Chaos -- (--minutes N | --kills N [--rows N]) [--seed S]";

    public static ChaosArguments Parse(IReadOnlyList<string> args)
    {
        var parsed = new ChaosArguments(0, 0, UsualRows, null, null);
        for (var at = 0; at < args.Count; at += 2)
        {
            var value = at + 1 < args.Count ? args[at + 1] : null;
            var next = args[at] switch
            {
                "--minutes" when Minute(value) is { } minutes => parsed with { Minutes = minutes },
                "--kills" when Number(value) is > 0 and <= 10_000 and { } kills => parsed with { Kills = kills },
                "--rows" when Number(value) is > 0 and { } rows => parsed with { Rows = rows },
                "--seed" when Number(value) is { } seed => parsed with { Seed = seed },
                _ => null,
            };
            if (next is null)
                return parsed with { Problem = $"{Refusal(args[at], value)} {Usage}" };
            parsed = next;
        }

        return parsed.Minutes > 0 != parsed.Kills > 0
            ? parsed
            : parsed with { Problem = $"Either --minutes, how long faults go on, or --kills, how many loads are killed. {Usage}" };
    }

    private static int? Number(string? value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static double? Minute(string? value) =>
        double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var minutes)
        && minutes is > 0 and <= 10_000 ? minutes : null;

    private static string Refusal(string name, string? value) => name switch
    {
        "--minutes" => $"--minutes takes a number of minutes above 0, such as 5 or 0.5; got '{value}'.",
        "--kills" => $"--kills takes a whole number from 1 to 10,000; got '{value}'.",
        "--rows" => $"--rows takes a whole number above 0; got '{value}'.",
        "--seed" => $"--seed takes a whole number from 0 to {int.MaxValue}; got '{value}'.",
        _ => $"'{name}' is no option; there are --minutes, --kills, --rows and --seed.",
    };
}
