using Workflow.Runs;

namespace Workflow.Core.Tests.Runs.Histories;

/// <summary>What may happen to a run.</summary>
internal abstract record RunEvent
{
    public sealed record Claim((int Task, int Map) Key) : RunEvent;

    public sealed record End((int Task, int Map) Key, TaskOutcome Outcome) : RunEvent;

    public sealed record Clear(IReadOnlyList<(int Task, int Map)> Keys) : RunEvent
    {
        public override string ToString() => $"Clear {string.Join(' ', Keys)}";
    }

    public sealed record Mark(IReadOnlyList<(int Task, int Map)> Keys, TaskState State) : RunEvent
    {
        public override string ToString() => $"Mark {string.Join(' ', Keys)} {State}";
    }

    public sealed record Stop(RunState State) : RunEvent;

    public sealed record Release(int Task) : RunEvent;
}
