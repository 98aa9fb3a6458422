using System.CommandLine;
using System.Net;
using System.Text.Json.Nodes;

namespace Workflow.Engine.Cli;

/// <summary><c>pools list|set|delete</c>.</summary>
internal static class PoolCommands
{
    internal static IEnumerable<Command> All(Verbs verbs)
    {
        var name = new Argument<string>("NAME") { Description = "Name of the pool." };
        var slots = new Argument<int>("SLOTS") { Description = "How many slots it has; -1 for no limit." };
        var description = new Option<string?>("--description") { Description = "What it is for.", HelpName = "TEXT" };
        yield return verbs.Verb("list", "Lists pools, and how much of them is taken.", [], (_, session, token) =>
            ListAsync(session, token));
        yield return verbs.Verb("set", "Makes a pool, or changes its size.", [name, slots, description], (parsed, session, token) =>
            SetAsync(
            session, parsed.GetRequiredValue(name), parsed.GetRequiredValue(slots), parsed.GetValue(description), token));
        yield return verbs.Verb("delete", "Deletes a pool that no task is in.", [name], async (parsed, session, token) =>
        {
            var pool = parsed.GetRequiredValue(name);
            await session.Api.DeleteAsync(Paths.Pool(pool), token);
            session.Show(new JsonObject { ["name"] = pool, ["deleted"] = true }, () => session.Line($"Pool {pool} is deleted."));
        });
    }

    private static async Task ListAsync(Session session, CancellationToken cancellationToken)
    {
        // They come all at once.
        var pools = (await session.Api.GetAsync("pools", cancellationToken)).List("pools");
        session.ShowList(pools, "No pools.", () =>
        {
            var table = Grid.Of("Pool", "Slots", "Taken", "Waited for", "For").AlignRight(1, 2, 3);
            foreach (var pool in pools)
            {
                table.Row(
                    pool.Text("name"), Size(pool), Format.Count(pool.Number("occupied_slots")), Format.Count(pool.Number("queued_slots")),
                    pool.Text("description"));
            }

            return table;
        });
    }

    private static async Task SetAsync(Session session, string name, int slots, string? description, CancellationToken cancellationToken)
    {
        JsonNode pool;
        try
        {
            pool = await session.Api.PatchAsync(
                Paths.Pool(name), new JsonObject { ["slots"] = slots, ["description"] = description }, cancellationToken);
        }
        catch (ClientException absent) when (absent.Status == HttpStatusCode.NotFound)
        {
            var made = new JsonObject { ["name"] = name, ["slots"] = slots, ["description"] = description ?? "" };
            pool = await session.Api.PostAsync("pools", made, cancellationToken);
        }

        session.Show(pool, () => session.Line($"Pool {name} has {Size(pool)} slots."));
    }

    private static string Size(JsonNode? pool) => pool.Int("slots") < 0 ? "unlimited" : Format.Count(pool.Number("slots"));
}
