using FluentValidation;

namespace Workflow.Scheduler.Loading.Validation;

/// <summary>What a rule says when it does not hold: a code, and what, where and what to do about it.</summary>
internal static class Refusal
{
    /// <summary>Makes a rule's failure a diagnostic.</summary>
    internal static IRuleBuilderOptions<T, TValue> Refuse<T, TValue>(
        this IRuleBuilderOptions<T, TValue> rule, string code, Func<T, string> message) =>
        rule.WithErrorCode(code).WithMessage(message).WithState(part => SourceLine.Of(part!)!);
}
