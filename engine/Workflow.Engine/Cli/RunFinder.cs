using System.Text.Json.Nodes;

namespace Workflow.Engine.Cli;

/// <summary>
/// Finds a run by its id. Ids are unique within a DAG only, so without a DAG the list of all runs is searched, newest first.
/// </summary>
internal static class RunFinder
{
    private const int SearchLimit = 10_000;

    /// <exception cref="ClientException">There is none, or several DAGs have one.</exception>
    internal static async Task<JsonNode> FindAsync(Session session, string run, string? dag, CancellationToken cancellationToken)
    {
        if (dag is not null)
            return await session.Api.GetAsync(Paths.Run(dag, run), cancellationToken);
        var runs = await session.Api.ListAsync(
            Paths.Runs(Paths.AnyDag), "dag_runs", "order_by=-run_after", SearchLimit, cancellationToken);
        var found = runs.Where(candidate => candidate.Text("dag_run_id") == run).ToList();
        return found switch
        {
            [{ } only] => only.DeepClone(),
            [] => throw new ClientException(
                $"No run {run} among the {(runs.Count == SearchLimit ? "newest " : "")}{Format.Count(runs.Count)} runs. "
                + "List them with `workflow runs list`, or name its DAG with --dag."),
            _ => throw new ClientException(
                $"Several DAGs have a run {run}: {string.Join(", ", found.Select(each => each.Text("dag_id")).Order())}. "
                + "Say which with --dag."),
        };
    }

    /// <summary>The id of the DAG that a run belongs to, without asking for it when it is given.</summary>
    internal static async Task<string> DagOfAsync(Session session, string run, string? dag, CancellationToken cancellationToken) =>
        dag ?? (await FindAsync(session, run, dag, cancellationToken)).Text("dag_id") ?? "";
}
