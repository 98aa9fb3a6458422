using Npgsql;
using Workflow.Graphs;
using Workflow.Postgres.Contracts;
using Workflow.Postgres.Effects;
using Workflow.Postgres.Steps;
using Workflow.Runs;

namespace Workflow.Dashboard.Tests;

/// <summary>Each test has a server of its own: claims know no DAG.</summary>
public sealed class ContractTests : IAsyncLifetime
{
    private DashboardServer server = null!;

    private NpgsqlDataSource Data => server.Database.DataSource;

    public async ValueTask InitializeAsync() => server = await DashboardServer.StartAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task Contracts_WithoutAny_AreAnEmptyListAndUnknown()
    {
        (await server.GetAsync("/contracts")).Int("total_entries").ShouldBe(0);
        var unknown = await server.SendAsync(HttpMethod.Get, "/contracts/rows");
        unknown.Status.ShouldBe(404);
        unknown.Body.Text("detail").ShouldContain("no contract of 'rows'");
        (await server.PostAsync("/contracts/rows/accept", """{"reason":"why"}""")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task Contract_WithTwoVersions_ShowsWhatChanged()
    {
        await DeclareAsync("maker", Rows("DOUBLE"));
        await DeclareAsync(
            "maker", Rows("DOUBLE", contract => contract.Owner("ann")
                .Column("name", "VARCHAR", column => column.PersonalData(PersonalData.Personal))));

        var list = await server.GetAsync("/contracts");
        list.Int("contracts/0/version").ShouldBe(2);
        list.Text("contracts/0/compatibility").ShouldBe("backward");
        list.Texts("contracts/0/personal_columns").ShouldBe(["name"]);

        var shown = await server.GetAsync("/contracts/rows");
        shown.Text("says/columns/0/type").ShouldBe("DOUBLE");
        shown.Text("declared_by/0/dag_id").ShouldBe("maker");
        shown.All("versions", "version").ShouldBe(["2", "1"]);
        shown.All("versions/0/changes", "message").ShouldBe(["column 'name' added: VARCHAR", "the owner added: ann"]);
        shown.At("versions/1/changes").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task Dataset_WithAndWithoutAContract_NamesItsNewestVersion()
    {
        await DeclareAsync("maker", Rows("DOUBLE"));
        await DeclareAsync("maker", Rows("DOUBLE", contract => contract.Owner("ann")));
        await ReadAsync();

        (await server.GetAsync("/datasets/rows")).Int("contract_version").ShouldBe(2);
        (await server.GetAsync("/datasets/eaten")).IsNull("contract_version").ShouldBeTrue();
    }

    [Fact]
    public async Task Check_OfEachOutcome_SaysSoAndRegistersNothing()
    {
        (await CheckAsync(Rows("DOUBLE"))).Text("outcome").ShouldBe("compatible");
        await DeclareAsync("maker", Rows("DOUBLE"));
        await ReadAsync();

        (await CheckAsync(Rows("DOUBLE"))).Text("outcome").ShouldBe("unchanged");
        var compatible = await CheckAsync(Rows("DOUBLE", contract => contract.Column("more", "INT")));
        compatible.Text("outcome").ShouldBe("compatible");
        compatible.Int("version").ShouldBe(2);
        var breaking = await CheckAsync(Rows("VARCHAR"));
        breaking.Text("outcome").ShouldBe("breaking");
        breaking.Text("breaks/0/field").ShouldBe("x");
        breaking.Texts("breaks/0/breaks").ShouldBe(["backward", "forward"]);
        breaking.Texts("affected/dags").ShouldBe(["eater", "trainer"]);
        breaking.Texts("affected/datasets").ShouldBe(["eaten"]);
        breaking.Texts("affected/models").ShouldBe(["brain"]);
        (await server.GetAsync("/contracts")).Int("contracts/0/version").ShouldBe(1);
    }

    [Theory]
    [InlineData("""{"dataset":"rows"}""", "no columns")]
    [InlineData("""{"dataset":"other","columns":[{"name":"x","type":"INT"}]}""", "must be 'rows'")]
    [InlineData("""{"dataset":"rows","columns":[{"name":"x","type":"NOTHING"}]}""", "NOTHING")]
    [InlineData("[]", "no contract")]
    public async Task Check_OfNoContract_IsRefusedWithTheReason(string body, string says)
    {
        var (status, problem) = await server.PostAsync("/contracts/rows/check", body);

        status.ShouldBe(422);
        problem.Text("detail").ShouldContain(says);
    }

    [Fact]
    public async Task Accept_OfARefusal_MakesTheNextVersionWithItsReason()
    {
        await DeclareAsync("maker", Rows("DOUBLE"));
        var refused = (await Should.ThrowAsync<ContractRefusedException>(() => DeclareAsync("maker", Rows("VARCHAR")))).Refused.Single();
        await new ContractStore(Data).ReplaceRefusalsAsync([(refused, "maker.cs")], default);

        (await server.GetAsync("/contracts/rows")).Text("refused/0/file").ShouldBe("maker.cs");
        (await server.PostAsync("/contracts/rows/accept", """{"reason":" "}""")).Status.ShouldBe(422);
        (await server.PostAsync("/contracts/rows/accept", """{"reason":"why","dag_id":"other"}""")).Status.ShouldBe(409);
        var (status, accepted) = await server.PostAsync("/contracts/rows/accept", """{"reason":"texts from now on"}""");

        status.ShouldBe(200, accepted.ToString());
        accepted.Int("version").ShouldBe(2);
        (await server.PostAsync("/contracts/rows/accept", """{"reason":"again"}""")).Status.ShouldBe(409);
        var shown = await server.GetAsync("/contracts/rows");
        shown.Text("versions/0/reason").ShouldBe("texts from now on");
        shown.Text("versions/0/accepted_by").ShouldBe("user");
        shown.At("refused").GetArrayLength().ShouldBe(0);
        await DeclareAsync("maker", Rows("VARCHAR"));
        (await server.GetAsync("/contracts/rows")).Int("version").ShouldBe(2);
    }

    [Fact]
    public async Task Accept_OfAContractThatHasChangedSinceItWasRead_AcceptsNone()
    {
        await DeclareAsync("maker", Rows("DOUBLE"));
        await RefuseAsync("VARCHAR");
        var read = (await server.GetAsync("/contracts/rows")).Text("refused/0/hash");
        await RefuseAsync("DATE");

        var (status, problem) = await server.PostAsync("/contracts/rows/accept", $$"""{"reason":"texts from now on","hash":"{{read}}"}""");

        status.ShouldBe(409);
        problem.Text("detail").ShouldContain("declares another contract of 'rows' by now");
        (await server.GetAsync("/contracts/rows")).Int("version").ShouldBe(1);
        (await server.PostAsync("/contracts/rows/accept", """{"reason":"x","hash":""}""")).Status.ShouldBe(422);
        await RefuseAsync("VARCHAR");
        (await server.PostAsync("/contracts/rows/accept",
            $$"""{"reason":"texts from now on","hash":"{{read[..12]}}"}""")).Status.ShouldBe(200);

        async Task RefuseAsync(string type)
        {
            var refused = (await Should.ThrowAsync<ContractRefusedException>(() => DeclareAsync("maker", Rows(type)))).Refused.Single();
            await new ContractStore(Data).ReplaceRefusalsAsync([(refused, "maker.cs")], default);
        }
    }

    /// <summary>A dataset is made of the rows, and a model of that.</summary>
    private async Task ReadAsync()
    {
        var effects = new EffectStore(Data);
        var worker = await server.Given.WorkerAsync("w");
        var rows = await MakeAsync("maker", source => effects.StageAsync(source, Dataset("rows"), default));
        var eaten = await MakeAsync("eater", source => effects.StageAsync(source, Dataset("eaten", rows), default));
        await MakeAsync("trainer", source => effects.StageAsync(
            source, new StagedModel("brain", new string('b', 64), 1, "linear", [], new Dictionary<string, double>(), [eaten]), default));

        async Task<long> MakeAsync(string dagId, Func<AttemptSource, Task<long>> stage)
        {
            if (dagId != "maker")
                await server.Given.DagAsync(dagId, new DagGraph([Given.Task(0, "make")]));
            await server.Given.RunAsync(dagId, dagId);
            await server.Given.AdmitAsync();
            var task = (await server.Given.ClaimAsync(worker)).Single();
            var id = await stage(new AttemptSource(task, "make"));
            await server.Given.FinishAsync(worker, task, new TaskOutcome.Succeeded(null), hasEffects: true);
            return id;
        }
    }

    private Task DeclareAsync(string dagId, DataContract contract) => server.Given.DagAsync(
        dagId, new DagGraph([Given.Task(0, "make")]), source: contract.Hash, settings: new DagSettings { Contracts = [contract] });

    private async Task<System.Text.Json.JsonElement> CheckAsync(DataContract contract)
    {
        var (status, body) = await server.PostAsync("/contracts/rows/check", contract.ToJson());
        status.ShouldBe(200, body.ToString());
        return body;
    }

    private static DataContract Rows(string type, Action<ContractBuilder>? more = null) => DataContract.Of("rows", contract =>
    {
        contract.Column("x", type, column => column.Required());
        more?.Invoke(contract);
    });

    private static StagedDataset Dataset(string name, params long[] parents) =>
        new(name, new string('a', 64), 1, 1, new Dictionary<string, string>(), [new Column("x", "DOUBLE")], [], "test", parents);
}
