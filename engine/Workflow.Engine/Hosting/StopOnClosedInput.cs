using Microsoft.Extensions.Hosting;

namespace Workflow.Engine.Hosting;

/// <summary>
/// Stops the process when its standard input closes: the pipe from its parent. However the parent ends, also by kill -9, its children
/// follow.
/// </summary>
internal sealed class StopOnClosedInput(IHostApplicationLifetime lifetime) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        // A thread of its own: reading a pipe blocks, and is never over while the parent lives.
        new Thread(() =>
        {
            using var input = Console.OpenStandardInput();
            while (input.ReadByte() >= 0)
            {
            }

            lifetime.StopApplication();
        })
        { IsBackground = true, Name = "parent pipe" }.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
