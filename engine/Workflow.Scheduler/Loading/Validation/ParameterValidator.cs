using FluentValidation;

namespace Workflow.Scheduler.Loading.Validation;

/// <summary>The rules for a parameter: some value must be right, and the default must be one.</summary>
internal sealed class ParameterValidator : AbstractValidator<ParamDefinition>
{
    internal ParameterValidator()
    {
        RuleFor(param => param.Pattern).Null().When(param => param.Type != "string")
            .Refuse(ImportCodes.Parameter, param =>
                $"{Name(param)} is of type {param.Type}, and a pattern is for texts. Take it out, or make it a string.");
        RuleFor(param => param.Allowed).Null().When(param => param.Type != "string")
            .Refuse(ImportCodes.Parameter, param =>
                $"{Name(param)} is of type {param.Type}, and a list of what is allowed is for texts. "
                + "Use minimum and maximum, or make it a string.");
        RuleFor(param => param.Minimum ?? param.Maximum).Null().When(param => param.Type is "string" or "boolean")
            .Refuse(ImportCodes.Parameter, param =>
                $"{Name(param)} is of type {param.Type}, and minimum and maximum are for numbers. "
                + "Use a pattern or a list of what is allowed.");
        RuleFor(param => param.Minimum).Must((param, minimum) => !(minimum > param.Maximum))
            .Refuse(ImportCodes.Parameter, param =>
                $"{Name(param)}: no number is at least {param.Minimum} and at most {param.Maximum}. Exchange the two.");
        RuleFor(param => param.Allowed).Must(allowed => allowed is not { Count: 0 })
            .Refuse(ImportCodes.Parameter, param => $"{Name(param)} allows no text at all. Name at least one, or take the list out.");
        RuleFor(param => param.Allowed).Must((param, _) => Contradiction(param) is null)
            .Refuse(ImportCodes.Parameter, param =>
                $"{Name(param)} allows '{Contradiction(param)}', which its pattern {param.Pattern} refuses. Change one of them.");
        RuleFor(param => param.Default).Must((param, value) => value is null || param.Complaint(value) is null)
            .Refuse(ImportCodes.Parameter, param =>
                $"{Name(param)}: the default {param.Complaint(param.Default)}. Change the default, or what is allowed.");
    }

    private static string Name(ParamDefinition param) => $"Parameter '{param.Name}'";

    /// <summary>A text that is allowed by name and refused by the pattern.</summary>
    private static string? Contradiction(ParamDefinition param) =>
        param is { Type: "string", Pattern: not null, Allowed: not null }
            ? param.Allowed.FirstOrDefault(text => param.Complaint(text) is not null)
            : null;
}
