using Workflow.Data.DuckDb;

namespace Workflow.Data.Tests;

public sealed class DuckDbSessionTests : IDisposable
{
    private readonly DuckDbSession session = new();

    public void Dispose() => session.Dispose();

    [Fact]
    public void Query_EveryBoundType_ComesBackEqual()
    {
        var values = new Dictionary<string, object?>
        {
            ["text"] = "it's \"ü\" \0 long enough to lie outside",
            ["short"] = "",
            ["whole"] = long.MinValue,
            ["part"] = 0.1,
            ["flag"] = true,
            ["none"] = null,
            ["time"] = new DateTime(2024, 2, 29, 23, 59, 59, 123),
            ["date"] = new DateOnly(1969, 12, 31),
            ["zoned"] = new DateTimeOffset(2024, 1, 1, 1, 0, 0, TimeSpan.FromHours(1)),
        };

        var row = session.Query(
            """
            SELECT $text AS text, $short AS short, $whole AS whole, $part AS part, $flag AS flag, $none::INTEGER AS none,
                   $time::VARCHAR AS time, $date::VARCHAR AS date, $zoned::VARCHAR AS zoned
            """,
            values).ShouldHaveSingleItem();

        row.Text("text").ShouldBe((string)values["text"]!);
        row.Text("short").ShouldBe("");
        row.Long("whole").ShouldBe(long.MinValue);
        row.Double("part").ShouldBe(0.1);
        row["flag"].ShouldBe(true);
        row["none"].ShouldBeNull();
        row.Text("time").ShouldBe("2024-02-29 23:59:59.123");
        row.Text("date").ShouldBe("1969-12-31");
        row.Text("zoned").ShouldBe("2024-01-01 00:00:00+00");
    }

    [Fact]
    public void Query_ValueThatLooksLikeSql_StaysAValue()
    {
        session.Execute("CREATE TABLE t AS SELECT 1 AS a");

        session.Query("SELECT $v AS v", new Dictionary<string, object?> { ["v"] = "'; DROP TABLE t; --" }).Single(
            ).Text("v").ShouldBe("'; DROP TABLE t; --");

        session.Query("SELECT a FROM t").ShouldHaveSingleItem();
    }

    [Fact]
    public void Query_MissingValue_NamesItAndWhatThereIs()
    {
        var error = Should.Throw<TaskFailureException>(
            () => session.Query("SELECT $month", new Dictionary<string, object?> { ["year"] = 1 }));

        error.Message.ShouldContain("$month");
        error.Message.ShouldContain("$year");
        error.Retryable.ShouldBeFalse();
    }

    [Theory]
    [InlineData("SELEC 1")]
    [InlineData("SELECT 1; SELECT 2")]
    [InlineData("SELECT nothing")]
    [InlineData("SELECT CAST('x' AS INTEGER)")]
    public void Query_WrongSql_FailsForGoodWithDuckDbsMessage(string sql)
    {
        var error = Should.Throw<TaskFailureException>(() => session.Query(sql));

        error.Message.ShouldStartWith("DuckDB: ");
        error.Message.ShouldContain("Error:");
        error.Retryable.ShouldBeFalse();
    }

    [Fact]
    public void Query_MemoryThatRunsOut_MayBeTriedAgain()
    {
        using var small = new DuckDbSession(new DuckDbOptions { MemoryBytes = 16L << 20 });

        var error = Should.Throw<TaskFailureException>(
            () => small.Execute("CREATE TABLE t AS SELECT hash(i) || repeat('x', 100) AS s FROM range(1000000) r(i)"));

        error.Retryable.ShouldBeTrue();
    }

