using Workflow.Contracts;
using Workflow.Data;
using Workflow.Graphs;
using Workflow.Worker.Execution;
using Workflow.Worker.Planes;

namespace Workflow.Worker.Handlers;

/// <summary>Performs a SQL transform: one <c>SELECT</c> over a dataset version becomes a version of another dataset.</summary>
public sealed class SqlHandler(DataPlanes planes) : ITaskHandler
{
    /// <inheritdoc />
    public Type Spec => typeof(SqlSpec);

    /// <inheritdoc />
    public async Task<object?> RunAsync(AttemptContext context, TaskSpec spec, IReadOnlyList<object?> inputs)
    {
        var sql = (SqlSpec)spec;
        var datasets = planes.Datasets(context);
        var reads = new Dictionary<string, DatasetInput>();
        foreach (var read in sql.Inputs)
        {
            reads[read.Name] = read.Input is { } index
                ? (DatasetVersion)inputs[index]!
                : await datasets.ReadAsync(read.Dataset!, read.At).ConfigureAwait(false);
        }

        var query = new DatasetQuery(sql.Sql)
        {
            Inputs = await datasets.OpenAsync(reads).ConfigureAwait(false),
            Values = context.Dag.Values.ToDictionary(pair => pair.Key, pair => (object?)pair.Value(context.Run)),
        };
        var partition = inputs.OfType<DatasetVersion>().FirstOrDefault()?.Partition ?? new Dictionary<string, string>();
        var slices = reads.Values.SelectMany(read => read.Slices).ToList();
        var rowsIn = sql.Rows == SqlRows.Filtered ? slices.Sum(slice => slice.Rows) : (long?)null;
        try
        {
            return await datasets.WriteAsync(query, sql.Into, partition, slices, new AttemptDatasets.Origin(sql.Sql, reads, []), rowsIn)
                .ConfigureAwait(false);
        }
        catch (TaskFailureException failure) when (failure.Message != Mask.OfError(failure.Message))
        {
            // The message quotes a value; what it was thrown for does so, too.
            if (await IsPersonalAsync(context, slices).ConfigureAwait(false))
                throw new TaskFailureException(Mask.OfError(failure.Message), failure.Retryable);
            throw;
        }
    }

    private async Task<bool> IsPersonalAsync(AttemptContext context, IReadOnlyList<DatasetVersion> read)
    {
        foreach (var dataset in read.Select(slice => slice.Dataset).Distinct())
        {
            if ((await ContractGuard.MaskedAsync(planes, context, dataset).ConfigureAwait(false)).Count > 0)
                return true;
        }

        return false;
    }
}
