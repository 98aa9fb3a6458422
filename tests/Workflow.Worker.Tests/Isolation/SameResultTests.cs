using System.Text.Json.Nodes;
using Workflow.Testing.Running;

namespace Workflow.Worker.Tests.Isolation;

/// <summary>
/// An attempt in a process of its own does what it does in the worker's: outputs, logs, datasets, models, verdicts, failures.
/// </summary>
public sealed class SameResultTests : IsolatedTest
{
    private const string Kinds = """
        var rows = dag.Task("rows", run =>
        {
            run.Log("making rows", TaskLogLevel.Warn);
            Console.WriteLine("printed");
            return run.Datasets.GenerateAsync(
                "SELECT i % 97 AS x, 2 * (i % 97) + hash(i) % 10 AS y, i % 5 = 0 AS is_test FROM range(500) AS r (i)", "rows");
        }).Queue("etl");
        var sound = dag.Gate("sound", rows, gate => gate.NotNull("y").Between("x", 0, 96)).Queue("etl");
        var features = dag.Sql("features", sound, into: "features", sql: "SELECT x, y, is_test FROM input").Queue("etl");
        var model = dag.Train("train", features, train => train.Model("m").Ridge("y").Numeric("x").Holdout("is_test")).Queue("training");
        var predicted = dag.Task("predict", model, (run, candidate) => run.Models.PredictAsync(candidate, "predictions")).Queue("training");
        var better = dag.Gate("better", predicted, gate => gate.AtMost(Metric.Rmse, 50).NoWorse(Metric.Rmse)).Queue("etl");
        var promoted = dag.Promote("promote", better, alias: "champion").Queue("etl");
        dag.Task("seen", predicted, (run, p) => Task.FromResult((p.Candidate.Model, Rows: p.Rows.Rows, Run: run.Run.RunKey, run.Attempt))).Queue("etl");
        dag.Task("skip", run => { throw new TaskSkippedException("nothing new"); return Task.CompletedTask; }).Queue("etl");
        dag.Task("fail", run => { throw new TaskFailureException("bad input", retryable: false); return Task.CompletedTask; }).Queue("etl").Retries(3);
        dag.Task("throw", run => { throw new InvalidOperationException("half \ud83d nul \0"); return Task.CompletedTask; }).Queue("etl");
        dag.Gate("refused", rows, gate => gate.Between("x", 0, 1)).Queue("etl").After(promoted);
        dag.Task("slow", run => Task.Delay(Timeout.Infinite, run.Cancellation)).Queue("etl").Timeout(TimeSpan.FromMilliseconds(50));
        """;

    /// <remarks>Each query gives one text that must be the same; keys and times are left out.</remarks>
    private static readonly string[] Facts =
    [
        "SELECT string_agg(task_id || ' ' || state || ' ' || coalesce(message, ''), E'\n' ORDER BY task_index) FROM task_instance",
        """
        SELECT string_agg(concat_ws(' ', task_index, attempt, seq, level, line), E'\n' ORDER BY task_index, attempt, seq)
        FROM task_log WHERE line NOT LIKE '   at %' AND line NOT LIKE '---%'
        """,
        "SELECT string_agg(dataset || ' ' || version || ' ' || sha256 || ' ' || columns || ' ' || profile, E'\n' ORDER BY dataset) FROM dataset_version",
        "SELECT string_agg(model || ' ' || version || ' ' || sha256 || ' ' || metrics || ' ' || params, E'\n') FROM model_version",
        "SELECT string_agg(task_id || ' ' || verdict || ' ' || checks, E'\n' ORDER BY task_id) FROM gate_verdict WHERE published_at IS NOT NULL",
        "SELECT string_agg(alias, ' ') FROM model_alias",
        "SELECT string_agg(task_index || ' ' || regexp_replace(value::text, '\"versionId\":\\s*\\d+', ''), E'\n' ORDER BY task_index) FROM task_output",
    ];

    [Fact]
    public async Task Run_EveryKind_IsTheSameInBothPlaces()
    {
        var isolated = await FactsAsync(Engine, inProcess: false);
        await using var other = await TestEngine.CreateAsync();
        var here = await FactsAsync(other, inProcess: true);

        isolated[0].ShouldContain("promote success", Case.Sensitive, isolated[0]);
        foreach (var (one, two) in isolated.Zip(here))
            one.ShouldBe(two);
    }

    [Fact]
    public async Task Run_InputsAndOutputsOfMegabytes_ArePassedWhole()
    {
        var runId = await RunAsync("""
            var made = dag.Task("made", _ => Task.FromResult(new string('x', 3_000_000) + "\u00e9\"end")).Isolated();
            var twice = dag.Task("twice", made, (_, text) => Task.FromResult(text + text)).Isolated();
            dag.Task("seen", twice, (run, text) => { run.Log($"{text.Length} {text[^5..]}"); return Task.FromResult(1); }).Isolated();
            """);

        (await Engine.StateAsync(runId)).ShouldBe("success", await Engine.ExplainAsync(runId));
        (await LogAsync()).ShouldContain("info 6000010 \u00e9\"end");
    }

    private async Task<IReadOnlyList<string>> FactsAsync(TestEngine engine, bool inProcess)
    {
        var dagId = await engine.SaveAsync($$"""
            public sealed class Kinds : IDag
            {
                public void Define(DagBuilder dag)
                {
                    dag.Id("kinds");
                    {{Kinds}}
                }
            }
            """);
        await engine.StartWorkerAsync(configure: options => options with { InProcess = inProcess });
        await engine.RunAsync(dagId, new JsonObject());
        var facts = new List<string>();
        foreach (var query in Facts)
            facts.Add(await engine.ScalarAsync<string>(query) ?? "");
        return facts;
    }
}
