namespace Workflow.Data.Profiles;

/// <summary>
/// How many values fell into each of many narrow bins along an axis. Only counts, so that the order of values means nothing.
/// </summary>
internal abstract class CellBins
{
    public abstract void Add(long cell, long count);

    /// <summary>Adds bins of the same kind.</summary>
    public abstract void Add(CellBins other);

    /// <summary>The cell that stands for each bin that is not empty, in order, and how many values it stands for.</summary>
    public abstract IEnumerable<(long Cell, long Count)> Cells();

    public abstract void Write(BinaryWriter writer);

    public abstract void Read(BinaryReader reader);
}
