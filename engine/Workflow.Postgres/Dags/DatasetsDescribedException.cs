namespace Workflow.Postgres.Dags;

/// <summary>
/// A DAG describes datasets that another describes: how long content is kept is said in one place. Nothing of it is stored.
/// </summary>
/// <param name="dagId">The DAG.</param>
/// <param name="described">The datasets, each with the DAG that describes it.</param>
public sealed class DatasetsDescribedException(string dagId, IReadOnlyList<(string Dataset, string DagId)> described)
    : WorkflowException(
        string.Join(' ', described.Select(each => $"Dataset '{each.Dataset}' is described by DAG '{each.DagId}' already."))
        + " Describe a dataset in one DAG, which says how long its content is kept.")
{
    /// <summary>The DAG that is refused.</summary>
    public string DagId { get; } = dagId;
}
