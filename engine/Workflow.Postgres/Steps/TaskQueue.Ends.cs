using Npgsql;
using Workflow.Runs;
using static Workflow.Postgres.Batches;

namespace Workflow.Postgres.Steps;

/// <content>Ends tasks, counts them at all that wait for them, and reads what changed.</content>
public sealed partial class TaskQueue
{
    private static async Task EndAsync(
        NpgsqlConnection connection, StepPlan plan, IReadOnlyList<EndingTask> ending, IReadOnlyList<StepEdge> edges, ClaimRequest? claim,
        bool isFirst, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        if (isFirst)
            AddLocks(batch, ending);
        AddEnds(batch, ending, edges, claim, isForeseen: false);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        if (isFirst)
            await ReadLocksAsync(reader, plan, cancellationToken).ConfigureAwait(false);
        await ReadEndsAsync(reader, plan, ending, cancellationToken).ConfigureAwait(false);
    }

    private static void AddLocks(NpgsqlBatch batch, IReadOnlyList<EndingTask> ending)
    {
        Add(batch, "BEGIN");
        Add(batch, LockRuns, Array(ending.Select(task => task.Key.RunId).Distinct().Order()));
    }

    private static async Task ReadLocksAsync(NpgsqlDataReader reader, StepPlan plan, CancellationToken cancellationToken)
    {
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            plan.SawRun(reader.GetInt64(0), reader.IsDBNull(1) ? null : StateNames.Parse<RunState>(reader.GetString(1)));
        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
    }

    private static void AddEnds(
        NpgsqlBatch batch, IReadOnlyList<EndingTask> ending, IReadOnlyList<StepEdge> edges, ClaimRequest? claim, bool isForeseen) =>
        Add(
            batch, EndTasks,
            [
                .. Keys(ending.Select(task => task.Key)), Array(ending.Select(task => task.From.Name())),
                Array(ending.Select(task => task.Attempt)),
                Array(ending.Select(task => task.WorkerId)), Array(ending.Select(task => task.End.State.Name())),
                Array(ending.Select(task => StoredText.Message(task.End.Message))),
                    Array(ending.Select(task => task.End.Wait?.TotalSeconds)),
                Array(ending.Select(task => task.IsLost)),
                Array(ending.Select(task => RunMachine.FailsRun(task.Graph, task.Key.TaskIndex, task.Key.MapIndex, task.End.State))),
                Array(ending.Select(task => task.End.WakeKey)),
                Array(ending.Select(task => task.End.Unchosen.Count == 0 ? null : $"{{{string.Join(',', task.End.Unchosen)}}}")),
                Array(edges.Select(edge => edge.From.RunId)), Array(edges.Select(edge => edge.From.TaskIndex)),
                Array(edges.Select(edge => edge.From.MapIndex)), Array(edges.Select(edge => edge.ToTask)),
                    Array(edges.Select(edge => edge.ToMap)),
                Array(edges.Select(edge => (int)edge.Kind)), Array(edges.Select(edge => edge.IsSummary)),
                    Array(edges.Select(edge => edge.IsAgainst)),
                Array(edges.Select(edge => edge.ReadyAt)), Value(claim?.WorkerId ?? 0), Value(claim is null ? 0 : TakesOver(edges, claim)),
                Value(isForeseen),
            ]);

    private static async Task ReadEndsAsync(
        NpgsqlDataReader reader, StepPlan plan, IReadOnlyList<EndingTask> ending, CancellationToken cancellationToken)
    {
        var byKey = ending.ToDictionary(task => task.Key);
        var byRun = ending.GroupBy(task => task.Key.RunId).ToDictionary(group => group.Key, group => group.First());
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var runId = reader.GetInt64(1);
            switch (reader.GetString(0))
            {
                case "e":
                    plan.SawEnd(byKey[ReadKey(reader, 1)]);
                    break;
                case "c" when reader.GetString(16) == TaskState.Running.Name():
                    plan.HandedOver.Add(
                        (ReadKey(reader, 1), new AttemptCount(reader.GetInt32(17), reader.GetInt32(18), reader.GetInt32(19))));
                    break;
                case "c" when reader.GetString(16) == TaskState.Queued.Name():
                    plan.Queued.Add(ReadKey(reader, 1));
                    break;
                case "c":
                    plan.SawCounters(
                        ReadKey(reader, 1), byRun[runId].DagVersionId, byRun[runId].Graph, reader.IsDBNull(14) ? null : reader.GetInt32(14),
                        ReadCounters(reader, 4), reader.GetBoolean(15));
                    break;
                case "r":
                    plan.SawTotals(runId, reader.GetInt32(2), reader.GetInt32(3));
                    break;
                case "i":
                    plan.IsIdle &= reader.GetBoolean(15);
                    break;
            }
        }
    }
}
