using System.Globalization;
using Workflow.Benchmarks;

// Usage: dotnet run -c Release --project tests/Workflow.Benchmarks -- [NAME...] [--json FILE]
if (args is [Ingest.Verb, var file, var store, var limit])
{
    await Ingest.RunOnceAsync(file, store, long.Parse(limit, CultureInfo.InvariantCulture));
    return 0;
}

var arguments = BenchmarkArguments.Parse(args);
if (arguments.Problem is { } problem)
{
    Console.Error.WriteLine(problem);
    return 2;
}

await using var stage = await Stage.OpenAsync();
var rows = new List<BenchmarkRow>();
foreach (var (name, run) in Catalogue.All.Where(entry => arguments.Names.Contains(entry.Key)))
{
    Console.Error.WriteLine($"{name} ...");
    var measured = await run(stage);
    foreach (var row in measured)
        Console.Error.WriteLine($"  {row.Name}: {row.Value:#,0.00} {row.Unit}");
    rows.AddRange(measured);
}

Report.Print(rows, Console.Out);
if (arguments.JsonFile is { } json)
    Report.Write(rows, json);
return 0;
