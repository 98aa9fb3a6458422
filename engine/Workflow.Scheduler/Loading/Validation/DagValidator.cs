using FluentValidation;
using Workflow.Graphs;
using Workflow.Loading;
using Workflow.Timetables;

namespace Workflow.Scheduler.Loading.Validation;

/// <summary>
/// The rules for a definition as a whole. What a single call of the builder can know is refused there, at its line; here is what needs the
/// finished definition, or what others have set up.
/// </summary>
internal sealed class DagValidator : AbstractValidator<DagFacts>
{
    /// <param name="pools">How many slots each pool has.</param>
    internal DagValidator(IReadOnlyDictionary<string, int> pools)
    {
        RuleFor(dag => dag.ScheduleSettings).Must(schedule => Timetable.Complaint(schedule) is null)
            .Refuse(ImportCodes.Schedule, dag => $"DAG '{dag.Id}': {Timetable.Complaint(dag.ScheduleSettings)}");
        RuleForEach(dag => dag.Settings.Deadlines)
            .Must(deadline => deadline.Reference != DeadlineReference.Queued || deadline.Interval > TimeSpan.Zero)
            .Refuse(ImportCodes.Definition, dag =>
                $"DAG '{dag.Id}': a deadline before a run is created is always missed. Make its interval positive.");
        RuleForEach(dag => dag.Settings.Deadlines).Must(deadline => deadline.Runs > 0)
            .Refuse(ImportCodes.Definition, dag => $"DAG '{dag.Id}': a mean duration needs a run at least. Name how many.");
        RuleForEach(dag => dag.Parameters).SetValidator(new ParameterValidator());
        RuleForEach(dag => dag.Graph.Tasks).SetValidator(new TaskValidator(pools));
    }

    /// <summary>Everything that is wrong with a definition, the first line first.</summary>
    /// <param name="dag">The definition.</param>
    /// <param name="file">The file that it is in.</param>
    /// <param name="place">The class that defines it: it stands for what has no known line of its own.</param>
    internal IReadOnlyList<ImportDiagnostic> Check(DagFacts dag, string file, DagClass place) =>
    [
        .. Validate(dag).Errors
            .Select(found => new ImportDiagnostic(
                file, found.CustomState as int? ?? place.Line, found.CustomState is int ? 1 : place.Column, found.ErrorCode,
                found.ErrorMessage, found.Severity == FluentValidation.Severity.Error ? ImportSeverity.Error : ImportSeverity.Warning))
            .OrderBy(found => found.Line),
    ];
}
