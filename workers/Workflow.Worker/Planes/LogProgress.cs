using Workflow.Worker.Execution;

namespace Workflow.Worker.Planes;

/// <summary>Writes progress to the attempt's log, at once and in order.</summary>
internal sealed class LogProgress(AttemptContext context) : IProgress<string>
{
    public void Report(string value) => context.Log(value);
}
