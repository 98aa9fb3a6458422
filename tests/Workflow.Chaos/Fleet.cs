using Dapper;
using Workflow.Postgres;
using Workflow.Postgres.Runs;
using Workflow.Postgres.Workers;
using Workflow.Runs;

namespace Workflow.Chaos;

/// <summary>All schedulers and workers.</summary>
internal sealed class Fleet
{
    private const int Schedulers = 2;
    private const int Workers = 3;
    private const int TerminatedBySignal = 128 + 15;

    private readonly Playground playground;
    private readonly Say say;
    private readonly List<string> surprises = [];

    public Fleet(Playground playground, Say say)
    {
        (this.playground, this.say) = (playground, say);
        Members =
        [
            .. Enumerable.Range(1, Schedulers).Select(number => new Member(playground, Member.SchedulerKind, number, say)),
            .. Enumerable.Range(1, Workers).Select(number => new Member(playground, Member.WorkerKind, number, say)),
        ];
    }

    public IReadOnlyList<Member> Members { get; }

    /// <summary>What processes did of their own accord that they should not.</summary>
    public IReadOnlyList<string> Surprises => surprises;

    public static int WorkerCount => Workers;

    public void Start()
    {
        foreach (var member in Members)
            member.Start();
    }

    /// <summary>One that a fault may befall now; null when there is none.</summary>
    public Member? Pick(Random random, bool worker)
    {
        var able = Members.Where(member => member.IsWorker == worker && member is { IsFrozen: false, HasEnded: false }).ToList();
        return able.Count == 0 ? null : able[random.Next(able.Count)];
    }

    /// <summary>
    /// Whether the death of a worker would let something fail by the limit of deaths that its tasks and callbacks have: the engine is right
    /// to end what kills its workers each time, but here it is not its fault.
    /// </summary>
    public Task<bool> IsPreciousAsync(Member worker) => playground.AskAsync(connection => connection.ExecuteScalarAsync<bool>(
        """
        SELECT EXISTS (SELECT FROM task_instance t JOIN worker w USING (worker_id) WHERE w.name = @Name AND t.state = 'running' AND t.lost >= @lost)
            OR EXISTS (SELECT FROM callback c JOIN worker w USING (worker_id) WHERE w.name = @Name AND c.state = 'running' AND c.tries >= @tries)
        """,
        new { worker.Name, lost = RunMachine.LostLimit - 2, tries = CallbackStore.TryLimit - 1 }));

    /// <summary>Says that a worker's process has ended, as its supervisor does when it sees that.</summary>
    public async Task ReportAsync(Member worker)
    {
        try
        {
            await new WorkerStore(playground.Data).StopByNameAsync(worker.Name, default);
        }
        catch (Exception exception) when (exception.IsPassing())
        {
            // Its lease runs out instead.
        }
    }

    /// <summary>Asks one to stop, and notes when it does so in another way than it should.</summary>
    public async Task TerminateAsync(Member member)
    {
        var title = member.Title;
        var couldNotStart = member.CouldNotStart;
        var code = await member.TerminateAsync();
        if (code != 0 && !couldNotStart && !(code == TerminatedBySignal && member.WasStillStarting))
            Surprise($"{title} was asked to stop and ended with code {code}; see {member.LogFile}");
    }

    /// <summary>Starts again what ended by itself.</summary>
    public void Watch()
    {
        foreach (var member in Members.Where(member => member is { IsMeantToRun: true, HasEnded: true }))
        {
            if (member.CouldNotStart)
                say.Line($"{member.Title} found the database away and ended with code {member.ExitCode}");
            else
                Surprise($"{member.Title} ended by itself with code {member.ExitCode}; see {member.LogFile}");
            member.Start();
        }
    }

    private void Surprise(string text)
    {
        surprises.Add(text);
        say.Line(text);
    }
}
