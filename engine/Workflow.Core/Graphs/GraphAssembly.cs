namespace Workflow.Graphs;

/// <summary>
/// Makes the graph of what a definition said: orders the tasks, and joins each with the setups and deciders that it waits for.
/// </summary>
internal sealed class GraphAssembly
{
    private readonly string dagId;
    private readonly IReadOnlyList<TaskDraft> drafts;
    private readonly Dictionary<TaskDraft, List<TaskDraft>> upstreams;
    private readonly List<TaskDraft> ordered;
    private readonly Dictionary<TaskDraft, int> index;
    private readonly ILookup<TaskDraft, TaskDraft> downstreams;

    public GraphAssembly(string dagId, IReadOnlyList<TaskDraft> drafts)
    {
        this.dagId = dagId;
        this.drafts = drafts;
        CheckInputs();
        CheckMapping();
        upstreams = Upstreams();
        downstreams = drafts.SelectMany(draft => upstreams[draft].Select(upstream => (upstream, draft)))
            .ToLookup(edge => edge.upstream, edge => edge.draft);
        ordered = TopologicalOrder();
        index = ordered.Select((draft, place) => (draft, place)).ToDictionary(pair => pair.draft, pair => pair.place);
    }

    public (DagGraph Graph, IReadOnlyList<TaskCode> Code) Build()
    {
        var setups = drafts.ToDictionary(draft => draft, draft => new List<TaskDraft>(draft.TearsDown));
        var deciders = drafts.ToDictionary(draft => draft, _ => new List<TaskDraft>());
        foreach (var setup in drafts.Where(draft => draft.Role == TaskRole.Setup))
        {
            foreach (var task in Scope(setup))
                Guard(setups, setup, task);
        }

        foreach (var decider in drafts.Where(draft => draft.Spec is BranchSpec or ShortCircuitSpec))
        {
            var reach = decider.Spec is ShortCircuitSpec { All: true } ? Descendants(decider) : downstreams[decider];
            foreach (var task in reach.Where(task => task.Role != TaskRole.Teardown))
                Guard(deciders, decider, task);
        }

        // A mapped group that ended without being expanded takes its tasks with it, whatever their rules.
        foreach (var member in drafts.Where(draft => draft.Expander is not null))
            setups[member].Add(member.Expander!);

        // Whatever its rule, what is mapped over lists waits for them, and there is nothing to do where one is missing. A teardown waits
        // anyway.
        foreach (var draft in drafts.Where(draft => draft.Role != TaskRole.Teardown))
            setups[draft].AddRange(draft.MapSources);

        var tasks = ordered.Select(draft => Definition(draft, Indexes(setups[draft]), Indexes(deciders[draft])));
        var code = ordered.Select(draft => new TaskCode(
            draft.Spec, [.. draft.Inputs.Select(input => new TaskInput(index[input.From], input.Type, input.Kind, input.Place))],
            [.. draft.RetryRules], draft.Callbacks));
        return (new DagGraph([.. tasks]), [.. code]);
    }

    private TaskDefinition Definition(TaskDraft draft, IReadOnlyList<int> setups, IReadOnlyList<int> deciders) => new(
        index[draft], draft.Id, draft.Spec.Kind, draft.Queue, draft.Retries, draft.Backoff, draft.Timeout, draft.TriggerRule,
        Indexes(upstreams[draft]), draft.Spec.Outlets)
    {
        Role = draft.Role,
        FailsRun = draft.FailsRun,
        Setups = setups,
        Deciders = deciders,
        MapRoot = draft.Expander is { } expander ? index[expander] : draft.MapSources.Count > 0 ? index[draft] : null,
        MapSources = [.. draft.MapSources.Select(source => index[source])],
        IsZipped = draft.IsZipped,
        Group = draft.Group?.Path,
        Pool = draft.Pool,
        PoolSlots = draft.PoolSlots,
        Priority = draft.Priority,
        MaxActive = draft.MaxActive,
        MaxActivePerRun = draft.MaxActivePerRun,
        DependsOnPast = draft.DependsOnPast,
        WaitTimeout = draft.WaitTimeout,
        Isolated = IsolationSettings.IsIsolated(draft),
        HardTimeout = draft.HardTimeout,
        MemoryLimit = draft.MemoryLimit,
        Callbacks = [.. draft.Callbacks.Keys.Order()],
        Line = draft.Line,
        UsesData = draft.UsesData ? true : null,
    };

    /// <summary>
    /// What a task within a mapped group takes from outside, the group as a whole waits for: its elements wait for their own kind only.
    /// </summary>
    private Dictionary<TaskDraft, List<TaskDraft>> Upstreams()
    {
        var found = drafts.ToDictionary(draft => draft, _ => new List<TaskDraft>());
        foreach (var draft in drafts)
        {
            foreach (var upstream in draft.Upstreams.Distinct())
            {
                var isInner = draft.Expander is null || upstream == draft.Expander || upstream.Expander == draft.Expander;
                Add(isInner ? draft : draft.Expander!, upstream);
            }

            if (draft.Expander is { } expander && !draft.Upstreams.Any(upstream => upstream.Expander == expander))
                Add(draft, expander);
        }

        return found;

        void Add(TaskDraft to, TaskDraft upstream)
        {
            if (!found[to].Contains(upstream))
                found[to].Add(upstream);
        }
    }

