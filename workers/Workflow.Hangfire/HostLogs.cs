using Hangfire.AspNetCore;
using Hangfire.Logging;
using Microsoft.Extensions.Logging;

namespace Workflow.Hangfire;

/// <summary>Hangfire logs where its host logs. It has one place for the whole process, which must not outlive the host.</summary>
internal sealed class HostLogs : IDisposable
{
    public HostLogs(ILoggerFactory loggers) => LogProvider.SetCurrentLogProvider(new AspNetCoreLogProvider(loggers));

    public void Dispose() => LogProvider.SetCurrentLogProvider(null);
}
