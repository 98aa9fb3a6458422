using Workflow.Testing.Running;

namespace Workflow.Worker.Tests;

/// <summary>What a task writes into a dataset with a contract.</summary>
public sealed class ContractTests : IAsyncLifetime
{
    private const string Contract = """
        dag.Contract("rows", contract => contract.Column("x", "INTEGER", column => column.Required().Between(0, 10)).Key("x"));
        """;

    private TestEngine engine = null!;

    public async ValueTask InitializeAsync() => engine = await TestEngine.CreateAsync();

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Theory]
    [InlineData("")]
    [InlineData(".Isolated()")]
    public async Task Stage_DataThatMeetTheContract_RecordItsVersion(string how)
    {
        await SaveAsync("maker", Contract, "SELECT 1 AS x", how);
        await engine.StartWorkerAsync();

        var runId = await engine.RunAsync("maker");

        (await engine.StateAsync(runId)).ShouldBe("success", await engine.ExplainAsync(runId));
        (await engine.ScalarAsync<int?>("SELECT contract_version FROM dataset_version WHERE dataset = 'rows' AND version = 1")).ShouldBe(1);
    }

    [Theory]
    [InlineData("", Contract)]
    [InlineData(".Isolated()", Contract)]
    [InlineData("", "")]
    [InlineData(".Isolated()", "")]
    public async Task Stage_DataThatDoNot_FailsAtOnceAndNothingIsSeen(string how, string declared)
    {
        // Where the run's own DAG declares none, what another DAG registered counts.
        await SaveAsync("promise", Contract, "SELECT 1 AS x");
        await SaveAsync("maker", declared, "SELECT 11 AS x UNION ALL SELECT 12 UNION ALL SELECT 3 UNION ALL SELECT 3", $"{how}.Retries(3)");
        await engine.StartWorkerAsync();

        var runId = await engine.RunAsync("maker");

        (await engine.TasksAsync(runId)).ShouldBe(new Dictionary<string, string> { ["make"] = "failed", ["eat"] = "upstream_failed" });
        (await engine.ScalarAsync<string>(
            "SELECT message || ' #' || attempt FROM task_instance WHERE run_id = @runId AND task_id = 'make'", new { runId }))
            .ShouldSatisfyAllConditions(
                message =>
                message.ShouldContain(
                    "The data for 'rows' do not meet version 1 of its contract: 2 of 4 rows of 'x' lie outside of [0, 10], such as {\"x\":11}"),
                message => message.ShouldContain("2 rows share their key (x)"),
                message => message.ShouldEndWith("#1"));
        (await engine.ScalarAsync<long>("SELECT count(*) FROM dataset_version")).ShouldBe(0);
    }

    [Fact]
    public async Task Stage_DatasetWithoutContract_RecordsNone()
    {
        await SaveAsync("maker", "", "SELECT 99 AS y");
        await engine.StartWorkerAsync();

        (await engine.StateAsync(await engine.RunAsync("maker"))).ShouldBe("success");

        (await engine.ScalarAsync<int?>(
            "SELECT contract_version FROM dataset_version WHERE dataset = 'rows' AND version = 1")).ShouldBeNull();
    }

    private Task<string> SaveAsync(string id, string contract, string sql, string how = "") => engine.SaveAsync($$"""
        public sealed class Test : IDag
        {
            public void Define(DagBuilder dag)
            {
                dag.Id("{{id}}");
                {{contract}}
                var make = dag.Task("make", run => run.Datasets.GenerateAsync("{{sql}}", into: "rows")){{how}};
                dag.Sql("eat", make, "eaten", "SELECT * FROM input");
            }
        }
        """);
}
