namespace Workflow.Data.DuckDb;

/// <summary>DuckDB's type ids that the product reads; the others are cast to text in SQL first.</summary>
internal enum DuckDbType
{
    Boolean = 1,
    TinyInt = 2,
    SmallInt = 3,
    Integer = 4,
    BigInt = 5,
    UTinyInt = 6,
    USmallInt = 7,
    UInteger = 8,
    UBigInt = 9,
    Float = 10,
    Double = 11,
    Timestamp = 12,
    Date = 13,
    HugeInt = 16,
    Varchar = 17,
    Decimal = 19,
}

/// <param name="Storage">How a decimal lies in memory; otherwise the type itself.</param>
/// <param name="Scale">The digits after a decimal's point.</param>
internal sealed record DuckDbColumn(string Name, DuckDbType Type, DuckDbType Storage, int Scale);
