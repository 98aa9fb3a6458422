namespace Workflow.Artifacts;

/// <summary>
/// Content-addressed bytes of datasets and models. Files are staged, then committed under their hash; a committed file never changes.
/// </summary>
public interface IArtifactStore
{
    /// <summary>A new path to write a file to before it is committed.</summary>
    string Stage();

    /// <summary>
    /// Makes a staged file durable under its content's hash. Committing the same content twice is one file. A kill before this ends leaves
    /// a staged file that belongs to nobody; one after it leaves an artifact that no record refers to. Both are swept away later.
    /// </summary>
    /// <returns>The SHA-256 of the content, 64 hex digits, and its length in bytes.</returns>
    Task<(string Sha256, long Bytes)> CommitAsync(string stagedPath, CancellationToken cancellationToken);

    /// <summary>The local path of an artifact, for reading only. What a process reads for the first time is hashed first.</summary>
    /// <exception cref="FileNotFoundException">The store does not hold it.</exception>
    /// <exception cref="WorkflowException">It is damaged; the message names the file and what its hash is.</exception>
    Task<string> PathAsync(string sha256, CancellationToken cancellationToken);

    /// <summary>Reads an artifact anew, as far as its store goes, and compares its hash.</summary>
    /// <returns>What is damaged, in words; null when nothing is.</returns>
    /// <exception cref="FileNotFoundException">The store does not hold it.</exception>
    Task<string?> DamageAsync(string sha256, CancellationToken cancellationToken);

    /// <summary>
    /// The artifacts that nobody has committed since a time, in no particular order. A commit counts whether or not the store held the
    /// content already.
    /// </summary>
    IAsyncEnumerable<StoredArtifact> ListAsync(DateTimeOffset committedBefore, CancellationToken cancellationToken);

    /// <summary>
    /// Deletes an artifact, unless somebody has committed it since a time: whoever commits content that is about to be deleted keeps it.
    /// </summary>
    /// <returns>Whether it was deleted by this call.</returns>
    Task<bool> DeleteAsync(string sha256, DateTimeOffset committedBefore, CancellationToken cancellationToken);

    /// <summary>Deletes staged files that nobody has written to since a time: a kill left them, and they belong to nobody.</summary>
    /// <returns>How many.</returns>
    Task<int> SweepStagedAsync(DateTimeOffset writtenBefore, CancellationToken cancellationToken);
}

/// <summary>An artifact as its store lists it.</summary>
/// <param name="Sha256">The SHA-256 of its content, 64 hex digits.</param>
/// <param name="Bytes">The length of its content.</param>
public sealed record StoredArtifact(string Sha256, long Bytes);
