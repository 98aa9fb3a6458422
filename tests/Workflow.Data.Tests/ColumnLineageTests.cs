using Workflow.Data.DuckDb;
using Workflow.Data.Lineage;

namespace Workflow.Data.Tests;

/// <summary>
/// From SQL to the lineage of its columns. An edge is written <c>column &lt;- input.column how</c>; a star stands for all.
/// </summary>
public sealed class ColumnLineageTests : IDisposable
{
    private readonly DuckDbSession session = new();

    public ColumnLineageTests()
    {
        session.Execute("CREATE VIEW input AS SELECT 1 AS a, 2 AS b, 3 AS c, [4] AS l, {'x': 5} AS s");
        session.Execute("CREATE VIEW other AS SELECT 1 AS a, 2 AS k, 3 AS v");
    }

    public void Dispose() => session.Dispose();

    [Theory]
    [InlineData("names and aliases", "SELECT a, b AS x, t.c FROM input t",
        "a <- input.a identity; c <- input.c identity; x <- input.b identity")]
    [InlineData("any case", "SELECT A AS z FROM INPUT", "z <- input.a identity")]
    [InlineData("expressions", "SELECT a + b * 2 AS x FROM input", "x <- input.a transformation; x <- input.b transformation")]
    [InlineData("a name of the list", "SELECT a AS x, x + 1 AS y FROM input", "x <- input.a identity; y <- input.a transformation")]
    [InlineData("constants", "SELECT 1 AS one, $p AS two FROM input", "")]
    [InlineData("filters", "SELECT a FROM input WHERE b > 1", "* <- input.b filter; a <- input.a identity")]
    [InlineData("order", "SELECT a AS x FROM input ORDER BY c, 1", "* <- input.a sort; * <- input.c sort; x <- input.a identity")]
    [InlineData("grouping", "SELECT a, sum(b) AS s, count(*) AS n FROM input GROUP BY a HAVING max(c) > 1",
        "* <- input.a group_by; * <- input.c filter; a <- input.a identity; s <- input.b aggregation")]
    [InlineData("grouping by all", "SELECT a, sum(b) AS s FROM input GROUP BY ALL",
        "* <- input.a group_by; a <- input.a identity; s <- input.b aggregation")]
    [InlineData("grouping by place", "SELECT a AS x, count(*) AS n FROM input GROUP BY 1", "* <- input.a group_by; x <- input.a identity")]
    [InlineData("filtered aggregate", "SELECT sum(a) FILTER (WHERE b > 1) AS s FROM input",
        "s <- input.a aggregation; s <- input.b filter")]
    [InlineData("distinct on", "SELECT DISTINCT ON (a) b FROM input", "* <- input.a group_by; b <- input.b identity")]
    [InlineData("windows", "SELECT sum(a) OVER (PARTITION BY b ORDER BY c) AS w, lag(a) OVER (ORDER BY c) AS p FROM input",
        "p <- input.a transformation; p <- input.c window; w <- input.a aggregation; w <- input.b window; w <- input.c window")]
    [InlineData("qualify", "SELECT a FROM input QUALIFY row_number() OVER (PARTITION BY b ORDER BY c) = 1",
        "* <- input.b filter; * <- input.c filter; a <- input.a identity")]
    [InlineData("case", "SELECT CASE WHEN a > 1 THEN b ELSE c END AS x FROM input",
        "x <- input.a conditional; x <- input.b transformation; x <- input.c transformation")]
    [InlineData("star", "SELECT * FROM other", "a <- other.a identity; k <- other.k identity; v <- other.v identity")]
    [InlineData("no list at all", "FROM other", "a <- other.a identity; k <- other.k identity; v <- other.v identity")]
    [InlineData("star without", "SELECT * EXCLUDE (k) REPLACE (v + a AS v) FROM other",
        "a <- other.a identity; v <- other.a transformation; v <- other.v transformation")]
    [InlineData("star renamed", "SELECT * RENAME (k AS key) FROM other",
        "a <- other.a identity; key <- other.k identity; v <- other.v identity")]
    [InlineData("columns by pattern", "SELECT COLUMNS('^[kv]$') FROM other", "k <- other.k identity; v <- other.v identity")]
    [InlineData("columns in an expression", "SELECT max(COLUMNS(*)) FROM other",
        "a <- other.a identity; a <- other.k identity; a <- other.v identity; k <- other.a identity; k <- other.k identity; k <- other.v identity; v <- other.a identity; v <- other.k identity; v <- other.v identity")]
    [InlineData("subquery", "SELECT y AS z FROM (SELECT a + 1 AS y FROM input WHERE b > 1)",
        "* <- input.b filter; z <- input.a transformation")]
    [InlineData("subquery with names", "SELECT q FROM (SELECT a, b FROM input) AS t(p, q)", "q <- input.b identity")]
    [InlineData("cte", "WITH t AS (SELECT a, sum(b) AS s FROM input GROUP BY a), u AS (SELECT s + 1 AS r FROM t) SELECT r FROM u",
        "* <- input.a group_by; r <- input.b aggregation")]
    [InlineData("recursive cte", "WITH RECURSIVE r AS (SELECT a AS n FROM input UNION ALL SELECT n + 1 FROM r WHERE n < 3) SELECT n FROM r",
        "* <- input.a filter; n <- input.a identity; n <- input.a transformation")]
    [InlineData("join on", "SELECT i.b, o.v FROM input i JOIN other o ON i.a = o.k",
        "* <- input.a join; * <- other.k join; b <- input.b identity; v <- other.v identity")]
    [InlineData("join using", "SELECT * FROM other JOIN (SELECT a, b FROM input) i USING (a)",
        "* <- input.a join; * <- other.a join; a <- input.a identity; a <- other.a identity; b <- input.b identity; k <- other.k identity; v <- other.v identity")]
    [InlineData("natural join", "SELECT a, v FROM input NATURAL JOIN other",
        "* <- input.a join; * <- other.a join; a <- input.a identity; a <- other.a identity; v <- other.v identity")]
    [InlineData("semi join", "SELECT b FROM input SEMI JOIN other ON input.a = other.k",
        "* <- input.a join; * <- other.k join; b <- input.b identity")]
    [InlineData("union", "SELECT a AS x FROM input UNION ALL SELECT v FROM other", "x <- input.a identity; x <- other.v identity")]
    [InlineData("union by name", "SELECT a, b FROM input UNION ALL BY NAME SELECT v AS b FROM other",
        "a <- input.a identity; b <- input.b identity; b <- other.v identity")]
    [InlineData("except", "SELECT a FROM input EXCEPT SELECT k FROM other", "* <- other.k filter; a <- input.a identity")]
    [InlineData("correlated", "SELECT a, (SELECT max(v) FROM other WHERE other.k = input.b) AS m FROM input",
        "a <- input.a identity; m <- input.b filter; m <- other.k filter; m <- other.v aggregation")]
    [InlineData("exists", "SELECT a FROM input WHERE EXISTS (SELECT 1 FROM other WHERE other.k = input.b)",
        "* <- input.b filter; * <- other.k filter; a <- input.a identity")]
    [InlineData("in", "SELECT a FROM input WHERE b IN (SELECT v FROM other)",
        "* <- input.b filter; * <- other.v filter; a <- input.a identity")]
    [InlineData("structs and lists", "SELECT s.x AS sx, input.s.x AS isx, l[1] AS e, list_transform(l, y -> y + b) AS t FROM input",
        "e <- input.l transformation; isx <- input.s transformation; sx <- input.s transformation; t <- input.b transformation; t <- input.l transformation")]
    [InlineData("unnest", "SELECT a, u FROM input, unnest(l) AS t(u)", "a <- input.a identity; u <- input.l transformation")]
    [InlineData("values", "SELECT o.v, w FROM other o JOIN (VALUES (1, 2)) n(k, w) ON n.k = o.k",
        "* <- other.k join; v <- other.v identity")]
    [InlineData("whole rows", "SELECT other AS r FROM other", "r <- other.* transformation")]
    [InlineData("pivot", "PIVOT other ON k IN (1, 2) USING sum(v)",
        "1 <- other.* transformation; 2 <- other.* transformation; a <- other.* transformation")]
    [InlineData("pivot inside", "SELECT * FROM (PIVOT other ON k IN (1, 2) USING sum(v))",
        "1 <- other.* transformation; 2 <- other.* transformation; a <- other.* transformation")]
    public void Of_Sql_GivesEachEdge(string what, string sql, string expected)
    {
        var values = new Dictionary<string, object?> { ["p"] = 1 };
        string[] inputs = [.. new[] { "input", "other" }.Where(name => sql.Contains(name, StringComparison.OrdinalIgnoreCase))];

        var edges = ColumnLineage.Of(session, sql, inputs, session.Describe(sql, values), CancellationToken.None);

        edges.Select(edge => $"{edge.Column ?? "*"} <- {edge.Input}.{edge.From ?? "*"} {Workflow.Runs.StateNames.Name(edge.How)}")
            .Order(StringComparer.Ordinal)
            .ShouldBe(expected.Split("; ", StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal), what);
    }

    [Fact]
    public void Of_WhatDuckDbDoesNotParse_SaysFromAllColumns() =>
        ColumnLineage.Of(
            """{"error": true, "error_message": "Only SELECT statements can be serialized to json!"}""",
            new Dictionary<string, IReadOnlyList<string>> { ["input"] = ["a", "b"] }, new HashSet<string>(), ["x"])
        .ShouldBe([new ColumnEdge(null, "input", null, LineageHow.Transformation)]);

    [Fact]
    public void Of_ATreeItDoesNotKnow_SaysFromAllColumnsOfEveryTableInIt() =>
        ColumnLineage.Of(
            """{"error": false, "statements": [{"node": {"type": "NEW_NODE", "part": [{"type": "BASE_TABLE", "table_name": "input"}]}}]}""",
            new Dictionary<string, IReadOnlyList<string>> { ["input"] = ["a", "b"], ["other"] = ["c"] }, new HashSet<string>(), ["x"])
        .ShouldBe([new ColumnEdge("x", "input", null, LineageHow.Transformation)]);
}
