namespace Workflow.Scheduler.Tests.Loading;

/// <summary>A folder of its own for one test, deleted at its end.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder() => Root = Directory.CreateTempSubdirectory("workflow-dags-").FullName;

    public string Root { get; }

    public void Write(string file, string text)
    {
        var path = Path.Combine(Root, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    public void Delete(string file) => File.Delete(Path.Combine(Root, file));

    public void Move(string from, string to) => File.Move(Path.Combine(Root, from), Path.Combine(Root, to));

    public void Dispose()
    {
        if (Directory.Exists(Root))
            Directory.Delete(Root, recursive: true);
    }
}

/// <summary>Sources of DAG files.</summary>
internal static class Sources
{
    public static string Dag(string id, string className = "Sample", string define = "", string top = "") => $$"""
        {{top}}
        public sealed class {{className}} : IDag
        {
            public void Define(DagBuilder dag)
            {
                dag.Id("{{id}}");
                dag.Task("first", async context => await Task.Yield());
                {{define}}
            }
        }
        """;
}
