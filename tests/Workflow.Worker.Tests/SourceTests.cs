using Workflow.Testing.Running;

namespace Workflow.Worker.Tests;

/// <summary>Rows from a file through transforms into a file, each of them accounted for.</summary>
public sealed class SourceTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("workflow-sources-").FullName;
    private TestEngine engine = null!;

    public async ValueTask InitializeAsync() => engine = await TestEngine.CreateAsync();

    public async ValueTask DisposeAsync()
    {
        await engine.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Run_FileToDatasetToFile_RecordsWhatBecameOfEachRow()
    {
        await File.WriteAllTextAsync(Path.Combine(folder, "in.csv"), "n;s\n1;a\n\n2;b\nx;c\n4;é\n5\n");
        await SaveAsync($$"""
            var folder = {{System.Text.Json.JsonSerializer.Serialize(folder)}};
            var read = dag.Task("read", run => run.Datasets.IngestAsync(
                Source.Csv(folder + "/in.csv") with { Columns = [new("n", "BIGINT"), new("s", "VARCHAR")], Rejects = new Rejects() }, "raw"));
            var few = dag.Sql("few", read, "few", "SELECT * FROM input WHERE n > 1", SqlRows.Filtered);
            var made = dag.Task("make", few, (run, version) => run.Datasets.TransformAsync<Raw, Made>(version, "made", (row, writer) =>
            {
                if (row.N == 2) writer.Reject("two"); else writer.Write(new Made(row.N * 2, row.S));
            }));
            dag.Task("export", made, (run, version) => run.Datasets.ExportAsync(version, Sink.Csv(folder + "/out.csv")));
            """, "public sealed record Raw(long N, string? S); public sealed record Made(long Twice, string? S);");
        await engine.StartWorkerAsync();

        var runId = await engine.RunAsync("d");

        (await engine.StateAsync(runId)).ShouldBe("success", await engine.ExplainAsync(runId));
        (await engine.ScalarAsync<string>("""
            SELECT string_agg(concat_ws(' ', dataset, rows_in, row_count, rejected, filtered, dialect ->> 'read_as'), E'\n' ORDER BY dataset)
            FROM dataset_version LEFT JOIN version_source USING (dataset_version_id)
            """)).ShouldBe("""
            few 3 2 0 1
            made 2 1 1 0
            made.rejects 1
            raw 5 3 2 0 csv, utf-8, delimiter ';', 1 blank lines, 0 comments
            raw.rejects 2 csv, utf-8, delimiter ';', 1 blank lines, 0 comments
            """);
        (await File.ReadAllTextAsync(Path.Combine(folder, "out.csv"))).ShouldBe("twice,s\n8,é\n");
        (await engine.ScalarAsync<string>("SELECT string_agg(line, E'\\n' ORDER BY task_index, seq) FROM task_log"))
            .ShouldContain("5 read, 2 rejected, 0 filtered");
    }

    [Fact]
    public async Task Run_FilterThatMakesRows_FailsWithTheNumbers()
    {
        await SaveAsync("""
            var rows = dag.Task("rows", run => run.Datasets.GenerateAsync("SELECT 1 AS x", "rows"));
            dag.Sql("more", rows, "more", "SELECT unnest([x, x]) AS x FROM input", SqlRows.Filtered);
            """);
        await engine.StartWorkerAsync();

        (await engine.StateAsync(await engine.RunAsync("d"))).ShouldBe("failed");

        (await engine.ScalarAsync<string>("SELECT message FROM task_instance WHERE task_id = 'more'"))
            .ShouldContain("Rows of more do not add up: 1 read, 2 written, 0 rejected, -1 filtered");
        (await engine.ScalarAsync<long>("SELECT count(*) FROM dataset_version WHERE dataset = 'more'")).ShouldBe(0);
    }

    private Task<string> SaveAsync(string body, string types = "") => engine.SaveAsync($$"""
        public sealed class Test : IDag
        {
            public void Define(DagBuilder dag)
            {
                dag.Id("d");
                {{body}}
            }
        }
        {{types}}
        """);
}
