using Workflow.Testing.Running;

namespace Workflow.Scheduler.Tests.Services;

/// <summary>Who says how long the content of a dataset is kept.</summary>
public sealed class DatasetLoadTests : LoaderTest
{
    private const string Kept = """dag.Dataset("rows", rows => rows.Keep(versions: 2));""";

    [Fact]
    public async Task Load_SecondDagThatDescribesADataset_IsAnImportErrorThatNamesTheFirst()
    {
        using var loader = Engine.Loader(Folder.FullName);
        Write("b", Kept);
        await LoadAsync(loader);
        Write("a", """dag.Dataset("rows", rows => rows.Keep(versions: 1));""");

        var error = (await LoadAsync(loader)).Diagnostics.Single();

        (error.File, error.Code).ShouldBe(("a.cs", "WF011"));
        error.Message.ShouldContain("Dataset 'rows' is described by DAG 'b' already.");
        (await DescribedAsync()).ShouldBe("b 2");
        (await Engine.ScalarAsync<long>("SELECT count(*) FROM dag WHERE dag_id = 'a'")).ShouldBe(0);

        // The first says no more: in the same load the second is taken, though it comes before.
        Write("b", "");
        (await LoadAsync(loader)).Diagnostics.ShouldBeEmpty();
        (await DescribedAsync()).ShouldBe("a 1");
    }

    [Fact]
    public async Task Load_FileOfTheDagIsGone_KeepsAllContentOrWhatTheNextSays()
    {
        using var loader = Engine.Loader(Folder.FullName);
        Write("b", Kept);
        await LoadAsync(loader);

        Delete("b");
        await LoadAsync(loader);
        (await DescribedAsync()).ShouldBe("");

        Write("b", Kept);
        await LoadAsync(loader);
        Delete("b");
        Write("a", """dag.Dataset("rows", rows => rows.Keep(versions: 1));""");
        (await LoadAsync(loader)).Diagnostics.ShouldBeEmpty();
        (await DescribedAsync()).ShouldBe("a 1");
    }

    private static Task<Scheduler.Loading.LoadResult> LoadAsync(Scheduler.Services.DagLoader loader) =>
        loader.LoadAsync(TestContext.Current.CancellationToken);

    private Task<string> DescribedAsync() =>
        Engine.ScalarAsync<string>("SELECT concat_ws(' ', declared_by, keep_versions) FROM dataset WHERE dataset = 'rows'");

    private void Delete(string id) => File.Delete(Path.Combine(Folder.FullName, $"{id}.cs"));

    private void Write(string id, string described) => File.WriteAllText(Path.Combine(Folder.FullName, $"{id}.cs"), $$"""
        public sealed class {{id.ToUpperInvariant()}} : IDag
        {
            public void Define(DagBuilder dag)
            {
                dag.Id("{{id}}");
                {{described}}
                dag.Task("t", _ => Task.CompletedTask);
            }
        }
        """);
}
