namespace Workflow.Postgres.Migrations;

/// <summary>Where a database stands.</summary>
/// <param name="Current">The number of the last migration applied, or 0 for an empty database.</param>
/// <param name="Pending">What this build would still apply, in order.</param>
public sealed record SchemaStatus(int Current, IReadOnlyList<Migration> Pending)
{
    /// <summary>Whether the database is what this build works with.</summary>
    public bool IsCurrent => Pending.Count == 0;
}
