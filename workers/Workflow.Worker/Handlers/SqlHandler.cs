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
        var input = (DatasetVersion)inputs[0]!;
        var query = new DatasetQuery(sql.Sql)
        {
            Inputs = new Dictionary<string, IReadOnlyList<string>> { ["input"] = [await planes.PathAsync(input, context.Cancellation).ConfigureAwait(false)] },
            Values = context.Dag.Values.ToDictionary(pair => pair.Key, pair => (object?)pair.Value(context.Run)),
        };
        var rowsIn = sql.Rows == SqlRows.Filtered ? input.Rows : (long?)null;
        return await planes.Datasets(context).WriteAsync(query, sql.Into, input.Partition, [input], rowsIn).ConfigureAwait(false);
    }
}
