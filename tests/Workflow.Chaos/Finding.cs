namespace Workflow.Chaos;

/// <summary>An invariant, and what breaks it.</summary>
internal sealed record Finding(string Invariant, IReadOnlyList<string> Offenders)
{
    private const int Shown = 10;

    public bool IsWhole => Offenders.Count == 0;

    public void Print(TextWriter output)
    {
        output.WriteLine($"{(IsWhole ? "ok    " : "BROKEN")}  {Invariant}");
        foreach (var offender in Offenders.Take(Shown))
            output.WriteLine($"          {offender}");
        if (Offenders.Count > Shown)
            output.WriteLine($"          and {Offenders.Count - Shown} more");
    }
}
