namespace Workflow.EndToEnd.Cli;

public sealed class DataCommandTests : CliTest
{
    private const string Sha = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    private const string Dataset = $$"""
        {"name": "fares", "versions": [{
          "version": 3, "sha256": "{{Sha}}", "rows": 1234567, "bytes": 1572864, "partition": {"month": "2019-01"},
          "created_at": "2026-01-01T00:00:00Z", "dag_id": "taxi", "run_id": "r1", "task_id": "ingest",
          "columns": [{"name": "fare", "type": "DOUBLE"}],
          "profile": [
            {"column": "fare", "type": "DOUBLE", "count": 1234567, "nulls": 0, "distinct": 812, "min": "-1.5", "max": "0.30000000000000004", "mean": 13.04567}
          ],
          "parents": [{"dataset": "raw", "version": 2, "sha256": "{{Sha}}"}], "contract_version": 4}], "total_entries": 365}
        """;

    private const string Model = $$"""
        {"name": "fare_model", "aliases": {"champion": 1}, "versions": [
          {"version": 2, "sha256": "{{Sha}}", "flavour": "linear", "metrics": {"rmse": 3.21456, "mae": 2.0511}, "params": {},
           "parents": [{"dataset": "fares", "version": 3, "sha256": "{{Sha}}"}], "created_at": "2026-01-01T00:00:00Z",
           "gates": [{"task_id": "backtest", "verdict": "fail"}]},
          {"version": 1, "sha256": "{{Sha}}", "flavour": "linear", "metrics": {}, "params": {}, "parents": [],
           "created_at": "2026-01-01T00:00:00Z", "gates": []}],
         "total_entries": 70, "alias_moves": [{"alias": "champion", "from_version": null, "to_version": 1, "at": "2026-01-01T00:00:00Z", "run_id": "r0"}]}
        """;

    [Fact]
    public async Task ShowDataset_Table_ShowsVersionsAndColumns()
    {
        Api.On("GET datasets/fares", Dataset);

        var result = await RunAsync("datasets", "show", "fares");

        result.Code.ShouldBe(0);
        result.Rows.ShouldContain("3 01234567 1,234,567 1.5 MiB month 2019-01 2026-01-01 00:00:00 UTC ingest in r1 of taxi 4 raw 2");
        result.Rows.ShouldContain("fare DOUBLE 0 812 -1.5 0.3 13");
        result.Rows.ShouldContain("Versions 1 newest of 365");
    }

    [Fact]
    public async Task ShowDataset_Json_KeepsWholeHashAndNumbers()
    {
        Api.On("GET datasets/fares", Dataset);

        var json = (await RunAsync("datasets", "show", "fares", "--output", "json")).Json;

        ((string?)json["name"]).ShouldBe("fares");
        ((string?)json["versions"]![0]!["sha256"]).ShouldBe(Sha);
        ((int)json["versions"]![0]!["rows"]!).ShouldBe(1_234_567);
    }

    [Fact]
    public async Task Profile_Table_ShowsWhatColumnsHold()
    {
        Api.On("GET datasets/fares/profile", """
            {"name": "fares", "version": 3, "is_whole": true, "partition": {}, "slices": 2, "rows": 40, "columns": [
              {"column": "fare", "type": "DOUBLE", "nulls": 1, "distinct": 2000, "is_distinct_exact": false, "min": "-1.5", "max": "500", "mean": 13.04567,
               "sd": 2.5, "quantiles": [{"share": 0.25, "value": "6"}, {"share": 0.5, "value": "9.500000000000002"}],
               "histogram": [{"low": "0", "high": "1", "count": 10}, {"low": "1", "high": "2", "count": 0}, {"low": "2", "high": "3", "count": 20}],
               "top_values": []},
              {"column": "key", "type": "BIGINT", "nulls": 0, "distinct": 40, "is_distinct_exact": true, "min": "-7", "max": "1234567890123456789",
               "mean": null, "sd": null, "quantiles": [], "histogram": [], "top_values": []},
              {"column": "kind", "type": "VARCHAR", "nulls": 0, "distinct": 2, "is_distinct_exact": true, "min": "card", "max": "cash", "mean": null,
               "sd": null, "quantiles": [], "histogram": [], "top_values": [{"value": "card", "count": 30}, {"value": "cash", "count": 10}]}]}
            """);

        var result = await RunAsync("datasets", "profile", "fares", "--version", "3", "--whole");

        result.Code.ShouldBe(0);
        result.Rows.ShouldContain("Slice all 2");
        result.Rows.ShouldContain("fare DOUBLE 1 ~2,000 -1.5 9.5 500 13 2.5 ▅ █");
        result.Rows.ShouldContain("key BIGINT 0 40 -7 – 1,234,567,890,123,456,789 – – –");
        result.Rows.ShouldContain("kind VARCHAR 0 2 card – cash – – card ×30, cash ×10");
        (await RunAsync("datasets", "profile", "fares", "--version", "3", "--partition", "month=2019-01")).Code.ShouldBe(2);
    }

