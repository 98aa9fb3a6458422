using System.Text.Json.Nodes;

namespace Workflow.Engine.Cli;

/// <summary>Says why a run did not succeed: the task, its message, and the end of the log of its last attempt.</summary>
internal sealed class FailureReport(Session session, string dag, string run)
{
    private const int LogLines = 20;

    internal async Task WriteAsync(JsonNode end, CancellationToken cancellationToken)
    {
        var failure = end.Map("failure");
        if (failure.Text("task_id") is not { } task)
        {
            session.Note($"Run {run} of {dag} ended as {StateLook.Of(end.Text("state")).Word}.");
            return;
        }

        session.Note($"Task {task} failed: {failure.Text("message")}");
        try
        {
            await WriteLogAsync(task, cancellationToken);
        }
        catch (ClientException unread)
        {
            // The cause is told already; a log that cannot be read must not hide it.
            session.Note($"Its log cannot be read: {unread.Message}");
        }
    }

    private async Task WriteLogAsync(string task, CancellationToken cancellationToken)
    {
        var log = new TaskLog(session, dag, run, task);
        if (await log.LatestAttemptAsync(cancellationToken) is not { } attempt)
            return;
        var last = new Queue<JsonNode>();
        var count = 0;
        await log.ReadAsync(attempt, follow: false, new Patience(session, _ => { }), Keep, cancellationToken);
        if (count == 0)
            return;
        var which = count > LogLines ? $"last {LogLines} of {Format.Count(count)} lines" : "whole log";
        session.Note($"\nAttempt {attempt}, {which}:");
        foreach (var line in last)
            session.Note("  " + log.Line(line));
        if (count > LogLines)
            session.Note($"\nSee all of it with: workflow tasks logs {run} {task} --dag {dag} --attempt {attempt}");

        void Keep(JsonNode line)
        {
            count++;
            last.Enqueue(line);
            if (last.Count > LogLines)
                last.Dequeue();
        }
    }
}
