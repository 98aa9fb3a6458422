using Workflow.Graphs;
using Workflow.Postgres.Dags;
using Workflow.Postgres.Steps;
using Workflow.Runs;

namespace Workflow.Worker.Isolation;

/// <summary>
/// Goes once through what every attempt does, on made-up values, so that it is compiled when the real attempt comes: nearly all the time
/// that a process takes to begin. Compiling is also what a process does while its first message is on the way.
/// </summary>
internal static class Rehearsal
{
    private const string Name = "rehearsal";

    /// <summary>Rehearses.</summary>
    public static void Run()
    {
        var task = new ClaimedTask(new TaskKey(0, 0, -1), 0, new AttemptCount(1, 0, 0),
            new RunInfo(Name, Name, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, []));
        SendAndReceive<ToChild>(new ToChild.Begin(new DagCode(Name, Name, [0]), task, Name));
        SendAndReceive<FromChild>(new FromChild.Started());
        SendAndReceive<FromChild>(new FromChild.Logged(TaskLogLevel.Info, Name, DateTimeOffset.UnixEpoch));
        SendAndReceive<FromChild>(new FromChild.Ended(new TaskOutcome.Succeeded("null")));
        _ = DagDefinition.From(new Rehearsed());
    }

    private static void SendAndReceive<TMessage>(TMessage message)
        where TMessage : class => Frames.Read<TMessage>(new MemoryStream(Frames.Encode(message).ToArray()));

    private sealed class Rehearsed : IDag
    {
        public void Define(DagBuilder dag)
        {
            dag.Id(Name);
            var one = dag.Task("one", _ => Task.FromResult(1));
            dag.Task("two", one, (_, _) => Task.FromResult(2));
        }
    }
}
