using System.Data;
using Hangfire.PostgreSql;
using Hangfire.Storage;

namespace Workflow.Hangfire;

/// <summary>
/// The queues that a worker fetches jobs from. A server of Hangfire has fixed queues; one that serves all must learn of new ones, so it
/// fetches through this, which begins its wait again when they change.
/// </summary>
internal sealed class ServedQueues : IPersistentJobQueueProvider, IPersistentJobQueue
{
    /// <summary>What a server that serves all says that it serves.</summary>
    public const string All = "all";

    private readonly PostgreSqlJobQueue queue;
    private readonly IPersistentJobQueueMonitoringApi monitoring;
    private volatile Names served;

    /// <param name="storage">Whose jobs.</param>
    /// <param name="names">The queues by Hangfire's names; empty for all, which are told by <see cref="Change"/>.</param>
    public ServedQueues(PostgreSqlStorage storage, IReadOnlyList<string> names)
    {
        queue = new PostgreSqlJobQueue(storage);
        monitoring = storage.QueueProviders.GetProvider(All).GetJobQueueMonitoringApi();
        ServesAll = names.Count == 0;
        ServerNames = ServesAll ? [All] : [.. names];
        served = new Names([.. names]);
        storage.QueueProviders.Add(this, ServerNames);
    }

    public bool ServesAll { get; }

    /// <summary>What the server is told.</summary>
    public string[] ServerNames { get; }

    /// <summary>From now on these.</summary>
    public void Change(IReadOnlyList<string> names)
    {
        var former = served;
        if (former.Items.SequenceEqual(names))
            return;
        served = new Names([.. names]);
        former.Changed.Cancel();
    }

    /// <summary>Makes a thread that waits look now.</summary>
    public void Wake() => queue.FetchNextJob();

    public IPersistentJobQueue GetJobQueue() => this;

    public IPersistentJobQueueMonitoringApi GetJobQueueMonitoringApi() => monitoring;

    public IFetchedJob Dequeue(string[] queues, CancellationToken cancellationToken)
    {
        while (true)
        {
            var current = served;
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, current.Changed.Token);
            try
            {
                return queue.Dequeue(current.Items, either.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // The queues changed while there was nothing to fetch.
            }
        }
    }

    public void Enqueue(IDbConnection connection, string queue, string jobId) => this.queue.Enqueue(connection, queue, jobId);

    private sealed record Names(string[] Items)
    {
        public CancellationTokenSource Changed { get; } = new();
    }
}
