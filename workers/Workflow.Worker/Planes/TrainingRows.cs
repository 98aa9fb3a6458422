using Workflow.Data;
using Workflow.Ml;

namespace Workflow.Worker.Planes;

/// <summary>Training rows out of dataset versions: the earlier ones whole, then the last without what is held out.</summary>
internal sealed class TrainingRows(IReadOnlyList<string> earlier, string last, LinearSpec spec, string holdout) : ITrainingRows
{
    public IEnumerable<RowChunk> Read(CancellationToken cancellationToken) =>
        earlier.SelectMany(path => Rows(path, spec, holdout, FeatureFilter.All, cancellationToken))
            .Concat(Rows(last, spec, holdout, FeatureFilter.NotHeldOut, cancellationToken));

    public static IEnumerable<RowChunk> Rows(string path, LinearSpec spec, string holdout, FeatureFilter filter, CancellationToken cancellationToken) =>
        FeatureRows.Read(path, new FeatureColumns(spec.Numeric, spec.Categorical, spec.Label), holdout, filter, cancellationToken)
            .Select(chunk => new RowChunk(chunk.Numeric, chunk.Categorical, chunk.Label));
}
