using Dapper;
using Npgsql;
using Workflow.Postgres.Steps;
using Workflow.Runs;

namespace Workflow.Postgres.Runs;

/// <summary>
/// What happens to runs because time has passed or another run went on: timeouts, deadlines, the release of what depends on the past.
/// </summary>
public sealed partial class RunKeeping(NpgsqlDataSource dataSource, GraphCache graphs)
{
    private readonly RunEditor editor = new(dataSource, graphs);

    /// <summary>Stops the runs that have taken longer than they may; they fail.</summary>
    /// <returns>How many were stopped.</returns>
    public async Task<int> StopTimedOutAsync(CancellationToken cancellationToken)
    {
        var stopped = 0;
        foreach (var (runId, seconds) in await QueryAsync<(long, double)>(TimedOut, cancellationToken).ConfigureAwait(false))
        {
            var stop = new RunStop(RunState.Failed, $"The run took longer than its timeout of {TimeSpan.FromSeconds(seconds)}.");
            stopped += await editor.StopAsync(runId, stop, cancellationToken).ConfigureAwait(false) ? 1 : 0;
        }

        return stopped;
    }

    /// <summary>Settles the deadlines that have passed; a missed one calls the author's code.</summary>
    /// <returns>How many were missed.</returns>
    public async Task<int> SettleDeadlinesAsync(CancellationToken cancellationToken) =>
        (await QueryAsync<int>(SettleDeadlines, cancellationToken).ConfigureAwait(false)).Single();

    /// <summary>Releases tasks for which the same task of the run before has ended well meanwhile.</summary>
    /// <returns>How many were released.</returns>
    public async Task<int> ReleasePastAsync(CancellationToken cancellationToken)
    {
        var released = await QueryAsync<(long RunId, int Task)>(Released, cancellationToken).ConfigureAwait(false);
        foreach (var run in released.GroupBy(row => row.RunId))
        {
            await editor.EditAsync(
                run.Key,
                model =>
                {
                    foreach (var (_, task) in run)
                        model.ReleasePast(task);
                },
                message: null,
                cancellationToken).ConfigureAwait(false);
        }

        return released.Count;
    }

    private async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        return (await connection.QueryAsync<T>(new CommandDefinition(sql, cancellationToken: cancellationToken))
            .ConfigureAwait(false)).AsList();
    }
}
