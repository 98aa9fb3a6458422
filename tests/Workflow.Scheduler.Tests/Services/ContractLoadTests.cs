using Workflow.Postgres.Contracts;
using Workflow.Testing.Running;

namespace Workflow.Scheduler.Tests.Services;

/// <summary>What the registry makes of the contracts in a DAG folder.</summary>
public sealed class ContractLoadTests : LoaderTest
{
    private const string First = """.Column("id", "BIGINT").Column("fare", "DOUBLE", column => column.Required())""";
    private const string Compatible =
        """.Column("id", "BIGINT").Column("fare", "DOUBLE", column => column.Required()).Column("tip", "DOUBLE")""";
    private const string Breaking = """.Column("id", "BIGINT").Column("fare", "VARCHAR", column => column.Required())""";

    private ContractStore Contracts => new(Engine.Data);

    [Fact]
    public async Task Load_CompatibleChanges_BecomeVersionsAndEqualContractsDoNot()
    {
        using var loader = Engine.Loader(Folder.FullName);
        await LoadAsync(loader, "producer", First);
        await LoadAsync(loader, "producer", First, note: "another text of the same contract");
        await LoadAsync(loader, "producer", Compatible);

        (await VersionsAsync()).ShouldBe("1 producer, 2 producer");
        (await ErrorsAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task Load_BreakingChange_IsAnImportErrorAndTheOldVersionStaysInService()
    {
        using var loader = Engine.Loader(Folder.FullName);
        Write("eater", schedule: """dag.Schedule(OnDatasets.Of(Dataset.Named("rows")));""");
        await LoadAsync(loader, "producer", First);
        var before = await CurrentAsync("producer");

        var loaded = await LoadAsync(loader, "producer", Breaking);

        var error = loaded.Diagnostics.Single();
        error.File.ShouldBe("producer.cs");
        error.Line.ShouldBe(6);
        error.Code.ShouldBe("WF010");
        error.Message.ShouldSatisfyAllConditions(
            message => message.ShouldContain("'rows' breaks what version 1 promises (level backward)"),
            message => message.ShouldContain("type of 'fare' changed: DOUBLE → VARCHAR"),
            message => message.ShouldContain("Affected: DAGs eater."),
            message => message.ShouldContain("contracts accept rows --dag producer"));
        (await ErrorsAsync()).ShouldBe("producer.cs WF010");
        (await CurrentAsync("producer")).ShouldBe(before);
        (await VersionsAsync()).ShouldBe("1 producer");

        // As if nothing had been: the refusal goes with its cause.
        (await LoadAsync(loader, "producer", First)).Diagnostics.ShouldBeEmpty();
        (await Contracts.RefusalsAsync(null, default)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Load_SecondDagWithAnotherContract_MustBeCompatibleToo()
    {
        using var loader = Engine.Loader(Folder.FullName);
        await LoadAsync(loader, "first", First);
        await LoadAsync(loader, "second", Breaking);

        (await ErrorsAsync()).ShouldBe("second.cs WF010");
        (await Engine.ScalarAsync<long>("SELECT count(*) FROM dag WHERE dag_id = 'second'")).ShouldBe(0);

        await LoadAsync(loader, "second", Compatible);

        (await ErrorsAsync()).ShouldBeNull();
        (await VersionsAsync()).ShouldBe("1 first, 2 second");

        // A restart loads every file anew: what each declares is known, and neither undoes the other's.
        using var again = Engine.Loader(Folder.FullName);
        await again.LoadAsync(default);
        (await VersionsAsync()).ShouldBe("1 first, 2 second");
    }

    [Fact]
    public async Task Accept_RefusedContract_BecomesTheNextVersionAndItsDagLoads()
    {
        using var loader = Engine.Loader(Folder.FullName);
        await LoadAsync(loader, "producer", First);
        await LoadAsync(loader, "producer", Breaking);
        await Should.ThrowAsync<WorkflowException>(() => Contracts.AcceptAsync("rows", "other", null, "ann", "why not", default));

        (await Contracts.AcceptAsync("rows", null, null, "ann", "fares are texts from now on", default)).ShouldBe(2);
        await loader.KeepAsync(default);

        (await ErrorsAsync()).ShouldBeNull();
        var accepted = (await Contracts.HistoryAsync("rows", default))[^1];
        (accepted.Version, accepted.AcceptedBy, accepted.Reason).ShouldBe((2, "ann", "fares are texts from now on"));
        (await Contracts.DeclarationsAsync("rows", default)).ShouldBe([new DeclarationRow("producer", 2)]);
        (await Should.ThrowAsync<WorkflowException>(() => Contracts.AcceptAsync("rows", null, null, "ann", "again", default)))
            .Message.ShouldContain("nothing to accept");

        // What was promised before the accepted break is promised no longer.
        (await Contracts.CheckAsync(Contract("VARCHAR", Compatibility.Full), default)).Verdict.Newest.ShouldBe(2);
    }

    [Fact]
    public async Task Save_ManySchedulersAtOnce_RegisterOneVersion()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(number => Engine.DagAsync(
            $"dag{number}", $"""dag.Contract("rows", contract => contract{First}); dag.Contract("a", contract => contract{First});""")));

        (await Engine.ScalarAsync<string>("SELECT string_agg(dataset || ' ' || version, ', ' ORDER BY dataset) FROM contract_version"))
            .ShouldBe("a 1, rows 1");
        (await Engine.ScalarAsync<long>("SELECT count(*) FROM contract_declaration WHERE version = 1")).ShouldBe(16);
    }

    [Fact]
    public async Task Check_WouldBeContract_RegistersNothing()
    {
        using var loader = Engine.Loader(Folder.FullName);
        await LoadAsync(loader, "producer", First);

        var check = await Contracts.CheckAsync(Contract("VARCHAR", Compatibility.Backward), default);

        check.Verdict.Breaks.Select(found => (found.Change.Field, found.Change.What)).ShouldBe([("fare", "type")]);
        (await VersionsAsync()).ShouldBe("1 producer");
    }

    [Fact]
    public async Task ContractVersion_OnceRegistered_NeverChanges()
    {
        using var loader = Engine.Loader(Folder.FullName);
        await LoadAsync(loader, "producer", First);

        (await Should.ThrowAsync<Npgsql.PostgresException>(() => Engine.ExecuteAsync("UPDATE contract_version SET hash = repeat('0', 64)")))
            .MessageText.ShouldContain("cannot change");
        await Should.ThrowAsync<Npgsql.PostgresException>(() => Engine.ExecuteAsync("DELETE FROM contract_version"));
    }

    private static DataContract Contract(string fare, Compatibility level) => DataContract.Of("rows", contract => contract
        .Compatibility(level).Column("id", "BIGINT").Column("fare", fare, column => column.Required()));

    private async Task<Scheduler.Loading.LoadResult> LoadAsync(
        Scheduler.Services.DagLoader loader, string id, string columns, string note = "")
    {
        Write(id, $"""dag.Contract("rows", contract => contract{columns});""", note);
        return await loader.LoadAsync(TestContext.Current.CancellationToken);
    }

    private void Write(string id, string contract = "", string note = "", string schedule = "") =>
        File.WriteAllText(Path.Combine(Folder.FullName, $"{id}.cs"), $$"""
            public sealed class {{id}} : IDag
            {
                public void Define(DagBuilder dag)
                {
                    dag.Id("{{id}}");
                    {{contract}}
                    {{schedule}}
                    dag.Task("a", _ => Task.CompletedTask); // {{note}}
                }
            }
            """);

    private Task<string> VersionsAsync() =>
        Engine.ScalarAsync<string>(
            "SELECT string_agg(version || ' ' || dag_id, ', ' ORDER BY version) FROM contract_version WHERE dataset = 'rows'");

    private Task<string> CurrentAsync(string id) => Engine.ScalarAsync<string>(
        "SELECT v.hash || is_active FROM dag JOIN dag_version v ON v.dag_version_id = dag.version_id WHERE dag.dag_id = @id", new { id });

    private Task<string?> ErrorsAsync() => Engine.ScalarAsync<string?>(
        "SELECT string_agg(file || ' ' || (diagnostics -> 0 ->> 'code'), ', ' ORDER BY file) FROM import_error");
}
