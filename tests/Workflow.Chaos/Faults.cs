using Dapper;
using Npgsql;
using Workflow.Postgres;
using Workflow.Postgres.Workers;

namespace Workflow.Chaos;

/// <summary>Brings the faults about.</summary>
internal sealed class Faults(Playground playground, Fleet fleet, Load load, Random random, TimeProvider time, Say say)
{
    private static readonly TimeSpan[] Offsets =
        [TimeSpan.FromHours(3), TimeSpan.FromHours(-3), TimeSpan.FromDays(30), TimeSpan.FromDays(-30)];

    private readonly List<Task> passing = [];

    /// <summary>How many of each kind there were.</summary>
    public SortedDictionary<Fault, int> Counts { get; } = [];

    /// <summary>Brings one about, unless nobody is there whom it may befall.</summary>
    public async Task BringAsync(Fault fault)
    {
        var happened = fault switch
        {
            Fault.KillWorker => await ToWorkerAsync(KillWorkerAsync),
            Fault.KillScheduler => await ToSchedulerAsync(KillSchedulerAsync),
            Fault.FreezeWorker => await ToWorkerAsync(FreezeWorkerAsync),
            Fault.FreezeScheduler => await ToSchedulerAsync(FreezeSchedulerAsync),
            Fault.DrainWorker => await ToWorkerAsync(StopAsync),
            Fault.StopScheduler => await ToSchedulerAsync(StopAsync),
            Fault.RestartPostgresFast => await RestartAsync(immediate: false),
            Fault.RestartPostgresImmediately => await RestartAsync(immediate: true),
            Fault.CutConnections => await CutAsync(),
            Fault.KillWorkerWithFullQueue => await ToWorkerAsync(KillWithFullQueueAsync),
            Fault.ShiftWorkerClock => await ToWorkerAsync(ShiftAsync),
            _ => await ToSchedulerAsync(ShiftAsync),
        };
        if (happened)
            Counts[fault] = Counts.GetValueOrDefault(fault) + 1;
    }

    /// <summary>Ends when all that was frozen goes on.</summary>
    public Task PassAsync() => Task.WhenAll(passing);

    private async Task<bool> ToWorkerAsync(Func<Member, Task> befall)
    {
        if (fleet.Pick(random, worker: true) is not { } worker)
            return false;
        if (await fleet.IsPreciousAsync(worker))
        {
            say.Line($"{worker.Title} is spared: it runs something that has died before");
            return false;
        }

        await befall(worker);
        return true;
    }

    private async Task<bool> ToSchedulerAsync(Func<Member, Task> befall)
    {
        if (fleet.Pick(random, worker: false) is not { } scheduler)
            return false;
        await befall(scheduler);
        return true;
    }

    private async Task KillWorkerAsync(Member worker)
    {
        say.Line($"kill -9 {worker.Title}");
        await worker.KillAsync();
        await AgainAsync(worker);
    }

    private async Task KillSchedulerAsync(Member scheduler)
    {
        say.Line($"kill -9 {scheduler.Title}");
        await scheduler.KillAsync();
        await PauseAsync(2);
        scheduler.Start();
    }

    private Task FreezeWorkerAsync(Member worker) => FreezeAsync(worker, WorkerStore.Lease + TimeSpan.FromSeconds(4 + random.Next(4)));

    private Task FreezeSchedulerAsync(Member scheduler) => FreezeAsync(scheduler, TimeSpan.FromSeconds(3 + random.Next(10)));

    private Task FreezeAsync(Member member, TimeSpan duration)
    {
        say.Line($"SIGSTOP {member.Title} for {duration.TotalSeconds} s");
        passing.Add(PassAsync(member, duration));
        return Task.CompletedTask;
    }

    private async Task PassAsync(Member member, TimeSpan duration)
    {
        await member.FreezeAsync(duration, time);
        say.Line($"SIGCONT {member.Title}");
    }

    private async Task StopAsync(Member member)
    {
        say.Line($"SIGTERM {member.Title}");
        await fleet.TerminateAsync(member);
        member.Start();
    }

    private async Task<bool> RestartAsync(bool immediate)
    {
        say.Line($"PostgreSQL (pid {playground.PostgresPid}) stops {(immediate ? "immediately" : "fast")}");
        await playground.StopAsync(immediate);
        await PauseAsync(3);
        await playground.RestartAsync();
        say.Line($"PostgreSQL runs again (pid {playground.PostgresPid})");
        return true;
    }

    private async Task<bool> CutAsync()
    {
        var backends = await playground.AskAsync(async connection => (await connection.QueryAsync<int>(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name <> 'chaos' ORDER BY pid")).ToArray());
        random.Shuffle(backends);
        var cut = backends[..((backends.Length / 2) + 1)];
        playground.Disturb();
        say.Line($"cut {cut.Length} of {backends.Length} connections");
        await playground.AskAsync(connection =>
            connection.ExecuteAsync("SELECT pg_terminate_backend(pid) FROM unnest(@cut) AS c (pid)", new { cut }));
        return true;
    }

    /// <summary>Keeps completions from being handed in until many wait, then kills one who holds them.</summary>
    private async Task KillWithFullQueueAsync(Member worker)
    {
        await load.CreateAsync("burst");
        await load.CreateAsync("burst");
        await PauseAsync(1);
        try
        {
            await using var connection = await playground.Data.OpenConnectionAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            await connection.ExecuteAsync(
                "SELECT FROM dag_run WHERE state = 'running' ORDER BY run_id FOR UPDATE", transaction: transaction);
            await PauseAsync(2);
            say.Line($"kill -9 {worker.Title}, while nobody can hand in what ended");
            await worker.KillAsync();
        }
        catch (NpgsqlException exception) when (exception.IsPassing())
        {
            say.Line($"kill -9 {worker.Title}; the lock was lost: {exception.Message}");
            await worker.KillAsync();
        }

        await AgainAsync(worker);
    }

    private async Task ShiftAsync(Member member)
    {
        var offset = Offsets[random.Next(Offsets.Length)];
        say.Line($"kill -9 {member.Title}, which comes back with a wrong clock");
        await member.KillAsync();
        if (member.IsWorker)
            await fleet.ReportAsync(member);
        member.Start(offset);
    }

    /// <summary>Starts a worker that was killed; half of the deaths are reported, of the others the leases must run out.</summary>
    private async Task AgainAsync(Member worker)
    {
        if (random.Next(2) == 0)
        {
            say.Line("that death is reported");
            await fleet.ReportAsync(worker);
        }

        worker.Start();
    }

    private Task PauseAsync(int seconds) => Task.Delay(TimeSpan.FromMilliseconds(random.Next(seconds * 1000)), time);
}
