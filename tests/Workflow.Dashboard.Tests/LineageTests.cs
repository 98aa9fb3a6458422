using System.Text.Json;
using System.Text.Json.Nodes;
using Workflow.Postgres.Effects;

namespace Workflow.Dashboard.Tests;

/// <summary>A file becomes <c>raw</c>, that becomes <c>features</c>, those a model, and that scores <c>scores</c>.</summary>
public sealed class LineageTests : DataTest
{
    private int runs;

    [Fact]
    public async Task Upstream_OfAModelWithoutVersion_IsThatOfItsChampion()
    {
        await ChainAsync("2019-01", "champion");
        await ChainAsync("2019-02", alias: null);

        var graph = await Server.GetAsync("/lineage/upstream?of=model:fare");

        graph.Text("roots/0").ShouldBe("model:fare@1");
        Edges(graph).ShouldBe([
            "dataset:features@1 trained_on model:fare@1", "dataset:raw@1 read dataset:features@1", "gate judged dataset:raw@1",
            "gate judged model:fare@1", $"source:/data/2019-01.csv#{Sha[..12]} ingested dataset:raw@1"]);
        var model = Node(graph, "model:fare@1");
        model.Text("aliases/0").ShouldBe("champion");
        model.Text("made_by/dag_id").ShouldBe("taxi");
        model.Int("made_by/dag_version").ShouldBe(1);
        model.Text("made_by/dag_hash").Length.ShouldBe(64);
        model.Text("made_by/run_id").ShouldBe("r1");
        model.Text("made_by/task_id").ShouldBe("make");
        model.Int("made_by/try_number").ShouldBe(1);
        model.Text("made_by/worker").ShouldBe("w");
        var raw = Node(graph, "dataset:raw@1");
        raw.Text("partition/month").ShouldBe("2019-01");
        raw.Int("rows").ShouldBe(10);
        var source = Node(graph, $"source:/data/2019-01.csv#{Sha[..12]}");
        source.Text("sha256").ShouldBe(Sha);
        source.Int("bytes").ShouldBe(77);
        source.Text("dialect/delimiter").ShouldBe(";");
        var gate = graph.At("nodes").EnumerateArray().First(node => node.Text("kind") == "gate");
        gate.Text("verdict").ShouldBe("pass");
        gate.Text("checks/0/check").ShouldBe("not_null");
        graph.At("is_truncated").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public async Task Upstream_AfterTheRunIsGone_StillNamesItsCode()
    {
        await ChainAsync("2019-01", "champion");
        await Server.Given.ExecuteAsync("DELETE FROM dag_run");

        var graph = await Server.GetAsync("/lineage/upstream?of=model:fare@champion");

        Node(graph, "dataset:raw@1").Int("made_by/dag_version").ShouldBe(1);
        Node(graph, "dataset:raw@1").Text("made_by/run_id").ShouldBe("r1");
    }

    [Fact]
    public async Task Downstream_OfASource_ReachesTheScoresThroughTheModel()
    {
        await ChainAsync("2019-01", "champion");
        await ChainAsync("2019-02", alias: null);

        var graph = await Server.GetAsync("/lineage/downstream?of=source:/data/2019-02.csv");

        Nodes(graph).ShouldBe([
            "dataset:features@2", "dataset:raw@2", "dataset:scores@2", "gate", "gate", "model:fare@2",
            $"source:/data/2019-02.csv#{Sha[..12]}"]);
        Edges(graph).ShouldContain("model:fare@2 applied dataset:scores@2");
    }

    [Fact]
    public async Task Upstream_OfADatasetAsAWhole_BeginsAtTheNewestOfEachSlice()
    {
        await ChainAsync("2019-01", "champion");
        await ChainAsync("2019-02", alias: null);
        await ChainAsync("2019-01", alias: null);

        (await Server.GetAsync("/lineage/upstream?of=dataset:raw")).Texts("roots").Order().ShouldBe(["dataset:raw@2", "dataset:raw@3"]);
        (await Server.GetAsync("/lineage/upstream?of=dataset:raw@1")).Texts("roots").ShouldBe(["dataset:raw@1"]);
    }

    [Fact]
    public async Task Upstream_WithADepth_GoesNoFurther()
    {
        await ChainAsync("2019-01", "champion");

        var graph = await Server.GetAsync("/lineage/upstream?of=model:fare&depth=1");

        Nodes(graph).ShouldBe(["dataset:features@1", "gate", "model:fare@1"]);
    }

    [Fact]
    public async Task Upstream_WhereRowsGoInACircle_Ends()
    {
        await ChainAsync("2019-01", "champion");
        await Server.Given.ExecuteAsync(
            "INSERT INTO dataset_parent SELECT r.dataset_version_id, f.dataset_version_id FROM dataset_version r, dataset_version f WHERE r.dataset = 'raw' AND f.dataset = 'features'");

        var graph = await Server.GetAsync("/lineage/upstream?of=dataset:features@1");

        Edges(graph).ShouldContain("dataset:features@1 read dataset:raw@1");
        Edges(graph).ShouldContain("dataset:raw@1 read dataset:features@1");
    }

    [Fact]
    public async Task Lineage_OfSlicesThatWereReplacedOrHaveExpired_IsStillTold()
    {
        await ChainAsync("2019-01", "champion");
        await ChainAsync("2019-01", alias: null);
        await Server.Given.ExecuteAsync("UPDATE dataset_version SET expired_at = now() WHERE version = 1");

        var champion = await Server.GetAsync("/lineage/upstream?of=model:fare");
        var replaced = await Server.GetAsync("/lineage/downstream?of=dataset:raw@1");
        var standing = await Server.GetAsync("/lineage/downstream?of=dataset:raw");

        Nodes(champion).ShouldContain("dataset:raw@1");
        Node(champion, "dataset:raw@1").IsNull("expired_at").ShouldBeFalse();
        Versions(replaced).ShouldBe(["dataset:features@1", "dataset:raw@1", "dataset:scores@1", "model:fare@1"]);
        Versions(standing).ShouldBe(["dataset:features@2", "dataset:raw@2", "dataset:scores@2", "model:fare@2"]);
        Node(standing, "dataset:raw@2").IsNull("expired_at").ShouldBeTrue();
    }

    [Theory]
    [InlineData("", "model:fare@1")]
    [InlineData("DELETE FROM model_alias", "")]
    public async Task Downstream_OfAColumnThatOnlyTheChampionUses_NamesTheChampion(string before, string model)
    {
        await ChainAsync("2019-01", "champion");
        await ChainAsync("2019-02", alias: null);
        await Server.Given.ExecuteAsync("""UPDATE model_version SET params = '{"label": "fare"}' WHERE version = 2;""" + before);

        var impact = await Server.GetAsync("/lineage/downstream?of=dataset:features&column=is_night");

        Nodes(impact).Where(id => id.StartsWith("model", StringComparison.Ordinal)).ShouldBe(model.Length > 0 ? [model] : []);
    }

    [Fact]
    public async Task Upstream_OfAColumn_ShowsTheColumnsItCameFrom()
    {
        await ChainAsync("2019-01", "champion");

        var graph = await Server.GetAsync("/lineage/upstream?of=dataset:features@1&column=is_night");

        Node(graph, "dataset:raw@1").Texts("columns").ShouldBe(["fare", "pickup"]);
        ColumnEdges(graph).ShouldBe(["raw.fare filter features.is_night", "raw.pickup transformation features.is_night"]);
        Nodes(graph).ShouldContain("gate", "the gate on raw looks at fare");
    }

    [Fact]
    public async Task Upstream_OfAColumnFromMoreSlicesThanAreShown_SaysThatItIsCut()
    {
        await ChainAsync("2019-01", "champion");
        await Server.Given.ExecuteAsync("""
            WITH slices AS (
                INSERT INTO dataset_version (dataset, version, sha256, bytes, row_count, partition, columns, profile, writer, dag_id, run_id, run_key,
                    task_index, map_index, attempt, task_id, published_at)
                SELECT dataset, 1 + i, sha256, bytes, row_count, jsonb_build_object('slice', i::text), columns, profile, writer, dag_id, run_id, run_key,
                    task_index, map_index, attempt, task_id, published_at
                FROM dataset_version CROSS JOIN generate_series(1, 5000) i WHERE dataset = 'raw'
                RETURNING dataset_version_id)
            INSERT INTO dataset_parent SELECT f.dataset_version_id, s.dataset_version_id FROM slices s, dataset_version f WHERE f.dataset = 'features'
            """);

        var graph = await Server.GetAsync("/lineage/upstream?of=dataset:features@1&column=is_night");

        graph.At("is_truncated").GetBoolean().ShouldBeTrue();
        Versions(graph).Count().ShouldBe(5000);
    }

    [Fact]
    public async Task Downstream_OfAColumn_IsWhatWouldBreakWithItNow()
    {
        await ChainAsync("2019-01", "champion");
        await ChainAsync("2019-02", alias: null);

        var pickup = await Server.GetAsync("/lineage/downstream?of=dataset:raw&column=pickup");
        var comment = await Server.GetAsync("/lineage/downstream?of=dataset:raw&column=comment");
        var unused = await Server.GetAsync("/lineage/downstream?of=dataset:features&column=distance");

        Nodes(pickup).ShouldBe([
            "dataset:features@2", "dataset:raw@2", "dataset:scores@2", "gate", "gate", "model:fare@1", "model:fare@2"]);
        ColumnEdges(pickup).ShouldBe([
            "features.is_night transformation scores.", "features.is_night trained_on fare.", "features.is_night trained_on fare.",
            "fare. applied scores.", "raw.pickup transformation features.is_night"],
            ignoreOrder: true);
        Nodes(comment).ShouldBe(["dataset:raw@2"]);
        Nodes(unused)
            .ShouldBe(["dataset:features@2", "dataset:scores@2"], "the model does not use it, and what scores code makes nobody can tell");
    }

    [Theory]
    [InlineData("/lineage/upstream", 422, "of")]
    [InlineData("/lineage/upstream?of=raw", 422, "dataset:NAME")]
    [InlineData("/lineage/upstream?of=dataset:raw@new", 422, "dataset:NAME")]
    [InlineData("/lineage/upstream?of=source:x", 422, "downstream")]
    [InlineData("/lineage/upstream?of=dataset:none", 404, "no dataset 'none'")]
    [InlineData("/lineage/upstream?of=dataset:raw@9", 404, "version 9")]
    [InlineData("/lineage/upstream?of=model:fare@shadow", 404, "holds 'shadow'")]
    [InlineData("/lineage/upstream?of=dataset:raw&depth=0", 422, "between 1 and 100")]
    [InlineData("/lineage/upstream?of=dataset:raw&column=none", 404, "no column 'none'")]
    [InlineData("/lineage/upstream?of=model:fare&column=fare", 422, "belongs to a dataset")]
    [InlineData("/lineage/downstream?of=dataset:raw@1&column=fare", 422, "newest versions")]
    public async Task Lineage_OfWhatIsNotThere_SaysWhatIsWrong(string path, int status, string said)
    {
        await ChainAsync("2019-01", "champion");

        var answer = await Server.SendAsync(HttpMethod.Get, path);

        answer.Status.ShouldBe(status);
        answer.Body.ToString().ShouldContain(said);
    }

    private async Task ChainAsync(string month, string? alias)
    {
        var key = $"r{++runs}";
        var source = await StartAsync(key);
        var raw = await Effects.StageAsync(
            source,
            Dataset("raw", month, ["pickup", "fare", "comment"]) with
            {
                Source = new StagedSource($"/data/{month}.csv", Sha, 77, new Dictionary<string, string> { ["delimiter"] = ";" }),
            },
            default);
        CheckResult[] checks = [new("not_null", "fare", Verdict.Pass, Severity.Block, 0, "= 0", 10, 0, [], "Good.")];
        var features = await Effects.StageAsync(
            source,
            Dataset("features", month, ["is_night", "fare", "distance"], raw) with
            {
                Lineage = [
                    new ColumnEdge("is_night", "raw", "pickup", LineageHow.Transformation), new ColumnEdge("fare", "raw", "fare"),
                    new ColumnEdge(null, "raw", "fare", LineageHow.Filter)],
            },
            default);
        var parameters = new JsonObject { ["label"] = "fare", ["numeric"] = new JsonArray("is_night"), ["categorical"] = new JsonArray() };
        var model = await Effects.StageAsync(
            source, new StagedModel("fare", Sha, 500, "linear", parameters, new Dictionary<string, double>(), [features]), default);
        await Effects.StageAsync(
            source, Dataset("scores", month, ["score"], features) with { Models = [new AppliedModel(model, "candidate")] }, default);
        await Effects.StageAsync(source, GateVerdict.Of("fare", checks), new VerdictSubject(ModelVersionId: model, Alias: "champion"),
            default);
        if (alias is not null)
            await Effects.StageMoveAsync(source, alias, model, default);
        await FinishAsync(source);

        // An attempt has one verdict; that on the raw data comes from a run of its own.
        var judge = await StartAsync($"{key}q");
        await Effects.StageAsync(judge, GateVerdict.Of("raw", checks), new VerdictSubject(DatasetVersionId: raw), default);
        await FinishAsync(judge);
    }

    private static StagedDataset Dataset(string name, string month, string[] columns, params long[] parents) => new(
        name, Sha, 1000, 10, new Dictionary<string, string> { ["month"] = month },
        [.. columns.Select(column => new Column(column, "DOUBLE"))],
        [], "tests 1", parents);

    private static JsonElement Node(JsonElement graph, string id) =>
        graph.At("nodes").EnumerateArray().Single(node => node.Text("id") == id);

    private static string Short(string id) => id.StartsWith("gate:", StringComparison.Ordinal) ? "gate" : id;

    private static IEnumerable<string> Nodes(JsonElement graph) =>
        graph.All("nodes", "id").Select(id => Short(id!)).Order(StringComparer.Ordinal);

    private static IEnumerable<string> Versions(JsonElement graph) => Nodes(graph).Where(id => id.Contains('@'));

    private static IEnumerable<string> Edges(JsonElement graph) => graph.At("edges").EnumerateArray()
        .Select(edge => $"{Short(edge.Text("from"))} {edge.Text("how")} {edge.Text("to")}").Order(StringComparer.Ordinal);

    private static IEnumerable<string> ColumnEdges(JsonElement graph) => graph.At("edges").EnumerateArray()
        .Where(edge => edge.Text("how") is not ("judged" or "ingested"))
        .Select(edge =>
            $"{Name(edge, "from")}.{Column(edge, "from_column")} {edge.Text("how")} {Name(edge, "to")}.{Column(edge, "to_column")}")
        .Order(StringComparer.Ordinal);

    private static string Name(JsonElement edge, string end) => edge.Text(end).Split(':')[1].Split('@')[0];

    private static string Column(JsonElement edge, string end) => edge.IsNull(end) ? "" : edge.Text(end);
}