    [Fact]
    public async Task ListDatasets_Both_ShowLatest()
    {
        const string Fares = """
            {"name": "fares", "versions": 3, "latest_version": 3, "latest_rows": 98765, "latest_created_at": "2026-01-01T00:00:00Z",
             "owner": "data", "tags": ["a", "b"]}
            """;
        Api.On("GET datasets", Canned.Page("datasets", Fares));

        (await RunAsync("datasets", "list")).Rows[1].ShouldBe("fares 3 3 98,765 2026-01-01 00:00:00 UTC data a, b");
        ((string?)(await RunAsync("datasets", "list", "-o", "json")).Json[0]!["name"]).ShouldBe("fares");
    }

    [Fact]
    public async Task ShowModel_Table_ShowsAliasesMetricsAndGates()
    {
        Api.On("GET models/fare_model", Model);

        var result = await RunAsync("models", "show", "fare_model");

        result.Rows.ShouldContain("Aliases champion 1");
        result.Rows.ShouldContain("Versions 2 newest of 70");
        result.Rows.ShouldContain("2 – 01234567 linear rmse 3.21, mae 2.05 ✗ backtest fares 3 2026-01-01 00:00:00 UTC –");
        result.Rows.ShouldContain("1 champion 01234567 linear – – – 2026-01-01 00:00:00 UTC –");
        result.Rows.ShouldContain("2026-01-01 00:00:00 UTC champion – 1 r0");
    }

    [Fact]
    public async Task ShowModel_Json_HasAliasesAndFullMetrics()
    {
        Api.On("GET models/fare_model", Model);

        var json = (await RunAsync("models", "show", "fare_model", "-o", "json")).Json;

        ((int)json["aliases"]!["champion"]!).ShouldBe(1);
        ((double)json["versions"]![0]!["metrics"]!["rmse"]!).ShouldBe(3.21456);
        ((string?)json["versions"]![0]!["parents"]![0]!["dataset"]).ShouldBe("fares");
    }

