namespace Workflow.Scheduler.OpenLineage;

/// <summary>Where lineage events go. Without an address and a file they go nowhere, and are deleted by age.</summary>
public sealed record OpenLineageOptions
{
    /// <summary>What <see cref="Namespace"/> is unless set.</summary>
    public const string DefaultNamespace = "workflow";

    /// <summary>The address that takes events by <c>POST</c>, such as <c>http://localhost:5000/api/v1/lineage</c>.</summary>
    public Uri? Url { get; init; }

    /// <summary>The bearer token for the address; null for none.</summary>
    public string? ApiKey { get; init; }

    /// <summary>A file that events are appended to, one a line; used when there is no address.</summary>
    public string? File { get; init; }

    /// <summary>The namespace of jobs and datasets, which tells this installation from others. <c>workflow</c> unless set.</summary>
    public string Namespace { get; init; } = DefaultNamespace;

    /// <summary>Whether events go anywhere.</summary>
    public bool HasTarget => Url is not null || File is not null;
}
