namespace Workflow.Chaos.Dags;

/// <summary>Loads a file into a dataset, in a process of its own.</summary>
public sealed class Loader : IDag
{
    internal const string Id = "loader";

    internal const string File = "file";

    internal const string Dataset = "chaos.loaded";

    public void Define(DagBuilder dag)
    {
        dag.Id(Id);
        var file = dag.Param(File, "", "The path of a CSV file.");
        dag.Task("load", run => run.Datasets.IngestAsync(run.Get(file), Dataset)).Queue("etl");
    }
}
