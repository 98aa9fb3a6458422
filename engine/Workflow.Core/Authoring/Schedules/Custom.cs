namespace Workflow;

/// <summary>A schedule: an author's own timetable, given to the builder as <c>dag.Schedule(new MyTimetable())</c>.</summary>
/// <param name="TypeName">The class, which the DAG's assembly holds.</param>
public sealed record Custom(string TypeName) : Schedule
{
    /// <inheritdoc />
    public override string ToString() => $"timetable {TypeName}";
}

/// <summary>A timetable of an author's own, for schedules that no other kind expresses.</summary>
/// <remarks>
/// It runs in the scheduler, which gives it little time: no I/O, and no reading of the clock. Asked again, it must answer the same, or
/// schedulers disagree on when runs are due.
/// </remarks>
public interface ITimetable
{
    /// <summary>The first fire time after an instant; null when there is none.</summary>
    DateTimeOffset? Next(DateTimeOffset after);
}
