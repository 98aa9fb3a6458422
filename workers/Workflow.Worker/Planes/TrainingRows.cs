using Workflow.Data;
using Workflow.Data.DuckDb;
using Workflow.Ml;

namespace Workflow.Worker.Planes;

/// <summary>Training rows out of dataset versions: the earlier ones whole, then the last without what is held out.</summary>
internal sealed class TrainingRows(IReadOnlyList<string> earlier, string last, LinearSpec spec, string holdout, DuckDbOptions share)
    : ITrainingRows
{
    public IEnumerable<RowChunk> Read(CancellationToken cancellationToken) =>
        earlier.SelectMany(path => Rows(path, spec, holdout, FeatureFilter.All, share, cancellationToken))
            .Concat(Rows(last, spec, holdout, FeatureFilter.NotHeldOut, share, cancellationToken));

    public static IEnumerable<RowChunk> Rows(
        string path, LinearSpec spec, string holdout, FeatureFilter filter, DuckDbOptions share, CancellationToken cancellationToken) =>
        FeatureRows.Read(path, new FeatureColumns(spec.Numeric, spec.Categorical, spec.Label), holdout, filter, share, cancellationToken)
            .Select(chunk => new RowChunk(chunk.Numeric, chunk.Categorical, chunk.Label));
}
