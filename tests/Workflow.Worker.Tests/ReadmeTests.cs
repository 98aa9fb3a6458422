using System.Text.RegularExpressions;
using Workflow.Runs;
using Workflow.Testing;
using Workflow.Testing.Running;

namespace Workflow.Worker.Tests;

/// <summary>What the README shows is true: its DAG runs, and its diagram is the table of transitions.</summary>
public sealed partial class ReadmeTests
{
    private static readonly string Readme = File.ReadAllText(Path.Combine(PostgresServer.Checkout, "README.md"));

    [Fact]
    public async Task FirstDag_AsItStands_Runs()
    {
        await using var engine = await TestEngine.CreateAsync();
        var dagId = await engine.SaveAsync(Code().Match(Readme).Groups["code"].Value);
        await engine.StartWorkerAsync();

        var runId = await engine.RunAsync(dagId, new() { ["name"] = "reader" });

        (await engine.StateAsync(runId)).ShouldBe("success", await engine.ExplainAsync(runId));
        (await engine.ScalarAsync<string>("SELECT line FROM task_log")).ShouldBe("HELLO, READER!");
    }

    [Fact]
    public async Task SecondDag_AsItStands_Runs()
    {
        await using var engine = await TestEngine.CreateAsync();
        var dagId = await engine.SaveAsync(Code().Matches(Readme)[1].Groups["code"].Value);
        await engine.StartWorkerAsync();

        var runId = await engine.RunAsync(dagId);

        (await engine.StateAsync(runId)).ShouldBe("success", await engine.ExplainAsync(runId));
        (await engine.ScalarAsync<string>("SELECT line FROM task_log WHERE level = 'info' AND line LIKE 'city%'"))
            .ShouldBe("city 0 has 4 letters, city 1 has 4 letters, city 2 has 4 letters");
    }

    [Fact]
    public async Task DatasetDag_AsItStands_SetsARowAsideAndLearns()
    {
        await using var engine = await TestEngine.CreateAsync();
        var dagId = await engine.SaveAsync(Code().Matches(Readme)[3].Groups["code"].Value);
        await engine.StartWorkerAsync();
        var file = Path.Combine(engine.Artifacts, "orders.csv");
        await File.WriteAllLinesAsync(
            file, ["id,price,email", .. Enumerable.Range(1, 200)
                .Select(id => $"{id},{(id == 7 ? 20_000.5 : id / 2.0)},a{id}@example.com")]);

        var runId = await engine.RunAsync(dagId, new() { ["file"] = file });

        (await engine.StateAsync(runId)).ShouldBe("success", await engine.ExplainAsync(runId));
        (await engine.ScalarAsync<string>("SELECT string_agg(dataset || ' ' || row_count, ', ' ORDER BY dataset) FROM dataset_version"))
            .ShouldBe("shop.orders 199, shop.raw 200, shop.raw.accepted 199, shop.raw.quarantine 1, shop.raw.rejects 0");
        (await engine.ScalarAsync<string>("SELECT string_agg(task_id || ' ' || verdict, ', ' ORDER BY task_id) FROM gate_verdict"))
            .ShouldBe("drift learning, quality learning");
    }

    [Fact]
    public void Diagram_HasExactlyTheTransitions()
    {
        var drawn = Arrow().Matches(Readme).Select(match => match.Value.Trim())
            .Where(arrow => !arrow.StartsWith("[*]", StringComparison.Ordinal));

        var known = Enum.GetValues<TaskState>().SelectMany(from => from.Next().Select(to => $"{from.Name()} --> {to.Name()}"));
        drawn.ShouldBe(known, ignoreOrder: true);
    }

    [GeneratedRegex(@"```csharp\n(?<code>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Code();

    [GeneratedRegex(@"^    \S+ --> \S+$", RegexOptions.Multiline)]
    private static partial Regex Arrow();
}
