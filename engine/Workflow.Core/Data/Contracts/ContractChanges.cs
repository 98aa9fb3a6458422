using System.Globalization;
using Workflow.Runs;

namespace Workflow.Contracts;

/// <summary>A difference between two versions of a contract.</summary>
/// <param name="Field">The column; null where it concerns the contract as a whole.</param>
/// <param name="What">What of it changed, such as <c>column</c>, <c>type</c>, <c>required</c>, <c>values</c>, <c>range</c> or
/// <c>key</c>.</param>
/// <param name="Old">What it was; null when there was nothing.</param>
/// <param name="New">What it is; null when there is nothing.</param>
/// <param name="Breaks">Whom it breaks.</param>
/// <param name="Remedy">What to do instead, as a sentence; empty when it breaks nobody.</param>
public sealed record ContractChange(string? Field, string What, string? Old, string? New, BreakDirection Breaks, string Remedy)
{
    /// <summary>The change as a sentence.</summary>
    public override string ToString()
    {
        var subject = Field is null ? $"the {What}" : What == "column" ? $"column '{Field}'" : $"{What} of '{Field}'";
        return (Old, New) switch
        {
            (null, _) => $"{subject} added: {New}",
            (_, null) => $"{subject} removed: {Old}",
            _ => $"{subject} changed: {Old} → {New}",
        };
    }
}

/// <summary>
/// Compares contracts. Readers take columns by name, read nulls for a column that data lack, and leave alone what they do not know. So data
/// of one version are readable with another where every promise of the reader's version follows from the writer's:
/// <list type="bullet">
/// <item>A column that is added breaks backward when it is required, and nobody otherwise. Renaming is removing and adding.</item>
/// <item>A column that is removed breaks forward when it was required, and nobody otherwise.</item>
/// <item>Where the writer may add columns of its own, one that only the reader declares may be there with any type: that breaks.</item>
/// <item>A type that holds every value of the old one breaks forward, one of which the old one does breaks backward, any other both.</item>
/// <item>Promising more (required, fewer values, a narrower range, a key of fewer columns) breaks backward, promising less forward.</item>
/// <item>Another unit, or none any more, breaks both: the numbers look the same. Naming a first one says what held already.</item>
/// <item>A less strict class of personal data counts at every level, since it unmasks what is stored. A stricter one breaks nobody.</item>
/// <item>Meaning, owner, licence, level, the order of columns, and whether extra columns are allowed break nobody by themselves.</item>
/// </list>
/// </summary>
public static class ContractChanges
{
    private const BreakDirection Both = BreakDirection.Backward | BreakDirection.Forward;

    /// <summary>Every difference from one version to another, breaking or not.</summary>
    public static IReadOnlyList<ContractChange> Between(DataContract old, DataContract now)
    {
        ArgumentNullException.ThrowIfNull(old);
        ArgumentNullException.ThrowIfNull(now);
        var before = old.Columns.ToDictionary(column => column.Name, StringComparer.Ordinal);
        var after = now.Columns.ToDictionary(column => column.Name, StringComparer.Ordinal);
        IEnumerable<ContractChange> all =
        [
            .. old.Columns.Where(column => !after.ContainsKey(column.Name)).Select(column => Removed(column, now)),
            .. now.Columns.Where(column => !before.ContainsKey(column.Name)).Select(column => Added(column, old)),
            .. now.Columns.Where(column => before.ContainsKey(column.Name)).SelectMany(column => Of(before[column.Name], column)),
            .. Key(old.Key, now.Key),
            .. Note(null, "owner", old.Owner, now.Owner),
            .. Note(null, "licence", old.Licence, now.Licence),
            .. Note(null, "meaning", old.Meaning, now.Meaning),
            .. Note(null, "compatibility", old.Compatibility.Name(), now.Compatibility.Name()),
            .. Note(null, "extra columns", Allowed(old), Allowed(now)),
        ];
        return [.. all.Select(change => change.Breaks == BreakDirection.None ? change with { Remedy = "" } : change)];
    }

    /// <summary>Whom a contract of a level must not break. Full is backward and forward.</summary>
    public static BreakDirection Refuses(this Compatibility level) => BreakDirection.Protection | level switch
    {
        Compatibility.None => BreakDirection.None,
        Compatibility.Backward or Compatibility.BackwardTransitive => BreakDirection.Backward,
        Compatibility.Forward or Compatibility.ForwardTransitive => BreakDirection.Forward,
        Compatibility.Full or Compatibility.FullTransitive => Both,
        _ => throw new ArgumentOutOfRangeException(nameof(level), level, null),
    };

    /// <summary>Whether a level looks at every version, and not at the newest alone.</summary>
    public static bool IsTransitive(this Compatibility level) =>
        level is Compatibility.BackwardTransitive or Compatibility.ForwardTransitive or Compatibility.FullTransitive;

    private static ContractChange Removed(ContractColumn column, DataContract now) => (column.Required, now.ExtraColumns) switch
    {
        (true, _) => new(column.Name, "column", Text(column), null, BreakDirection.Forward,
            "Keep it until nobody reads it: make it optional first where the level allows that."),
        (_, true) => new(column.Name, "column", Text(column), null, BreakDirection.Forward,
            "New data may hold it with any type, as extra columns are allowed: keep it declared, or allow no extra columns."),
        _ => new(column.Name, "column", Text(column), null, BreakDirection.None, ""),
    };

