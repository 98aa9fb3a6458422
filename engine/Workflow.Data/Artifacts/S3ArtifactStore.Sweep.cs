using System.Runtime.CompilerServices;
using Amazon.S3.Model;
using Workflow.Artifacts;

namespace Workflow.Data;

public sealed partial class S3ArtifactStore
{
    /// <inheritdoc />
    /// <exception cref="WorkflowException">The bucket cannot be listed.</exception>
    public async IAsyncEnumerable<StoredArtifact> ListAsync(
        DateTimeOffset committedBefore, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new ListObjectsV2Request { BucketName = options.Bucket, Prefix = options.KeyPrefix };
        do
        {
            var page =
                await GuardAsync("list", options.KeyPrefix, cancellationToken, () => client.ListObjectsV2Async(request, cancellationToken))
                .ConfigureAwait(false);

            // What else lies in the bucket is not ours to judge.
            foreach (var held in page.S3Objects ?? [])
            {
                var name = held.Key[(held.Key.LastIndexOf('/') + 1)..];
                if (ContentAddress.Is(name) && held.Key == KeyOf(name) && held.LastModified < committedBefore.UtcDateTime)
                    yield return new StoredArtifact(name, held.Size ?? 0);
            }

            request.ContinuationToken = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (request.ContinuationToken is not null);
    }

    /// <inheritdoc />
    /// <remarks>
    /// Buckets know no deletion on the condition of a time: a commit of the same content between the last look and the deletion, a few
    /// milliseconds, is lost. What was not committed for the whole grace would have to be committed at that very moment.
    /// </remarks>
    /// <exception cref="WorkflowException">The bucket cannot be written to.</exception>
    public async Task<bool> DeleteAsync(string sha256, DateTimeOffset committedBefore, CancellationToken cancellationToken)
    {
        var key = KeyOf(ContentAddress.Require(sha256));
        if (await HeadAsync(key, cancellationToken).ConfigureAwait(false) is not { } held
            || held.LastModified >= committedBefore.UtcDateTime)
            return false;
        await GuardAsync("delete", key, cancellationToken, () => client.DeleteObjectAsync(options.Bucket, key, cancellationToken))
            .ConfigureAwait(false);
        File.Delete(local.PathOf(sha256));
        return true;
    }

    /// <inheritdoc />
    public Task<int> SweepStagedAsync(DateTimeOffset writtenBefore, CancellationToken cancellationToken) =>
        local.SweepStagedAsync(writtenBefore, cancellationToken);
}
