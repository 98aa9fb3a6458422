namespace Workflow.Worker.Execution;

/// <summary>Gives attempts their access to datasets and models.</summary>
public sealed class Planes
{
    /// <summary>The datasets, for one attempt.</summary>
    public IDatasets Datasets(AttemptContext context) => throw new NotSupportedException(context.TaskId);

    /// <summary>The models, for one attempt.</summary>
    public IModels Models(AttemptContext context) => throw new NotSupportedException(context.TaskId);
}
