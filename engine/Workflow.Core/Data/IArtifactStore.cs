namespace Workflow.Artifacts;

/// <summary>Content-addressed bytes of datasets and models. Files are staged, then committed under their hash; a committed file never changes.</summary>
public interface IArtifactStore
{
    /// <summary>A new path to write a file to before it is committed.</summary>
    string Stage();

    /// <summary>
    /// Makes a staged file durable under its content's hash. Committing the same content twice is one file. A kill before this ends leaves a
    /// staged file that belongs to nobody; one after it leaves an artifact that no record refers to. Both are swept away later.
    /// </summary>
    /// <returns>The SHA-256 of the content, 64 hex digits, and its length in bytes.</returns>
    Task<(string Sha256, long Bytes)> CommitAsync(string stagedPath, CancellationToken cancellationToken);

    /// <summary>The local path of an artifact, for reading only.</summary>
    /// <exception cref="FileNotFoundException">The store does not hold it.</exception>
    Task<string> PathAsync(string sha256, CancellationToken cancellationToken);
}
