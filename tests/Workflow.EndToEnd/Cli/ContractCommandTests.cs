namespace Workflow.EndToEnd.Cli;

public sealed class ContractCommandTests : CliTest
{
    private const string Shown = """
        {"dataset": "rows", "version": 2,
         "says": {"dataset": "rows", "columns": [
            {"name": "fare", "type": "DOUBLE", "required": true, "minimum": 0, "maximum": 500, "unit": "USD", "personal_data": "none"},
            {"name": "kind", "type": "BIGINT", "required": false, "values": ["1", "2"], "personal_data": "personal", "meaning": "What."}],
          "key": ["fare"], "compatibility": "backward", "extra_columns": false, "owner": "ann"},
         "declared_by": [{"dag_id": "maker", "version": 2}],
         "versions": [
            {"version": 2, "dag_id": "maker", "dag_version": null, "registered_at": "2026-01-01T00:00:00Z", "accepted_by": "user", "reason": "so be it",
             "changes": [{"message": "type of 'fare' changed: BIGINT → DOUBLE", "breaks": ["forward"]}]},
            {"version": 1, "dag_id": "maker", "dag_version": 1, "registered_at": "2026-01-01T00:00:00Z", "accepted_by": null, "reason": null, "changes": []}],
         "refused": [{"dag_id": "other", "file": "other.cs", "message": "It breaks.", "refused_at": "2026-01-01T00:00:00Z"}],
         "affected": {"dags": ["eater"], "datasets": [], "models": ["brain"]}}
        """;

    private const string Breaking = """
        {"dataset": "rows", "outcome": "breaking", "version": 1, "compatibility": "backward", "changes": [],
         "breaks": [{"field": "x", "message": "type of 'x' changed: DOUBLE → VARCHAR", "against_version": 1, "breaks": ["backward", "forward"],
           "remedy": "Add a column."}],
         "affected": {"dags": ["eater"], "datasets": ["eaten"], "models": ["brain"]}}
        """;

    private const string Dag = """
        public sealed class Maker : IDag
        {
            public void Define(DagBuilder dag)
            {
                dag.Id("maker");
                dag.Contract(Shared.Rows);
                dag.Task("a", _ => Task.CompletedTask);
            }
        }
        """;

    private const string Shared = """
        public static class Shared
        {
            public static readonly DataContract Rows = DataContract.Of("rows", contract => contract.Column("x", "TEXT"));
        }
        """;

    [Fact]
    public async Task List_Both_ShowTheNewest()
    {
        const string Row = """
            {"dataset": "rows", "version": 2, "compatibility": "full", "owner": "ann", "licence": null, "columns": 3, "personal_columns": ["name"],
             "dag_id": "maker", "registered_at": "2026-01-01T00:00:00Z", "refused": 1}
            """;
        Api.On("GET contracts", Canned.Page("contracts", Row));

        (await RunAsync("contracts", "list")).Rows[1].ShouldBe("rows 2 full 3 name ann maker 2026-01-01 00:00:00 UTC 1");
        ((string?)(await RunAsync("contracts", "list", "-o", "json")).Json[0]!["dataset"]).ShouldBe("rows");
    }

    [Fact]
    public async Task Show_Table_ShowsColumnsVersionsAndReaders()
    {
        Api.On("GET contracts/rows", Shown);

        var rows = (await RunAsync("contracts", "show", "rows")).Rows;

        rows.ShouldContain("Read by dags eater, models brain");
        rows.ShouldContain("fare DOUBLE yes – 0 to 500 USD none –");
        rows.ShouldContain("kind BIGINT no 1, 2 – – personal What.");
        rows.ShouldContain("2 2026-01-01 00:00:00 UTC maker user: so be it type of 'fare' changed: BIGINT → DOUBLE");
        rows.ShouldContain("It breaks.");
    }

