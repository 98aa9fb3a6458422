using Npgsql;
using Workflow.Runs;
using static Workflow.Postgres.Batches;

namespace Workflow.Postgres.Steps;

/// <content>Gives mapped tasks their elements: a step that makes one ready costs two more round trips, whatever the number of
/// elements.</content>
public sealed partial class TaskQueue
{
    /// <summary>Expands what is ready for it, and goes on with what ends without any elements.</summary>
    private static async Task ExpandAsync(NpgsqlConnection connection, StepPlan plan, CancellationToken cancellationToken)
    {
        var roots = plan.TakeExpansions();
        var lengths = await LengthsAsync(connection, roots, cancellationToken).ConfigureAwait(false);
        var items = new List<(long RunId, int Task, int Elements, bool IsReady)>();
        var at = 0;
        foreach (var root in roots)
        {
            var count = root.Definition.MapSources.Count;
            if (plan.SawLengths(root, lengths[at..(at + count)]) is { } elements)
            {
                items.AddRange(root.Graph.Mapped(root.Key.TaskIndex).Select(task => (
                    root.Key.RunId, task, elements, RunMachine.Decide(root.Graph, task, 0, null, default) == TaskState.Queued)));
            }

            at += count;
        }

        if (items.Count == 0)
            return;
        await using var batch = new NpgsqlBatch(connection);
        Add(
            batch, Expand, Array(items.Select(item => item.RunId)), Array(items.Select(item => item.Task)),
            Array(items.Select(item => item.Elements)),
            Array(items.Select(item => item.IsReady)));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            plan.SawTotals(reader.GetInt64(0), reader.GetInt32(1), reader.GetInt32(2));
    }

    private static async Task<List<int?>> LengthsAsync(
        NpgsqlConnection connection, IReadOnlyList<EndingTask> roots, CancellationToken cancellationToken)
    {
        var sources = roots.SelectMany(root => root.Definition.MapSources.Select(source => (root.Key.RunId, Source: source))).ToList();
        await using var batch = new NpgsqlBatch(connection);
        Add(batch, Lengths, Array(sources.Select(source => source.RunId)), Array(sources.Select(source => source.Source)));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var lengths = new List<int?>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            lengths.Add(reader.IsDBNull(0) ? null : reader.GetInt32(0));
        return lengths;
    }
}
