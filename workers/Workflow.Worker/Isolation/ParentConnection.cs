using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Pipes;
using System.Text.Json;

namespace Workflow.Worker.Isolation;

/// <summary>The connection of an attempt's process to its worker. When it closes, the process ends: nobody waits for it any more.</summary>
internal sealed class ParentConnection : IDisposable
{
    private readonly AnonymousPipeClientStream fromParent;
    private readonly AnonymousPipeClientStream toParent;
    private readonly Lock sending = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonElement?>> calls = new();
    private readonly TaskCompletionSource<ToChild.Begin> begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<ToChild.Stop> stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int numbers;

    private ParentConnection(string input, string output)
    {
        fromParent = new AnonymousPipeClientStream(PipeDirection.In, input);
        toParent = new AnonymousPipeClientStream(PipeDirection.Out, output);

        // A program that the author's code starts would hold the connection open, and could speak on it.
        NativeMethods.KeepToSelf(int.Parse(input, CultureInfo.InvariantCulture));
        NativeMethods.KeepToSelf(int.Parse(output, CultureInfo.InvariantCulture));
    }

    /// <summary>What to run.</summary>
    public Task<ToChild.Begin> Begun => begun.Task;

    /// <summary>Completes when the task shall stop.</summary>
    public Task<ToChild.Stop> Stopped => stopped.Task;

    /// <summary>Opens it and begins to listen.</summary>
    /// <param name="input">The handle to read from.</param>
    /// <param name="output">The handle to write to.</param>
    public static ParentConnection Open(string input, string output)
    {
        var connection = new ParentConnection(input, output);

        // A thread of its own: it must hear the end of the worker whatever the author's code does to the pool.
        new Thread(connection.Listen) { IsBackground = true, Name = "worker pipe" }.Start();
        return connection;
    }

    /// <summary>Sends a message, in the order of the calls. Waits while the worker is behind.</summary>
    /// <exception cref="WorkflowException">It is too long.</exception>
    public void Send(FromChild message)
    {
        var frame = Frames.Encode(message);
        lock (sending)
            toParent.Write(frame.Span);
    }

    /// <summary>Asks the worker, and waits for its answer.</summary>
    /// <exception cref="TaskFailureException">The engine refused, and said whether trying again helps.</exception>
    /// <exception cref="RefusedCallException">The engine failed otherwise.</exception>
    public async Task<JsonElement?> CallAsync(EngineCall what, CancellationToken cancellationToken)
    {
        var number = Interlocked.Increment(ref numbers);
        var answer = new TaskCompletionSource<JsonElement?>(TaskCreationOptions.RunContinuationsAsynchronously);
        calls[number] = answer;
        try
        {
            Send(new FromChild.Call(number, what));
            return await answer.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            calls.TryRemove(number, out _);
        }
    }

    /// <summary>Asks the worker for a value. A null that was answered is no element at all.</summary>
    /// <exception cref="TaskFailureException">The engine refused, and said whether trying again helps.</exception>
    /// <exception cref="RefusedCallException">The engine failed otherwise.</exception>
    public async Task<TValue> AskAsync<TValue>(EngineCall what, CancellationToken cancellationToken) =>
        await CallAsync(what, cancellationToken).ConfigureAwait(false) is { ValueKind: not JsonValueKind.Null } value
            ? Frames.FromElement<TValue>(value)
            : default!;

    /// <inheritdoc />
    public void Dispose()
    {
        fromParent.Dispose();
        toParent.Dispose();
    }

    private void Listen()
    {
        try
        {
            while (Frames.Read<ToChild>(fromParent) is { } message)
                Hear(message);
        }
        finally
        {
            NativeMethods.KillOwnGroup();
            Environment.Exit(1);
        }
    }

    private void Hear(ToChild message)
    {
        switch (message)
        {
            case ToChild.Begin begin:
                begun.TrySetResult(begin);
                break;
            case ToChild.Stop stop:
                stopped.TrySetResult(stop);
                break;
            case ToChild.Answer answer when calls.TryGetValue(answer.Call, out var waiting):
                if (answer.Refusal is not { } refusal)
                    waiting.TrySetResult(answer.Value);
                else if (refusal.Retryable is { } retryable)
                    waiting.TrySetException(new TaskFailureException(refusal.Message, retryable));
                else
                    waiting.TrySetException(new RefusedCallException(refusal.Message));
                break;
        }
    }
}

/// <summary>The engine failed in what an isolated task asked of it. The message names the error as it was.</summary>
internal sealed class RefusedCallException(string message) : WorkflowException(message);