    [Fact]
    public async Task ListModels_Both_ShowAliases()
    {
        const string Model = """{"name": "m", "versions": 2, "latest_version": 2, "aliases": {"champion": 1, "challenger": 2}}""";
        Api.On("GET models", Canned.Page("models", Model));

        (await RunAsync("models", "list")).Rows[1].ShouldBe("m 2 2 champion 1, challenger 2");
        (await RunAsync("models", "list", "-o", "json")).Json.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task ListGates_Json_IsAnArrayWithChecks()
    {
        Api.On("GET gates", Canned.Page("gates", Canned.Verdict));

        var result = await RunAsync("gates", "list", "--run", "r+1", "--dag", "taxi", "--output", "json");

        var gate = result.Json.AsArray().ShouldHaveSingleItem()!;
        ((string?)gate["run_id"]).ShouldBe("r1");
        ((string?)gate["verdict"]).ShouldBe("fail");
        ((double)gate["checks"]![1]!["observed"]!).ShouldBe(0.98765);
        Api.Requests.ShouldBe(["GET gates?run_id=r%2B1&dag_id=taxi&limit=50&offset=0"]);
    }

    [Fact]
    public async Task ShowGate_OfDrift_HasTheReportOfItsColumns()
    {
        const string gate = """
            {"run_id": "r1", "dag_id": "taxi", "task_id": "drift", "map_index": -1, "try_number": 2, "verdict": "fail", "subject": "dataset trips 01234567",
             "created_at": "2026-01-01T00:00:00Z", "checks": [
               {"check": "drift", "column": null, "verdict": "fail", "severity": "block", "observed": 0.5, "threshold": "below 0.5", "rows": 900,
                "failing_rows": null, "sample_rows": [], "message": "1 of 2 columns differ."}]}
            """;
        Api.On("GET gates", Canned.Page("gates", gate, gate.Replace("\"try_number\": 2", "\"try_number\": 1", StringComparison.Ordinal)));
        Api.On("GET gates/taxi/r1/drift/drift", """
            {"subject": "dataset trips 01234567", "try_number": 2, "verdict": "fail", "found": "fail", "share": 0.5,
             "references": [{"dataset": "trips", "version": 3, "partition": {"month": "2019-01"}, "rows": 1000}],
             "columns": [
               {"column": "fare", "verdict": "fail", "method": "psi-deciles", "statistic": 0.31234, "adjusted_p_value": null, "threshold": 0.25,
                "reference_count": 1000, "current_count": 900, "bins": []},
               {"column": "tip", "verdict": "pass", "method": "ks", "statistic": 0.01, "adjusted_p_value": 0.4, "threshold": 0.05,
                "reference_count": 1000, "current_count": 900, "bins": []}]}
            """);

        var shown = await RunAsync("gates", "show", "r1", "drift");
        var json = (await RunAsync("gates", "show", "r1", "drift", "-o", "json")).Json.AsArray();

        shown.Rows.ShouldContain("Compared with trips version 3, month 2019-01, 1,000 rows");
        shown.Rows.ShouldContain("Found 50 % of the columns drifted: fail");
        shown.Rows.ShouldContain("fare fail psi-deciles 0.312 – 0.25 1,000 / 900");
        shown.Rows.ShouldContain("tip pass ks 0.01 0.4 0.05 1,000 / 900");
        ((string?)json[0]!["drift"]!["columns"]![0]!["column"]).ShouldBe("fare");
        json[1]!["drift"].ShouldBeNull("the report is that of the last attempt");
    }

    [Fact]
    public async Task ShowGate_OfAMappedTask_AsksForTheReportOfEachElement()
    {
        const string gate = """
            {"run_id": "r1", "dag_id": "taxi", "task_id": "drift", "map_index": 0, "try_number": 1, "verdict": "pass", "subject": "trips",
             "created_at": "2026-01-01T00:00:00Z", "checks": [{"check": "drift", "verdict": "pass"}]}
            """;
        Api.On("GET gates", Canned.Page("gates", gate, gate.Replace("\"map_index\": 0", "\"map_index\": 1", StringComparison.Ordinal)));
        Api.On("GET gates/taxi/r1/drift/drift", """{"subject": "trips", "try_number": 1, "columns": []}""");

        var result = await RunAsync("gates", "show", "r1", "drift");

        result.Rows.ShouldContain("Element 1");
        Api.Requests.Skip(1).ShouldBe(["GET gates/taxi/r1/drift/drift?map_index=0", "GET gates/taxi/r1/drift/drift?map_index=1"]);
    }

    [Fact]
    public async Task Verify_ThatTakesLongerThanOtherAnswersMay_IsWaitedFor()
    {
        var isRead = new TaskCompletionSource();
        AnswerLimit = TimeSpan.FromMilliseconds(1);
        Api.On("GET datasets/fares", _ => isRead.Task);
        Api.On("POST datasets/fares/verify", async context =>
        {
            await isRead.Task;
            await StubApi.WriteAsync(context, 200, """{"version": 3, "files": 1, "sound": 1, "damages": []}""");
        });

        var verified = RunAsync("datasets", "verify", "fares");
        var shown = await RunAsync("datasets", "show", "fares");
        isRead.SetResult();

        shown.Error.ShouldContain("no answer within 1 ms");
        (await verified).Code.ShouldBe(0);
    }

    [Fact]
    public async Task Verify_OfAVersionWithExpiredSlices_SucceedsAndSaysSo()
    {
        Api.On("POST datasets/fares/verify", """{"name": "fares", "version": 1, "files": 2, "sound": 2, "expired": 3, "damages": []}""");

        var result = await RunAsync("datasets", "verify", "fares", "--version", "1");

        result.Code.ShouldBe(0);
        result.Rows.ShouldContain("fares version 1: 2 of 2 files are sound. The content of 3 more has expired.");
    }

    [Fact]
    public async Task ShowGate_OfDriftWithoutAReport_ShowsItsVerdict()
    {
        Api.On("GET gates", Canned.Page("gates", Canned.Verdict.Replace("not_null", "drift", StringComparison.Ordinal)));

        var result = await RunAsync("gates", "show", "r1", "quality");

        result.Code.ShouldBe(0, result.Error);
        result.Rows.ShouldContain("Subject fares 3");
    }

    [Fact]
    public async Task ListGates_Table_HasARowForEachCheck()
    {
        var mapped = Canned.Verdict.Replace("\"map_index\": -1", "\"map_index\": 7", StringComparison.Ordinal);
        Api.On("GET gates", Canned.Page("gates", Canned.Verdict), Canned.Page("gates", mapped));

        var result = await RunAsync("gates", "list");

        result.Rows[1].ShouldBe("r1 quality ✓ pass not_null fare 0 = 0 –");
        result.Rows[2].ShouldBe("r1 quality ✗ fail between fare 0.988 >= 0.99 4 rows out of range");
        (await RunAsync("gates", "list")).Rows[1].ShouldStartWith("r1 quality [7]");
    }
}
