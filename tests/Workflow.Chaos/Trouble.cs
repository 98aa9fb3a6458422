namespace Workflow.Chaos;

/// <summary>How much trouble there is.</summary>
/// <param name="Duration">For how long; null until all of <paramref name="Kinds"/> have come.</param>
/// <param name="Kinds">The faults, in order; null for all kinds in an order of chance, again and again.</param>
internal sealed record Trouble(TimeSpan? Duration, IReadOnlyList<Fault>? Kinds)
{
    public static Trouble For(TimeSpan duration) => new(duration, null);

    public static Trouble Of(params Fault[] kinds) => new(null, kinds);

    /// <summary>The faults to come. Each kind comes once before any comes twice.</summary>
    public IEnumerable<Fault> Faults(Random random)
    {
        if (Kinds is not null)
        {
            foreach (var kind in Kinds)
                yield return kind;
            yield break;
        }

        while (true)
        {
            var bag = Enum.GetValues<Fault>();
            random.Shuffle(bag);
            foreach (var kind in bag)
                yield return kind;
        }
    }
}

/// <summary>What may happen.</summary>
internal enum Fault
{
    KillWorker,
    KillScheduler,
    FreezeWorker,
    FreezeScheduler,
    DrainWorker,
    StopScheduler,
    RestartPostgresFast,
    RestartPostgresImmediately,
    CutConnections,
    KillWorkerWithFullQueue,
    ShiftWorkerClock,
    ShiftSchedulerClock,
}
