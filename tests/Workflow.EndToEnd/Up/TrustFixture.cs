using System.Text.Json.Nodes;

namespace Workflow.EndToEnd.Up;

/// <summary>
/// One <c>workflow up</c> with a DAG that makes slices of a dataset with personal data: three months that pass its gates, and two of few
/// rows, which one of them holds for a person. A second DAG's contract breaks that of the dataset.
/// </summary>
public sealed class TrustFixture : IAsyncLifetime
{
    private const string People = """
        public sealed class People : IDag
        {
            public void Define(DagBuilder dag)
            {
                dag.Id("people");
                dag.Contract("people", contract => contract
                    .Column("id", "BIGINT", column => column.Required())
                    .Column("mail", "VARCHAR", column => column.PersonalData(PersonalData.Personal)));
                var month = dag.Param("month", "01");
                var rows = dag.Param("rows", 200);
                var made = dag.Task("make", run => run.Datasets.GenerateAsync(
                    "SELECT i AS id, 'ann' || i % 7 || '@home.example' AS mail FROM range($rows) r(i)", "people",
                    new Dictionary<string, string> { ["month"] = run.Get(month) },
                    new Dictionary<string, object> { ["rows"] = (long)run.Get(rows) }));
                var good = dag.Gate("quality", made, gate => gate
                    .RowCount(100, severity: Severity.Quarantine).InSet("mail", ["none"], severity: Severity.Warn).Learnt());
                dag.DriftGate("drift", good, drift => drift.Against(Reference.Rolling(3, along: "month")).Columns("mail"));
            }
        }
        """;

    private const string Breaker = """
        public sealed class Breaker : IDag
        {
            public void Define(DagBuilder dag)
            {
                dag.Id("breaker");
                dag.Contract("people", contract => contract
                    .Column("id", "VARCHAR").Column("mail", "VARCHAR", column => column.PersonalData(PersonalData.Personal)));
                dag.Task("nothing", _ => Task.CompletedTask);
            }
        }
        """;

    private readonly Playground playground = new();

    internal UpProcess Up { get; private set; } = null!;

    internal string BreakerFile => Path.Combine(playground.Dags, "Breaker.cs");

    /// <summary>The runs of the months that pass, oldest first.</summary>
    internal List<string> Passed { get; } = [];

    /// <summary>The runs of the months that are held.</summary>
    internal List<string> Held { get; } = [];

    public async ValueTask InitializeAsync()
    {
        await playground.WriteDagAsync("People.cs", People);
        Up = await playground.StartAsync();
        foreach (var month in new[] { "01", "02", "03" })
        {
            Passed.Add(await Up.Api.TriggerAsync("people", new JsonObject { ["month"] = month }));
            await Up.Api.UntilSuccessAsync("people", Passed[^1]);
        }

        foreach (var month in new[] { "04", "05" })
        {
            Held.Add(await Up.Api.TriggerAsync("people", new JsonObject { ["month"] = month, ["rows"] = 5 }));
            await Up.Api.UntilTaskAsync("people", Held[^1], "quality", "deferred");
        }
    }

    public ValueTask DisposeAsync() => playground.DisposeAsync();

    internal Task WriteBreakerAsync() => playground.WriteDagAsync("Breaker.cs", Breaker);

    /// <summary>The output of a command that succeeds, as JSON.</summary>
    internal async Task<JsonNode> JsonAsync(params string[] arguments) =>
        (await Up.RunCliAsync([.. arguments, "--output", "json"])).ShouldSucceed().Json;

    /// <summary>What a command says that is refused.</summary>
    internal async Task<string> RefusedAsync(params string[] arguments)
    {
        var result = await Up.RunCliAsync([.. arguments, "--output", "json"]);
        result.ExitCode.ShouldBe(1, result.ToString());
        return result.Error;
    }
}
