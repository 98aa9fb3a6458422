using System.Globalization;

namespace Workflow.Chaos;

/// <summary>Writes lines that begin with the time since the start.</summary>
internal sealed class Say(TextWriter output, TimeProvider time)
{
    private readonly long start = time.GetTimestamp();
    private readonly Lock gate = new();

    public void Line(string text)
    {
        var seconds = time.GetElapsedTime(start).TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
        lock (gate)
            output.WriteLine($"{seconds,7} s  {text}");
    }
}