    [Fact]
    public async Task Check_BreakingFile_AsksWithItsContractAndFails()
    {
        WriteDag();
        Api.On("POST contracts/rows/check", Breaking);

        var result = await RunAsync("contracts", "check", Path.Combine(Folder, "dags", "Maker.cs"));

        result.Code.ShouldBe(1, result.Error);
        result.Rows.ShouldContain("rows (maker): breaking, level backward of version 1");
        result.Rows.ShouldContain("type of 'x' changed: DOUBLE → VARCHAR (version 1, backward, forward). Add a column.");
        result.Rows.ShouldContain("Affected: dags eater, datasets eaten, models brain");
        Api.Requests.ShouldHaveSingleItem().ShouldContain("VARCHAR");
    }

    [Theory]
    [InlineData("unchanged", 1, "rows (maker): unchanged, version 1")]
    [InlineData("compatible", 2, "rows (maker): compatible, would be version 2")]
    public async Task Check_OtherOutcomes_Succeed(string outcome, int version, string line)
    {
        WriteDag();
        Api.On("POST contracts/rows/check", $$"""
            {"dataset": "rows", "outcome": "{{outcome}}", "version": {{version}}, "compatibility": null, "changes": [], "breaks": [], "affected": {} }
            """);

        var result = await RunAsync("contracts", "check", Path.Combine(Folder, "dags", "Maker.cs"), "--dags", Path.Combine(Folder, "dags"));

        result.Code.ShouldBe(0, result.Error);
        result.Rows.ShouldContain(line);
    }

    [Fact]
    public async Task Check_FileThatDoesNotLoad_NamesItsErrorsAndAsksNothing()
    {
        WriteDag(Dag.Replace("Shared.Rows", "Missing.Rows", StringComparison.Ordinal));

        var result = await RunAsync("contracts", "check", Path.Combine(Folder, "dags", "Maker.cs"));

        result.Code.ShouldBe(1);
        result.Error.ShouldContain("Maker.cs(6,");
        result.Error.ShouldContain("CS0103");
        Api.Requests.ShouldBeEmpty();
        (await RunAsync("contracts", "check", "nowhere.cs")).Code.ShouldBe(2);
    }

    [Fact]
    public async Task Check_FileBelowALibThatHoldsNoCode_ReadsItsOwnFolder()
    {
        Directory.CreateDirectory(Path.Combine(Folder, "lib"));
        Directory.CreateDirectory(Path.Combine(Folder, "etl"));
        File.WriteAllText(Path.Combine(Folder, "etl", "Maker.cs"), Dag);

        var result = await RunAsync("contracts", "check", Path.Combine(Folder, "etl", "Maker.cs"));

        result.Error.ShouldContain("  Maker.cs(6,");
    }

    [Fact]
    public async Task Check_FolderThatIsNone_IsAWrongCommandLine()
    {
        WriteDag();

        var result = await RunAsync("contracts", "check", Path.Combine(Folder, "dags", "Maker.cs"), "--dags", "");

        result.Code.ShouldBe(2);
        result.Error.ShouldContain("cannot be read as a file of the folder ''");
    }

    [Fact]
    public async Task Check_NameWithARefusedDag_FailsWithItsMessage()
    {
        Api.On("GET contracts/rows", Shown);

        var result = await RunAsync("contracts", "check", "rows");

        result.Code.ShouldBe(1);
        result.Rows.ShouldContain("other.cs (other): It breaks.");
    }

    [Fact]
    public async Task Accept_WithReason_SendsIt()
    {
        Api.On("POST contracts/rows/accept", """{"dataset": "rows", "version": 3, "accepted_by": "user", "reason": "so be it"}""");

        var result = await RunAsync("contracts", "accept", "rows", "--dag", "maker", "--hash", "0123456789ab", "--reason", "so be it");

        result.Rows.ShouldContain("The break is accepted: version 3 of the contract of rows.");
        Api.Requests.ShouldHaveSingleItem().ShouldContain("""{"reason":"so be it","dag_id":"maker","hash":"0123456789ab"}""");
        (await RunAsync("contracts", "accept", "rows")).Code.ShouldBe(2);
    }

    private void WriteDag(string text = Dag)
    {
        Directory.CreateDirectory(Path.Combine(Folder, "dags", "lib"));
        File.WriteAllText(Path.Combine(Folder, "dags", "Maker.cs"), text);
        File.WriteAllText(Path.Combine(Folder, "dags", "lib", "Shared.cs"), Shared);
    }
}