    [Fact]
    public void Stream_NullsAndChunks_GivesEveryRowInOrder()
    {
        var rows = session.Stream(
            """
            SELECT i AS n, CASE WHEN i % 3 > 0 THEN i / 4.0 END::DOUBLE AS d, CASE WHEN i % 5 > 0 THEN 'value number ' || i END AS s,
                   i % 2 = 0 AS b
            FROM range(5000) r(i)
            """)
            .SelectMany(chunk =>
            {
                var (longs, doubles, texts, flags, nulls) = (chunk.Longs(0), chunk.Doubles(1), chunk.Strings(
                    2), chunk.Booleans(3), chunk.Nulls(1));
                return Enumerable.Range(0, chunk.Rows).Select(
                    row => (longs[row], doubles[row], texts[row], flags[row], nulls[row])).ToList();
            }).ToList();

        rows.Count.ShouldBe(5000);
        for (var i = 0; i < rows.Count; i++)
            rows[i].ShouldBe((i, i % 3 > 0 ? i / 4.0 : double.NaN, i % 5 > 0 ? $"value number {i}" : null, i % 2 == 0, i % 3 == 0));
    }

    [Fact]
    public void Doubles_EveryNumericType_Converts()
    {
        var chunk = session.Stream(
            """
            SELECT (-1)::TINYINT, (-2)::SMALLINT, (-3)::INTEGER, (-4)::BIGINT, 5::UTINYINT, 6::USMALLINT, 7::UINTEGER, 8::UBIGINT,
                   (-9)::HUGEINT, 1.5::FLOAT, 2.5::DOUBLE, 0.3::DECIMAL(4, 1), (-12345678901.23)::DECIMAL(18, 2), 1.25::DECIMAL(38, 2), true
            """);

        var values = chunk.Select(part => Enumerable.Range(0, 15).Select(column => part.Doubles(column)[0]).ToList()).Single();

        values.ShouldBe([-1, -2, -3, -4, 5, 6, 7, 8, -9, 1.5, 2.5, 0.3, -12345678901.23, 1.25, 1]);
    }

    [Fact]
    public void Strings_OfANumber_SaysToCastIt()
    {
        var error = Should.Throw<TaskFailureException>(() => session.Stream("SELECT 1 AS one").Select(chunk => chunk.Strings(0)).ToList());

        error.Message.ShouldContain("'one'");
    }

    [Fact]
    public void Query_CancelledBefore_IsInterruptedAndLeavesTheSessionUsable()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();

        // Without the interrupt this would run for hours.
        Should.Throw<OperationCanceledException>(
            () => session.Query("SELECT sum(a.i * b.i) FROM range(10000000) a(i), range(10000000) b(i)", cancellationToken: source.Token));

        session.Query("SELECT 1 AS one").ShouldHaveSingleItem();
    }

    [Fact]
    public void Stream_CancelledBetweenChunks_Stops()
    {
        using var source = new CancellationTokenSource();
        var rows = 0L;

        Should.Throw<OperationCanceledException>(() =>
        {
            foreach (var chunk in session.Stream("SELECT i FROM range(100000000000) r(i)", cancellationToken: source.Token))
            {
                rows += chunk.Rows;
                source.Cancel();
            }
        });

        rows.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Stream_LeftEarly_LetsTheNextQueryRun()
    {
        session.Stream("SELECT i FROM range(100000000000) r(i)").First();

        session.Query("SELECT 1 AS one").ShouldHaveSingleItem();
    }

    [Fact]
    public void Stream_FailureInALaterChunk_IsAnErrorAndNotAnEnd()
    {
        var sql = "SELECT CASE WHEN i = 4000000 THEN error('late') ELSE i END FROM range(5000000) r(i)";

        Should.Throw<TaskFailureException>(() => session.Stream(sql).Count()).Message.ShouldContain("late");
    }

    [Fact]
    public void Execute_Extension_IsNeverFetched()
    {
        session.Query("SELECT current_setting('autoinstall_known_extensions') AS a").Single()["a"].ShouldBe(false);
        session.Query("SELECT current_setting('autoload_known_extensions') AS a").Single()["a"].ShouldBe(false);

        Should.Throw<TaskFailureException>(() => session.Query("SELECT * FROM read_parquet('https://127.0.0.1:1/x.parquet')"));
    }
}