    private static ContractChange Added(ContractColumn column, DataContract old) => (column.Required, old.ExtraColumns) switch
    {
        (true, _) => new(column.Name, "column", null, Text(column), BreakDirection.Backward,
            "Old data lack it: add it as a column that may be null."),
        (_, true) => new(column.Name, "column", null, Text(column), BreakDirection.Backward,
            "Old data may hold it with any type, as extra columns were allowed: give it a new name, or let a person accept it."),
        _ => new(column.Name, "column", null, Text(column), BreakDirection.None, ""),
    };

    private static IEnumerable<ContractChange> Of(ContractColumn old, ContractColumn now)
    {
        if (old.Type != now.Type)
        {
            var breaks = Directions(readsOld: ContractTypes.Holds(now.Type, old.Type), readsNew: ContractTypes.Holds(old.Type, now.Type));
            yield return new(now.Name, "type", old.Type, now.Type, breaks,
                "Add a column of the new type beside it, and remove the old one later.");
        }

        if (old.Required != now.Required)
        {
            yield return now.Required
                ? new(now.Name, "required", "no", "yes", BreakDirection.Backward,
                    "Old data may hold nulls: leave it optional, or fill it in a new column.")
                : new(now.Name, "required", "yes", "no", BreakDirection.Forward, "Readers rely on a value: keep it required.");
        }

        if (!Same(old.Values, now.Values))
        {
            var breaks = Directions(readsOld: Covers(now.Values, old.Values), readsNew: Covers(old.Values, now.Values));
            yield return new(now.Name, "values", Text(old.Values), Text(now.Values), breaks,
                "Keep the values that the other side may hold or expects.");
        }

        if (old.Minimum != now.Minimum || old.Maximum != now.Maximum)
        {
            var breaks = Directions(readsOld: Covers(now, old), readsNew: Covers(old, now));
            yield return new(now.Name, "range", Range(old), Range(now), breaks,
                "Keep the range within which the other side writes or expects numbers.");
        }

        if (old.Unit != now.Unit)
        {
            yield return new(now.Name, "unit", old.Unit, now.Unit, old.Unit is null ? BreakDirection.None : Both,
                "Add a column in the new unit beside it: the numbers alone do not show the difference.");
        }

        if (old.PersonalData != now.PersonalData)
        {
            yield return new(now.Name, "personal data", old.PersonalData.Name(), now.PersonalData.Name(),
                now.PersonalData < old.PersonalData ? BreakDirection.Protection : BreakDirection.None,
                "Values that are masked now would be shown: keep the class, or let a person accept it.");
        }

        foreach (var note in Note(now.Name, "meaning", old.Meaning, now.Meaning))
            yield return note;
    }

    private static IEnumerable<ContractChange> Key(IReadOnlyList<string> old, IReadOnlyList<string> now)
    {
        if (old.SequenceEqual(now))
            yield break;
        var breaks = Directions(readsOld: Follows(now, old), readsNew: Follows(old, now));
        yield return new(null, "key", Text(old), Text(now), breaks,
            "Readers join by it and expect one row each: keep it, and give a new key a dataset of its own.");

        // Rows that differ in some columns differ in more of them too.
        static bool Follows(IReadOnlyList<string> key, IReadOnlyList<string> from) =>
            key.Count == 0 || (from.Count > 0 && from.All(key.Contains));
    }

    private static IEnumerable<ContractChange> Note(string? field, string what, string? old, string? now)
    {
        if (old != now)
            yield return new(field, what, old, now, BreakDirection.None, "");
    }

    private static BreakDirection Directions(bool readsOld, bool readsNew) =>
        (readsOld ? BreakDirection.None : BreakDirection.Backward) | (readsNew ? BreakDirection.None : BreakDirection.Forward);

    private static bool Covers(IReadOnlyList<string>? wide, IReadOnlyList<string>? narrow) =>
        wide is null || (narrow is not null && narrow.All(wide.Contains));

    private static bool Covers(ContractColumn wide, ContractColumn narrow) =>
        (wide.Minimum ?? double.NegativeInfinity) <= (narrow.Minimum ?? double.NegativeInfinity)
        && (wide.Maximum ?? double.PositiveInfinity) >= (narrow.Maximum ?? double.PositiveInfinity);

    private static bool Same(IReadOnlyList<string>? one, IReadOnlyList<string>? other) =>
        one is null || other is null ? ReferenceEquals(one, other) : one.SequenceEqual(other);

    private static string Text(ContractColumn column) => column.Required ? $"{column.Type} required" : column.Type;

    private static string? Text(IReadOnlyList<string>? names) => names is not { Count: > 0 } ? null : string.Join(", ", names);

    private static string? Range(ContractColumn column) => column is { Minimum: null, Maximum: null }
        ? null
        : $"[{Bound(column.Minimum, "-∞")}, {Bound(column.Maximum, "∞")}]";

    private static string Bound(double? bound, string open) => bound?.ToString("R", CultureInfo.InvariantCulture) ?? open;

    private static string Allowed(DataContract contract) => contract.ExtraColumns ? "allowed" : "refused";
}
