using Workflow.Data.DuckDb;
using Workflow.Data.Files;

namespace Workflow.Data.Tests;

public sealed class TextFunctionsTests : IDisposable
{
    private const int Texts = 100_000;

    private readonly DuckDbSession session = new();

    public TextFunctionsTests() => TextFunctions.Register(session);

    public void Dispose() => session.Dispose();

    [Theory]
    [InlineData("BIGINT", "0")]
    [InlineData("BIGINT", "-999999999999999999")]
    [InlineData("INTEGER", "2147483647")]
    [InlineData("INTEGER", "-2147483648")]
    [InlineData("TINYINT", "-128")]
    [InlineData("DOUBLE", "0")]
    [InlineData("DOUBLE", "-0.1")]
    [InlineData("DOUBLE", "123456789012345")]
    [InlineData("DOUBLE", "1234567.12345678")]
    [InlineData("DATE", "2024-02-29")]
    [InlineData("DATE", "0001-01-01")]
    [InlineData("DATE", "9999-12-31")]
    [InlineData("TIMESTAMP", "1969-12-31 23:59:59")]
    [InlineData("TIMESTAMP", "2024-02-29T00:00:00")]
    public void Read_UsualForm_GivesWhatACastGives(string type, string text) =>
        Matches(type, text).ShouldBe((true, true));

    [Theory]
    [InlineData("BIGINT", "")]
    [InlineData("BIGINT", "-")]
    [InlineData("BIGINT", "-0")]
    [InlineData("BIGINT", "007")]
    [InlineData("BIGINT", "+1")]
    [InlineData("BIGINT", "1e2")]
    [InlineData("BIGINT", "1_000")]
    [InlineData("BIGINT", "1.5")]
    [InlineData("BIGINT", "1234567890123456789")]
    [InlineData("INTEGER", "2147483648")]
    [InlineData("DOUBLE", ".5")]
    [InlineData("DOUBLE", "5.")]
    [InlineData("DOUBLE", "-0")]
    [InlineData("DOUBLE", "1.2.3")]
    [InlineData("DOUBLE", "00.5")]
    [InlineData("DOUBLE", "1234567890123456")]
    [InlineData("DOUBLE", "nan")]
    [InlineData("DATE", "2023-02-29")]
    [InlineData("DATE", "2023-13-01")]
    [InlineData("DATE", "2023-00-10")]
    [InlineData("DATE", "2023-01-00")]
    [InlineData("DATE", "0000-01-01")]
    [InlineData("DATE", "2023-1-1")]
    [InlineData("TIMESTAMP", "2024-02-29")]
    [InlineData("TIMESTAMP", "2024-02-29 24:00:00")]
    [InlineData("TIMESTAMP", "2024-02-29 23:60:00")]
    [InlineData("TIMESTAMP", "2024-02-29 23:59:60")]
    [InlineData("TIMESTAMP", "2024-02-29 23:59:59.5")]
    public void Read_AnyOtherForm_IsNull(string type, string text) =>
        Matches(type, text).ShouldBe((false, true));

    [Theory]
    [InlineData("BIGINT", "hash(i)::HUGEINT % power(10, 1 + i % 19)::HUGEINT")]
    [InlineData("INTEGER", "(hash(i) % 8589934592)::BIGINT - 4294967296")]
    [InlineData("DOUBLE", "((hash(i) % 1000000000000000)::BIGINT >> (i % 50)) / power(10, i % 16)")]
    [InlineData("DOUBLE", "concat(hash(i) % power(10, i % 9)::BIGINT, '.', hash(i, 1) % power(10, 1 + i % 8)::BIGINT)")]
    [InlineData("DATE", "DATE '1600-01-01' + (hash(i) % 200000)::INTEGER")]
    [InlineData("TIMESTAMP", "TIMESTAMP '1900-01-01' + to_seconds((hash(i) % 6000000000)::BIGINT)")]
    public void Read_TextsWithALetterChanged_GiveNullOrWhatACastGives(string type, string texts)
    {
        // As they are, and with a letter replaced or inserted: what is read must be what a cast makes of it.
        session.Execute(
            $"""
            CREATE TABLE texts AS
            SELECT t FROM (SELECT ({texts})::VARCHAR AS t FROM range({Texts}) r(i))
            UNION ALL
            SELECT substr(t, 1, p) || substr('0123456789+-_.eE :T', 1 + (hash(i, 3) % 19)::INTEGER, 1) || substr(t, p + 1 + (i % 2))
            FROM (SELECT i, t, (hash(i, 2) % (length(t) + 1))::INTEGER AS p FROM (SELECT i, ({texts})::VARCHAR AS t FROM range({Texts}) r(i)))
            """);

        var row = session.Query(
            $"""
            SELECT count({TextFunctions.Read("t", type)}) AS read, count(*) FILTER ({TextFunctions.Read("t", type)} <> TRY_CAST(t AS {type})
                OR {TextFunctions.Read("t", type)} IS NOT NULL AND TRY_CAST(t AS {type}) IS NULL) AS wrong
            FROM texts
            """).Single();

        row.Long("wrong").ShouldBe(0);
        row.Long("read").ShouldBeGreaterThan(Texts / 4);
    }

    [Fact]
    public void Read_NullsAmongValues_StayNull() =>
        session.Query(
            $"SELECT count({TextFunctions.Read("t", "BIGINT")}) AS n FROM (SELECT CASE WHEN i % 3 > 0 THEN i::VARCHAR END AS t FROM range(9000) r(i))")
            .Single().Long("n").ShouldBe(6000);

    private (bool IsRead, bool IsEqual) Matches(string type, string text)
    {
        var row = session.Query(
            $"SELECT {TextFunctions.Read("$text", type)} IS NOT NULL AS read, {TextFunctions.Read("$text", type)} IS DISTINCT FROM TRY_CAST($text AS {type}) AS differs",
            new Dictionary<string, object?> { ["text"] = text }).Single();
        var isRead = (bool)row["read"]!;
        return (isRead, !isRead || !(bool)row["differs"]!);
    }
}
