using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Workflow.Postgres;
using Workflow.Scheduler;
using Workflow.Testing.Running;
using Workflow.Worker;
using Workflow.Worker.Isolation;

namespace Workflow.Chaos;

/// <summary>A scheduler or worker like those of the executable, in a process whose clock is wrong.</summary>
internal static class ShiftedHost
{
    internal const string Verb = "--host";

    internal static async Task RunAsync(string kind, string name, TimeSpan offset)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddLogging(logging => logging.AddSimpleConsole(console => console.SingleLine = true));
        builder.Services.AddSingleton<TimeProvider>(new ShiftedClock(offset));
        builder.Services.AddSingleton<IHostLifetime, Microsoft.Extensions.Hosting.Internal.ConsoleLifetime>();
        var connection = Setting(Member.ConnectionVariable);
        if (kind == Member.SchedulerKind)
        {
            builder.Services.AddScheduler(connection, new SchedulerOptions { Name = name, DagsFolder = Playground.Dags });
        }
        else
        {
            builder.Services.AddWorker(Database.WithOption(connection, $"role={WorkerServices.Role}"), new WorkerOptions
            {
                Name = name,
                ArtifactFolder = Setting(Member.ArtifactsVariable),
                IsolationCommand = [TestEngine.Executable, AttemptHost.Verb],
            });
        }

        await builder.Build().RunAsync();
    }

    private static string Setting(string name) => Environment.GetEnvironmentVariable(name)
        ?? throw new InvalidOperationException($"{name} is not set: this verb is for the chaos test's own processes.");

    private sealed class ShiftedClock(TimeSpan offset) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + offset;
    }
}
