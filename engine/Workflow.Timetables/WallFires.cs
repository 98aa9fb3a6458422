namespace Workflow.Timetables;

/// <summary>The instants at which times of a wall clock fire in a zone, by the policies for gap and fold.</summary>
/// <remarks>
/// What fires is a set of instants that the schedule alone decides, so an answer never depends on where one asks from. In that set the
/// order of instants is not that of the wall clock: around a fold a later time may fire earlier. Therefore the search starts at the first
/// time that may still lie on the wanted side, and ends when no further time can come closer.
/// </remarks>
internal sealed class WallFires(WallTimes times, ZoneClock clock, Gap gap, Fold fold)
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    /// <summary>The first instant after another.</summary>
    public DateTime? Next(DateTime after)
    {
        DateTime? best = null;
        var from = ZoneClock.Plus(after, clock.Offsets(after).Least - Second);
        for (var at = times.Next(from); at is { } local; at = times.Next(local))
        {
            var (least, greatest) = clock.Offsets(local);
            if (best is { } found && local - greatest >= found)
                return found;
            foreach (var instant in clock.Instants(local, gap, fold))
            {
                if (instant > after && (best is null || instant < best))
                    best = instant;
            }

            if (best is not null && least == greatest)
                return best;
        }

        return best;
    }

    /// <summary>The last instant before another.</summary>
    public DateTime? Previous(DateTime before)
    {
        DateTime? best = null;
        var from = ZoneClock.Plus(before, clock.Offsets(before).Greatest + Second);
        for (var at = times.Previous(from); at is { } local; at = times.Previous(local))
        {
            var (least, greatest) = clock.Offsets(local);
            if (best is { } found && local - least <= found)
                return found;
            foreach (var instant in clock.Instants(local, gap, fold))
            {
                if (instant < before && (best is null || instant > best))
                    best = instant;
            }

            if (best is not null && least == greatest)
                return best;
        }

        return best;
    }
}