    /// <summary>Upstreams first; among those that are free, the order of definition, so that equal code gives equal indexes.</summary>
    private List<TaskDraft> TopologicalOrder()
    {
        var waiting = drafts.ToDictionary(draft => draft, draft => upstreams[draft].Count);
        var place = drafts.Select((draft, at) => (draft, at)).ToDictionary(pair => pair.draft, pair => pair.at);
        var free = new PriorityQueue<TaskDraft, int>(drafts.Where(draft => waiting[draft] == 0).Select(draft => (draft, place[draft])));
        var order = new List<TaskDraft>(drafts.Count);
        while (free.TryDequeue(out var draft, out _))
        {
            order.Add(draft);
            foreach (var downstream in downstreams[draft])
            {
                if (--waiting[downstream] == 0)
                    free.Enqueue(downstream, place[downstream]);
            }
        }

        if (order.Count < drafts.Count)
        {
            var stuck = drafts.Where(draft => waiting[draft] > 0).Select(draft => $"{draft.Id} (line {draft.Line})");
            throw new DagDefinitionException(
                $"DAG '{dagId}' has a cycle among the tasks {string.Join(", ", stuck)}: a DAG cannot wait for itself. Take one of the dependencies away.")
            {
                Line = drafts.First(draft => waiting[draft] > 0).Line,
            };
        }

        return order;
    }

    /// <summary>What follows from a setup, up to its teardowns; all that follows when it has none.</summary>
    private IEnumerable<TaskDraft> Scope(TaskDraft setup)
    {
        var after = Descendants(setup).Where(task => task.Role != TaskRole.Teardown).ToList();
        var teardowns = drafts.Where(draft => draft.TearsDown.Contains(setup)).ToList();
        if (teardowns.Count == 0)
            return after;
        var before = teardowns.SelectMany(Ancestors).ToHashSet();
        return after.Where(before.Contains);
    }

    /// <summary>Makes a task wait for a guard; one that guards a mapped group from outside guards the group's expansion.</summary>
    private static void Guard(Dictionary<TaskDraft, List<TaskDraft>> guards, TaskDraft guard, TaskDraft task)
    {
        var target = task.Expander is { } expander && guard.Expander != expander && guard != expander ? expander : task;
        if (target != guard && !guards[target].Contains(guard))
            guards[target].Add(guard);
    }

    private HashSet<TaskDraft> Descendants(TaskDraft draft) => Reach(draft, task => downstreams[task]);

    private HashSet<TaskDraft> Ancestors(TaskDraft draft) => Reach(draft, task => upstreams[task]);

    private static HashSet<TaskDraft> Reach(TaskDraft from, Func<TaskDraft, IEnumerable<TaskDraft>> next)
    {
        var found = new HashSet<TaskDraft>();
        var open = new Stack<TaskDraft>([from]);
        while (open.TryPop(out var task))
        {
            foreach (var other in next(task).Where(found.Add))
                open.Push(other);
        }

        return found;
    }

    private IReadOnlyList<int> Indexes(IEnumerable<TaskDraft> some) => [.. some.Select(draft => index[draft]).Distinct().Order()];

    private void CheckInputs()
    {
        foreach (var draft in drafts)
        {
            foreach (var input in draft.Inputs)
            {
                var isInside = input.From.Expander is null || input.From.Expander == draft.Expander;
                if (input.Kind == InputKind.Value && !isInside)
                {
                    throw new DagDefinitionException(
                        $"Task '{draft.Id}' takes one element of '{input.From.Id}', but is not in its mapped group: take what MapGroup returned.")
                    {
                        Line = draft.Line,
                    };
                }

                if (input.Kind == InputKind.Gathered && input.From.Expander is not null && isInside)
                {
                    throw new DagDefinitionException(
                        $"Task '{draft.Id}' takes the list of '{input.From.Id}' from within the mapped group that makes it.")
                    {
                        Line = draft.Line,
                    };
                }
            }
        }
    }

    private void CheckMapping()
    {
        foreach (var draft in drafts.Where(draft => draft.MapSources.Count > 0 || draft.Expander is not null))
        {
            if (draft.TriggerRule == TriggerRule.Always)
            {
                throw new DagDefinitionException(
                    $"Task '{draft.Id}' is mapped and has the rule always, but it cannot run before its list is there: use all_done.")
                {
                    Line = draft.Line,
                };
            }

            if (draft.Expander is not null && draft.DependsOnPast)
            {
                throw new DagDefinitionException(
                    $"Task '{draft.Id}' depends on the past within a mapped group, whose elements may be others in each run: "
                    + "let a task before the group depend on it.")
                {
                    Line = draft.Line,
                };
            }
        }
    }
}
