namespace Workflow.Chaos;

/// <summary>
/// Schedulers and workers as processes on one PostgreSQL, runs of all shapes, and faults at random. In the end every run must have ended as
/// if nothing had happened, and every effect must be there once.
/// </summary>
/// <remarks>The seed decides which faults come, upon whom and when; what they hit at that moment, the machine decides.</remarks>
internal static class ChaosTest
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan EndLimit = TimeSpan.FromMinutes(3);

    /// <summary>Runs it.</summary>
    /// <returns>Whether every invariant holds.</returns>
    public static async Task<bool> RunAsync(int seed, Trouble trouble, TextWriter output, TimeProvider time, CancellationToken stopping)
    {
        var say = new Say(output, time);
        say.Line($"seed {seed}");
        var playground = await Playground.OpenAsync(time);
        say.Line($"PostgreSQL runs (pid {playground.PostgresPid}) in {playground.Folder}");
        var fleet = new Fleet(playground, say);
        var load = new Load(playground, say);
        IReadOnlyList<Finding> findings;
        try
        {
            await load.MakePoolAsync();
            fleet.Start();
            await load.PrepareAsync();
            var random = new Random(seed);
            var faults = new Faults(playground, fleet, load, random, time, say);
            await SufferAsync(faults, trouble, random, fleet, load, time, say, stopping);
            say.Line($"faults: {string.Join(", ", faults.Counts.Select(fault => $"{fault.Value} {fault.Key}"))}");
            await load.FinishAsync(EndLimit);
            var invariants = new Invariants(playground, load);
            findings = await invariants.CheckAsync();
            say.Line($"runs that failed because their tasks were lost too often: {await invariants.GivenUpAsync()}");
            findings = [.. findings, .. await StopAsync(playground, fleet, time, say)];
        }
        catch
        {
            await EndAsync(playground);
            say.Line($"what is left is in {playground.Folder}");
            throw;
        }

        foreach (var finding in findings)
            finding.Print(output);
        var isWhole = findings.All(finding => finding.IsWhole);
        if (isWhole)
            Directory.Delete(playground.Folder, recursive: true);
        say.Line(isWhole ? $"nothing was lost (seed {seed})" : $"BROKEN (seed {seed}); the logs are in {playground.Logs}");
        return isWhole;
    }

    private static async Task SufferAsync(
        Faults faults, Trouble trouble, Random random, Fleet fleet, Load load, TimeProvider time, Say say, CancellationToken stopping)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        if (trouble.Duration is { } duration)
            ended.CancelAfter(duration);
        var loading = Task.Run(async () =>
        {
            for (var turn = 0; !ended.IsCancellationRequested; turn++)
            {
                var progress = await load.RunOnceAsync(creates: true);
                fleet.Watch();
                if (turn % 16 == 0)
                    say.Line(progress);
                await Task.Delay(Tick, time, ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }, CancellationToken.None);
        foreach (var fault in trouble.Faults(random))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1000 + random.Next(3000)), time, ended.Token)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (ended.IsCancellationRequested || loading.IsCompleted)
                break;
            await faults.BringAsync(fault);
        }

        await faults.PassAsync();
        await ended.CancelAsync();
        await loading;
        fleet.Watch();
    }

    /// <summary>Stops everything as an administrator does, and finds what is left.</summary>
    private static async Task<IReadOnlyList<Finding>> StopAsync(Playground playground, Fleet fleet, TimeProvider time, Say say)
    {
        say.Line("everything is asked to stop");
        await Task.WhenAll(fleet.Members.Select(fleet.TerminateAsync));
        var findings = await Invariants.AfterStopAsync(playground);
        await playground.Data.DisposeAsync();
        await playground.StopAsync(immediate: false);

        // A backend ends a moment after its postmaster's file is gone.
        for (var tries = 0; tries < 10 && Signals.In(playground.Folder).Count > 0; tries++)
            await Task.Delay(Tick, time);
        return
        [
            .. findings,
            new Finding("no process is left over", Signals.In(playground.Folder)),
            new Finding("no process ended but as it should", fleet.Surprises),
        ];
    }

    private static async Task EndAsync(Playground playground)
    {
        var left = Signals.In(playground.Folder).Select(process => int.Parse(process.Split(' ')[0])).ToList();
        if (left.Count > 0)
            await Signals.SendAsync(left.Where(id => id != playground.PostgresPid), "KILL");
        await playground.StopAsync(immediate: true);
    }
}
