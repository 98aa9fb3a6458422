using Workflow.Chaos;

// Usage: dotnet run -c Release --project tests/Workflow.Chaos -- (--minutes N | --kills N [--rows N]) [--seed S]
if (args is [ShiftedHost.Verb, var kind, var name, var offset])
{
    await ShiftedHost.RunAsync(kind, name, TimeSpan.Parse(offset, System.Globalization.CultureInfo.InvariantCulture));
    return 0;
}

var arguments = ChaosArguments.Parse(args);
if (arguments.Problem is { } problem)
{
    Console.Error.WriteLine(problem);
    return 2;
}

using var stopping = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    // What runs is stopped and checked all the same; a second Ctrl-C ends at once.
    pressed.Cancel = !stopping.IsCancellationRequested;
    stopping.Cancel();
};
var seed = arguments.Seed ?? Environment.TickCount & int.MaxValue;
var isWhole = arguments.Kills > 0
    ? await LoadTest.RunAsync(seed, arguments.Kills, arguments.Rows, Console.Out, TimeProvider.System, stopping.Token)
    : await ChaosTest.RunAsync(
        seed, Trouble.For(TimeSpan.FromMinutes(arguments.Minutes)), Console.Out, TimeProvider.System, stopping.Token);
return isWhole ? 0 : 1;
