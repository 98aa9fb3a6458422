using System.ComponentModel;
using System.Diagnostics;
using System.IO.Pipes;
using System.Text;

namespace Workflow.Worker.Isolation;

/// <summary>The process of an attempt as its worker holds it: two pipes of messages, what it prints, and its end.</summary>
/// <remarks>
/// Messages have pipes of their own, so that whatever managed or native code prints cannot disturb them. The process is the leader of a
/// process group where there are such: what it starts ends with it. When the worker dies, the pipe that the process reads closes, and it
/// ends itself and its group.
/// </remarks>
internal sealed class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan OutputPatience = TimeSpan.FromSeconds(2);

    // A process inherits every handle that is inheritable when it starts: one that starts in between would hold its sibling's pipes open.
    private static readonly Lock Starting = new();

    private readonly AnonymousPipeServerStream toChild = new(PipeDirection.Out, HandleInheritability.Inheritable);
    private readonly AnonymousPipeServerStream fromChild = new(PipeDirection.In, HandleInheritability.Inheritable);
    private readonly SemaphoreSlim sending = new(1);
    private readonly TaskCompletionSource exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TimeProvider time;
    private readonly Process process;
    private readonly Task output;
    private Task? ending;

    private ChildProcess(ProcessStartInfo start, TimeProvider time)
    {
        this.time = time;
        start.ArgumentList.Add(toChild.GetClientHandleAsString());
        start.ArgumentList.Add(fromChild.GetClientHandleAsString());
        process = new Process { StartInfo = start, EnableRaisingEvents = true };
        process.Exited += (_, _) => exited.TrySetResult();
        process.Start();
        toChild.DisposeLocalCopyOfClientHandle();
        fromChild.DisposeLocalCopyOfClientHandle();

        // Whoever reads the standard input finds its end, and not the worker's.
        process.StandardInput.Close();
        output = Task.WhenAll(
            PrintedLines.ReadAsync(process.StandardOutput, line => Printed?.Invoke(line)),
            PrintedLines.ReadAsync(process.StandardError, line => Printed?.Invoke(line)));
    }

    /// <summary>Gets the lines that it prints from now on.</summary>
    public Action<string>? Printed { get; set; }

    /// <summary>Completes when it has ended.</summary>
    public Task Exited => exited.Task;

    /// <summary>How it ended.</summary>
    public int ExitCode => process.ExitCode;

    /// <summary>How much memory it holds, in bytes; 0 when it has ended.</summary>
    public long ResidentBytes
    {
        get
        {
            try
            {
                process.Refresh();
                return process.WorkingSet64;
            }
            catch (InvalidOperationException)
            {
                return 0;
            }
        }
    }

    /// <summary>Starts it.</summary>
    /// <param name="command">The program and its first arguments; the handles of the pipes are added.</param>
    /// <param name="memoryLimit">How much memory its managed code shall take at most, in bytes.</param>
    /// <param name="time">Measures its end.</param>
    /// <exception cref="TaskFailureException">It does not start.</exception>
    public static ChildProcess Start(IReadOnlyList<string> command, long? memoryLimit, TimeProvider time)
    {
        if (command.Count == 0)
            throw new TaskFailureException("This worker cannot run isolated tasks: it knows no command for their processes.");
        var start = new ProcessStartInfo(command[0])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        foreach (var argument in command.Skip(1))
            start.ArgumentList.Add(argument);
        ChildEnvironment.Prepare(start.Environment, memoryLimit);
        try
        {
            lock (Starting)
                return new ChildProcess(start, time);
        }
        catch (Exception exception) when (exception is Win32Exception or IOException)
        {
            throw new TaskFailureException(
                $"The process of the isolated task does not start ({command[0]}): {exception.Message}", inner: exception);
        }
    }

    /// <summary>Sends a message; one to a process that has ended is lost.</summary>
    public async Task SendAsync(ToChild message)
    {
        var frame = Frames.Encode(message);
        await sending.WaitAsync().ConfigureAwait(false);
        try
        {
            await toChild.WriteAsync(frame).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // Its end is seen elsewhere, and says more.
        }
        finally
        {
            sending.Release();
        }
    }

    /// <summary>The next message; null when it is gone.</summary>
    public Task<FromChild?> ReceiveAsync(CancellationToken cancellationToken) => Frames.ReadAsync<FromChild>(fromChild, cancellationToken);

    /// <summary>Ends it with everything that it started, and reads what it has printed up to then.</summary>
    public Task EndAsync() => ending ??= EndOnceAsync();

    // Once only: later, its number may be another program's.
    private async Task EndOnceAsync()
    {
        KillAll();
        await exited.Task.ConfigureAwait(false);

        // Something that it started and that left its group may hold its output open: that is not waited for.
        await Task.WhenAny(output, Task.Delay(OutputPatience, time)).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await EndAsync().ConfigureAwait(false);
        await toChild.DisposeAsync().ConfigureAwait(false);
        await fromChild.DisposeAsync().ConfigureAwait(false);
        process.Dispose();
    }

    private void KillAll()
    {
        try
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
        catch (Exception exception) when (exception is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It ended in this very moment.
        }

        // What it started may have outlived it: it is no longer its child then, but still of its group.
        NativeMethods.KillGroup(process.Id);
    }
}
