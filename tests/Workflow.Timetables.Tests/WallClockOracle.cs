namespace Workflow.Timetables.Tests;

/// <summary>
/// Fire times by brute force: walks the minutes of real time and looks at the clock on the wall. It knows nothing of cron, of the product's
/// code or of rules of zones: only whether the minute shown is wanted, has been shown before, is shown again, or was jumped over.
/// </summary>
internal sealed class WallClockOracle
{
    private readonly DateTime start;
    private readonly DateTime[] shown;
    private readonly bool[] wasShown;
    private readonly bool[] isShownAgain;

    public WallClockOracle(TimeZoneInfo zone, DateTime start, int minutes)
    {
        this.start = start;
        shown = [.. Enumerable.Range(0, minutes).Select(minute => TimeZoneInfo.ConvertTimeFromUtc(start.AddMinutes(minute), zone))];
        var seen = new HashSet<DateTime>();
        wasShown = [.. shown.Select(time => !seen.Add(time))];
        seen.Clear();
        isShownAgain = [.. shown.Reverse().Select(time => !seen.Add(time)).Reverse()];
    }

    /// <summary>The instants that fire, ascending.</summary>
    public IReadOnlyList<DateTimeOffset> Fires(Func<DateTime, bool> isWanted, Gap gap, Fold fold)
    {
        var fires = new List<DateTimeOffset>();
        for (var at = 1; at < shown.Length; at++)
        {
            var isFire = isWanted(shown[at]) && fold switch
            {
                Fold.First => !wasShown[at],
                Fold.Second => !isShownAgain[at],
                _ => true,
            };
            if (isFire || (gap == Gap.FireAfter && JumpedOver(at).Any(isWanted)))
                fires.Add(new DateTimeOffset(start.AddMinutes(at), TimeSpan.Zero));
        }

        return fires;
    }

    private IEnumerable<DateTime> JumpedOver(int at)
    {
        for (var time = shown[at - 1].AddMinutes(1); time < shown[at]; time = time.AddMinutes(1))
            yield return time;
    }
}
