namespace Workflow;

/// <summary>
/// What became of the rows that were read: each is written, rejected or filtered. Blank lines and comments of a file are no rows.
/// </summary>
/// <param name="RowsIn">How many were read.</param>
/// <param name="Rejected">How many did not fit.</param>
/// <param name="Filtered">How many were left out on purpose.</param>
public sealed record RowCounts(long RowsIn, long Rejected = 0, long Filtered = 0)
{
    /// <summary>Checks that no row was lost or made up.</summary>
    /// <param name="into">The dataset written.</param>
    /// <param name="rowsOut">How many rows were written.</param>
    /// <exception cref="TaskFailureException">The numbers do not add up; the message gives them.</exception>
    public void Check(string into, long rowsOut)
    {
        if (Rejected >= 0 && Filtered >= 0 && RowsIn == rowsOut + Rejected + Filtered)
            return;
        throw new TaskFailureException(
            $"Rows of {into} do not add up: {RowsIn} read, {rowsOut} written, {Rejected} rejected, {Filtered} filtered.", retryable: false);
    }
}
