using Workflow.Runs;
using Workflow.Worker.Execution;
using Workflow.Worker.Handlers;
using Workflow.Worker.Logs;
using Workflow.Worker.Planes;

namespace Workflow.Worker.Isolation;

/// <summary>The process of one attempt: takes it from its worker, runs it as a worker would, and says how it ended.</summary>
/// <remarks>Its start is on the way of every isolated task: no host, no container, nothing that this one task does not use.</remarks>
public static class AttemptHost
{
    /// <summary>The executable's verb that leads here; the handles of the two pipes follow it.</summary>
    public const string Verb = "run-attempt";

    /// <summary>Runs the attempt. The worker ends the process when it has heard how the attempt ended.</summary>
    /// <param name="input">The handle of the pipe from the worker.</param>
    /// <param name="output">The handle of the pipe to the worker.</param>
    public static async Task RunAsync(string input, string output)
    {
        // What the author's code starts belongs to the group and ends with it.
        NativeMethods.LeadGroup();
        using var connection = ParentConnection.Open(input, output);
        Rehearsal.Run();
        var begin = await connection.Begun.ConfigureAwait(false);
        var outcome = await ExecuteAsync(connection, begin).ConfigureAwait(false);
        NativeMethods.FlushOutput();
        try
        {
            connection.Send(new FromChild.Ended(outcome));
        }
        catch (WorkflowException tooLong)
        {
            connection.Send(new FromChild.Ended(new TaskOutcome.Failed(tooLong.Message, Retryable: false)));
        }

        await Task.Delay(Timeout.InfiniteTimeSpan).ConfigureAwait(false);
    }

    private static async Task<TaskOutcome> ExecuteAsync(ParentConnection connection, ToChild.Begin begin)
    {
        var time = TimeProvider.System;
        var task = begin.Task;
        var log = new TaskLog(task.Key, task.Attempt.Number, line =>
            connection.Send(new FromChild.Logged(line.Level, line.Line, line.At)), time);
        using var running = new RunningAttempt(task, workerId: 0);
        _ = PassOnStopAsync(connection, running);
        try
        {
            var dag = LoadedDag.Load(begin.Code);
            connection.Send(new FromChild.Started());
            var engine = new RemoteEngine(connection);
            var share = DataPlanes.ShareOf(begin.ArtifactFolder, dag.Definition.Graph.Tasks[task.Key.TaskIndex].MemoryLimit);
            var planes = new DataPlanes(new RemoteArtifacts(connection, begin.ArtifactFolder), engine, new HttpClient(), share);
            var context = new AttemptContext(task, dag.Definition, log, planes, running.Cancellation)
            {
                Touched = () => connection.Send(new FromChild.Touched()),
            };
            var pipeline = new AttemptPipeline(TaskHandlers.All(planes, engine.NowAsync, waits: null), engine.LoadInputsAsync);
            return await pipeline.RunAsync(running, dag, context, log).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            return AttemptEnds.Describe(exception, running, definition: null, [], log);
        }
    }

    private static async Task PassOnStopAsync(ParentConnection connection, RunningAttempt running) =>
        running.Stop((await connection.Stopped.ConfigureAwait(false)).Reason);
}
