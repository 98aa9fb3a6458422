using Workflow.Graphs;

namespace Workflow.Core.Tests.Runs.Histories;

/// <summary>
/// A DAG drawn from a seed, through the authoring API: rules, groups, mapped tasks and groups, setups, teardowns, branches, short circuits.
/// </summary>
internal sealed class RandomDag(int seed, int mostTasks = 9) : IDag
{
    private static readonly TriggerRule[] Rules = [.. Enum.GetValues<TriggerRule>().Where(rule => rule != TriggerRule.Always)];

    private readonly Random random = new(seed);
    private readonly List<TaskHandle> tasks = [];
    private readonly List<ITaskHandle<IReadOnlyList<int>>> lists = [];
    private readonly List<TaskHandle> work = [];
    private DagBuilder dag = null!;
    private int last;
    private bool isInMap;

    public static DagGraph Graph(int seed, int mostTasks = 9) => DagDefinition.From(new RandomDag(seed, mostTasks)).Graph;

    public void Define(DagBuilder builder)
    {
        dag = builder;
        dag.Id("random");
        for (var left = random.Next(1, mostTasks); left > 0; left--)
            AddSomething();
    }

    private void AddSomething()
    {
        switch (random.Next(14))
        {
            case 0 or 1 when lists.Count > 0 && !isInMap:
                AddMap();
                break;
            case 2 or 3 when lists.Count > 0 && !isInMap:
                AddMapGroup();
                break;
            case 4:
                tasks.Add(Dress(dag.Branch(Name("branch"), _ => Task.FromResult<IReadOnlyList<string>>([]))));
                break;
            case 5:
                tasks.Add(Dress(dag.ShortCircuit(Name("circuit"), _ => Task.FromResult(true), all: random.Next(2) == 0)));
                break;
            case 6:
                tasks.Add(Work().AsSetup());
                break;
            case 7 or 8 when work.Count > 0:
                AddTeardown();
                break;
            case 9:
                var before = Some();
                var group = dag.Group(Name("group"), () =>
                {
                    AddSomething();
                    AddSomething();
                });
                tasks.Add(Plain().After(group.After(before)));
                break;
            default:
                tasks.Add(Work());
                break;
        }
    }

    private TaskHandle Work()
    {
        var task = Dress(Plain());
        work.Add(task);
        return task;
    }

    private void AddMap()
    {
        var (first, second) = (lists[random.Next(lists.Count)], lists[random.Next(lists.Count)]);
        var map = random.Next(4) switch
        {
            0 when first != second => dag.Map(Name("product"), first, second, (_, one, _) => Task.FromResult(one)),
            1 when first != second => dag.MapZipped(Name("zipped"), first, second, (_, one, _) => Task.FromResult(one)),
            _ => dag.Map(Name("map"), first, (_, one) => Task.FromResult(one)),
        };
        tasks.Add(Dress(map));
        lists.Add(map);
    }

    private void AddMapGroup()
    {
        var list = lists[random.Next(lists.Count)];
        var before = lists.Count;
        isInMap = true;
        var group = dag.MapGroup(Name("each"), list, item =>
        {
            for (var left = random.Next(3); left > 0; left--)
                AddSomething();
            var last = Dress(dag.Task(Name("item"), item, (_, one) => Task.FromResult(one)));
            tasks.Add(last);
            return last;
        });
        isInMap = false;

        // What a task within the group gives is a list for each element: nothing to map over from outside.
        lists.RemoveRange(before, lists.Count - before);
        lists.Add(group);
    }

    private void AddTeardown()
    {
        var setups = Enumerable.Range(0, random.Next(1, 3)).Select(_ => work[random.Next(work.Count)]).Distinct().ToArray();
        var teardown = Plain().AsTeardown(setups).After(Some()).Retries(random.Next(2), Backoff.Constant(TimeSpan.FromSeconds(1)));
        tasks.Add(random.Next(3) == 0 ? teardown.FailsRun() : teardown);
    }

    private TaskHandle<int[]> Plain()
    {
        var task = dag.Task(Name("task"), _ => Task.FromResult<int[]>([]));
        lists.Add(task);
        return task;
    }

    private T Dress<T>(T task)
        where T : TaskHandle
    {
        task.After(Some()).Retries(random.Next(3), Backoff.Constant(TimeSpan.FromSeconds(1)));
        if (random.Next(3) == 0)
            task.Rule(Rules[random.Next(Rules.Length)]);
        else if (random.Next(12) == 0 && !isInMap && task is not MapHandle<int>)
            task.Rule(TriggerRule.Always);
        if (random.Next(10) == 0 && !isInMap)
            task.DependsOnPast();
        return task;
    }

    private TaskHandle[] Some() => [.. tasks.Where(_ => random.Next(tasks.Count) < 2).ToList()];

    private string Name(string what) => $"{what}{last++}";
}
