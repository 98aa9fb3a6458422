namespace Workflow;

/// <summary>What the rows that a SQL transform writes are to those that it reads.</summary>
public enum SqlRows
{
    /// <summary>Others, such as sums or several for one: no row can be accounted for.</summary>
    Others,

    /// <summary>The same rows, one for one, without those filtered: there are never more of them. Checked, and counted.</summary>
    Filtered,
}
