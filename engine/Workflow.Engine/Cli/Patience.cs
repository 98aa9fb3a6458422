using System.Net;

namespace Workflow.Engine.Cli;

/// <summary>Repeats a question while the server is away, as when it is restarted, for a limited time.</summary>
internal sealed class Patience(Session session, Action<string?> note)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>The answer; a server that came back may have another address and token.</summary>
    /// <exception cref="ClientException">The server refuses, or has been away for too long.</exception>
    internal async Task<T> AskAsync<T>(Func<Task<T>> question, CancellationToken cancellationToken)
    {
        var clock = session.Terminal.Clock;
        long? since = null;
        while (true)
        {
            try
            {
                var answer = await question();
                if (since is not null)
                    note(null);
                return answer;
            }
            catch (ClientException failure) when (failure.Transient || IsOldToken(failure, since))
            {
                if (since is null)
                    note($"{session.Api.Endpoint.Name} does not answer; trying again for up to {Format.Duration(Limit.TotalSeconds)}.");
                since ??= clock.GetTimestamp();
                if (clock.GetElapsedTime(since.Value) >= Limit)
                    throw;
            }

            await Task.Delay(Interval, clock, cancellationToken);
            session.Api.FindAgain();
        }
    }

    // A server that was started anew may refuse the token until its file with the new one is read.
    private bool IsOldToken(ClientException failure, long? since) =>
        failure.Status == HttpStatusCode.Unauthorized && (since is not null || session.Api.FindAgain());
}
