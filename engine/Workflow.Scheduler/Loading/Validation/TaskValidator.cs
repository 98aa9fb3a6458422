using FluentValidation;
using Workflow.Graphs;

namespace Workflow.Scheduler.Loading.Validation;

/// <summary>The rules for a task.</summary>
internal sealed class TaskValidator : AbstractValidator<TaskDefinition>
{
    private static readonly TriggerRule[] RulesThatNeedUpstreams =
        [TriggerRule.AllFailed, TriggerRule.AllSkipped, TriggerRule.OneFailed, TriggerRule.NoneFailedMinOneSuccess];

    /// <param name="pools">How many slots each pool has.</param>
    internal TaskValidator(IReadOnlyDictionary<string, int> pools)
    {
        RuleFor(task => task.Timeout).Must(timeout => timeout is null || timeout >= TimeSpan.FromMilliseconds(1))
            .Refuse(ImportCodes.Task, task =>
                $"Task '{task.Id}': a timeout of {task.Timeout} is over before the task begins. Give it a millisecond at least.");
        RuleFor(task => task.Backoff.First).GreaterThanOrEqualTo(TimeSpan.Zero)
            .Refuse(ImportCodes.Task, task => $"Task '{task.Id}': the wait before a retry is {task.Backoff.First}. Use zero or more.");
        RuleFor(task => task.Backoff.Cap).GreaterThanOrEqualTo(task => task.Backoff.First)
            .Refuse(ImportCodes.Task, task =>
                $"Task '{task.Id}': the first wait of {task.Backoff.First} is longer than the cap of {task.Backoff.Cap}. "
                + "Shorten the one, or raise the other.");
        RuleFor(task => task.Backoff.Multiplier).Must(multiplier => multiplier >= 1 && double.IsFinite(multiplier))
            .Refuse(ImportCodes.Task, task =>
                $"Task '{task.Id}': waits that grow by a factor of {task.Backoff.Multiplier} become shorter or never end. "
                + "Use 1 or more.");
        RuleFor(task => task.Backoff.Jitter).InclusiveBetween(0, 1)
            .Refuse(ImportCodes.Task, task => $"Task '{task.Id}': the jitter is a share from 0 to 1, got {task.Backoff.Jitter}.");
        RuleFor(task => task.PoolSlots).Must((task, slots) => !pools.TryGetValue(task.Pool, out var size) || size < 0 || slots <= size)
            .Refuse(ImportCodes.Task, task =>
                $"Task '{task.Id}' takes {task.PoolSlots} slots of pool '{task.Pool}', which has {pools[task.Pool]}: it could never run. "
                + "Take fewer, or make the pool larger.");
        RuleFor(task => task.Pool).Must(pool => pools.Count == 0 || pools.ContainsKey(pool))
            .Refuse(ImportCodes.Task, task =>
                $"Task '{task.Id}' is in pool '{task.Pool}', which does not exist: it waits until somebody makes it. There are {string.Join(", ", pools.Keys)}.")
            .WithSeverity(FluentValidation.Severity.Warning);
        RuleFor(task => task.FailsRun).Must((task, fails) => !fails || task.Role == TaskRole.Teardown)
            .Refuse(ImportCodes.Task, task =>
                $"Task '{task.Id}' is no teardown, so FailsRun has no meaning for it. Take it out, or use AsTeardown(...).");
        RuleFor(task => task.Setups).Must((task, setups) => task.Role != TaskRole.Teardown || setups.Count > 0)
            .Refuse(ImportCodes.Task, task => $"Task '{task.Id}' is the teardown of nothing. Name its setups: AsTeardown(setup).");
        RuleFor(task => task.WaitTimeout).Must((task, timeout) => timeout is null || task.Kind == "wait")
            .Refuse(ImportCodes.Task, task =>
                $"Task '{task.Id}' does not wait, so WaitTimeout has no meaning for it. Use Timeout(...) for an attempt.");
        RuleFor(task => task.TriggerRule).Must((task, rule) => task.Upstreams.Count > 0 || !RulesThatNeedUpstreams.Contains(rule))
            .Refuse(ImportCodes.Task, task =>
                $"Task '{task.Id}' has the rule {task.TriggerRule} and nothing before it, so it runs at once. "
                + "Name the tasks that it waits for: After(...).")
            .WithSeverity(FluentValidation.Severity.Warning);
    }
}
