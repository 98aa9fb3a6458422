using System.Net;
using System.Text.Json.Nodes;

namespace Workflow.Engine.Cli;

/// <summary>Finds a run by its id. Ids are unique within a DAG only, so without a DAG there may be several.</summary>
internal static class RunFinder
{
    /// <exception cref="ClientException">There is none, or several DAGs have one.</exception>
    internal static async Task<JsonNode> FindAsync(Session session, string run, string? dag, CancellationToken cancellationToken)
    {
        try
        {
            return await session.Api.GetAsync(Paths.Run(dag ?? Paths.AnyDag, run), cancellationToken);
        }
        catch (ClientException several) when (dag is null && several.Status == HttpStatusCode.Conflict)
        {
            // The server's sentence speaks of its own paths; what to type here it cannot know.
            throw new ClientException($"{several.Message} Here: --dag ID.", several);
        }
    }

    /// <summary>The id of the DAG that a run belongs to, without asking for it when it is given.</summary>
    internal static async Task<string> DagOfAsync(Session session, string run, string? dag, CancellationToken cancellationToken) =>
        dag ?? (await FindAsync(session, run, dag, cancellationToken)).Text("dag_id") ?? "";
}
