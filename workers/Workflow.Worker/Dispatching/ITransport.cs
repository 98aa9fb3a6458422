using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Workflow.Worker.Dispatching;

/// <summary>
/// Another way for queued tasks to reach the workers than their own claims in the database. It adds to each kind of process what it needs
/// there; what happens to a task once a worker has claimed it is no concern of it.
/// </summary>
public interface ITransport
{
    /// <summary>Adds what a scheduler's process needs.</summary>
    void AddScheduler(IServiceCollection services, string connectionString);

    /// <summary>
    /// Adds what a worker's process needs, among it an <see cref="ITaskSource"/>. Called before the worker itself is added.
    /// </summary>
    void AddWorker(IServiceCollection services, string connectionString);

    /// <summary>Adds what the dashboard's process needs.</summary>
    void AddServer(IServiceCollection services, string connectionString);

    /// <summary>Maps the transport's own pages. Called after the dashboard is mapped, whose sign-in guards every endpoint.</summary>
    void MapServer(WebApplication app);
}
