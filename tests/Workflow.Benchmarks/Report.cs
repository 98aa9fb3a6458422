using System.Globalization;
using System.Text.Json;

namespace Workflow.Benchmarks;

/// <summary>Shows the results.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    public static void Print(IReadOnlyList<BenchmarkRow> rows, TextWriter output)
    {
        output.WriteLine($"{"name",-18} {"unit",-10} {"value",12} {"floor",12} {"ratio",8}");
        foreach (var row in rows)
            output.WriteLine($"{row.Name,-18} {row.Unit,-10} {Show(row.Value),12} {Show(row.Floor),12} {Show(row.Ratio),8}");
    }

    public static void Write(IReadOnlyList<BenchmarkRow> rows, string file) =>
        File.WriteAllText(file, JsonSerializer.Serialize(rows, Json) + "\n");

    private static string Show(double? value) => value?.ToString("#,0.00", CultureInfo.InvariantCulture) ?? "";
}
