using System.Threading.Channels;

namespace Workflow.Dashboard.Events;

/// <summary>The open streams of changes. A stream whose reader is too slow is ended: it connects again and asks for everything.</summary>
internal sealed class ChangeHub(DashboardOptions options)
{
    private const int Backlog = 500;

    private readonly Lock gate = new();
    private readonly HashSet<Channel<string>> streams = [];
    private TaskCompletionSource someone = New();

    /// <summary>Whether anybody listens.</summary>
    public bool IsIdle
    {
        get
        {
            lock (gate)
                return streams.Count == 0;
        }
    }

    /// <summary>Completes when somebody listens.</summary>
    public Task SomeoneListens
    {
        get
        {
            lock (gate)
                return someone.Task;
        }
    }

    /// <summary>Opens a stream, or gives null when there are too many.</summary>
    public Channel<string>? Open()
    {
        lock (gate)
        {
            if (streams.Count >= options.MaxEventStreams)
                return null;
            var stream = Channel.CreateBounded<string>(new BoundedChannelOptions(Backlog) { SingleReader = true });
            streams.Add(stream);
            someone.TrySetResult();
            return stream;
        }
    }

    public void Close(Channel<string> stream)
    {
        lock (gate)
        {
            if (streams.Remove(stream) && streams.Count == 0)
                someone = New();
        }

        stream.Writer.TryComplete();
    }

    /// <summary>Sends text in the form of the stream to all.</summary>
    public void Send(string text)
    {
        lock (gate)
        {
            foreach (var stream in streams.Where(stream => !stream.Writer.TryWrite(text)))
                stream.Writer.TryComplete();
        }
    }

    /// <summary>Ends all streams: their readers connect again and ask for everything.</summary>
    public void EndAll()
    {
        lock (gate)
        {
            foreach (var stream in streams)
                stream.Writer.TryComplete();
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
