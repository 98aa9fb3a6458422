using System.Net.Sockets;
using System.Security.Cryptography;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Workflow.Artifacts;

namespace Workflow.Data;

/// <summary>
/// The artifact store in a bucket, for workers on several machines: artifacts at <c>prefix/ab/abcdef...</c>. Each machine has a folder
/// beside it, in which files are written, and in which what was written or read here stays to be read again.
/// </summary>
/// <remarks>
/// What comes from the bucket is hashed on its way: damage there, or on the way, is an error and never data. What lies in the folder was
/// hashed before it got there, and is once more when a process first reads it. The folder grows with what passes through it; files in it
/// may be removed while nothing runs.
/// </remarks>
public sealed partial class S3ArtifactStore : IArtifactStore, IDisposable
{
    /// <summary>
    /// Tries of a request beyond the first, each after a longer wait: some twenty seconds of a store that is away are no failure of a task.
    /// </summary>
    private const int Retries = 5;

    /// <summary>Downloads whose connection breaks in the middle are begun anew so often.</summary>
    private const int Downloads = 3;

    private const string ContentType = "application/octet-stream";
    private const int MaxParts = 10_000;
    private const long MostCopyBytes = 5L << 30;

    private readonly FolderArtifactStore local;
    private readonly S3Options options;
    private readonly AmazonS3Client client;

    // By the first byte of a hash: tasks that need the same artifact at once download it once.
    private readonly SemaphoreSlim[] gates = [.. Enumerable.Range(0, 256).Select(_ => new SemaphoreSlim(1))];

    /// <summary>Opens a store. Nothing is asked of the server yet.</summary>
    /// <param name="options">Where it is.</param>
    /// <param name="folder">The folder beside it on this machine.</param>
    /// <exception cref="WorkflowException">The folder cannot be written to.</exception>
    public S3ArtifactStore(S3Options options, string folder)
    {
        this.options = options;
        local = new FolderArtifactStore(folder);
        var config = new AmazonS3Config
        {
            RetryMode = RequestRetryMode.Standard,
            MaxErrorRetry = Retries,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            Timeout = TimeSpan.FromMinutes(10),

            // Every body is signed with its SHA-256, which the server checks; other checksums are not known to every compatible server.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (options.Endpoint is { } endpoint)
            (config.ServiceURL, config.AuthenticationRegion, config.ForcePathStyle) = (endpoint.ToString(), options.Region, true);
        else
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(options.Region);
        client = options.AccessKey is null
            ? new AmazonS3Client(config)
            : new AmazonS3Client(new BasicAWSCredentials(options.AccessKey, options.SecretKey), config);
    }

    /// <summary>Files longer than this are sent in parts of this length.</summary>
    internal long PartBytes { get; init; } = 64 << 20;

    /// <summary>Asks the store whether it can be used.</summary>
    /// <exception cref="WorkflowException">It cannot; the message says why and what to do.</exception>
    public Task CheckAsync(CancellationToken cancellationToken)
    {
        var request = new ListObjectsV2Request { BucketName = options.Bucket, Prefix = options.KeyPrefix, MaxKeys = 1 };
        return GuardAsync("list", options.KeyPrefix, cancellationToken, () => client.ListObjectsV2Async(request, cancellationToken));
    }

    /// <inheritdoc />
    public string Stage() => local.Stage();

    /// <inheritdoc />
    /// <exception cref="WorkflowException">The bucket cannot be written to, or holds something else under the name.</exception>
    public async Task<(string Sha256, long Bytes)> CommitAsync(string stagedPath, CancellationToken cancellationToken)
    {
        var (sha256, bytes) = await ContentAddress.OfAsync(stagedPath, cancellationToken).ConfigureAwait(false);
        var key = KeyOf(sha256);
        if (await HeadAsync(key, cancellationToken).ConfigureAwait(false) is not { } held)
            await WriteAsync(() => UploadAsync(stagedPath, key, sha256, bytes, cancellationToken)).ConfigureAwait(false);
        else if (held.ContentLength != bytes)
            throw Damaged(key, $"it has {held.ContentLength} bytes where its content has {bytes}");
        else
            await WriteAsync(() => RenewAsync(stagedPath, key, sha256, bytes, cancellationToken)).ConfigureAwait(false);

        // A kill before this line leaves an object that no record refers to, and a staged file: both are swept away later.
        local.Keep(stagedPath, sha256);
        return (sha256, bytes);

        Task<bool> WriteAsync(Func<Task<bool>> call) => GuardAsync("write", key, cancellationToken, call);
    }

    /// <inheritdoc />
    /// <exception cref="WorkflowException">The bucket cannot be read, or what it holds under the name is damaged.</exception>
    public async Task<string> PathAsync(string sha256, CancellationToken cancellationToken)
    {
        var gate = gates[Convert.ToByte(ContentAddress.Require(sha256)[..2], 16)];
        await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!File.Exists(local.PathOf(sha256)))
                await FetchAsync(sha256, cancellationToken).ConfigureAwait(false);
            else if (await local.IsDamagedAsync(sha256, cancellationToken).ConfigureAwait(false))
                await FetchAnewAsync(sha256, cancellationToken).ConfigureAwait(false);
            return await local.PathAsync(sha256, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <inheritdoc />
    public async Task<string?> DamageAsync(string sha256, CancellationToken cancellationToken)
    {
        var (key, staged) = (KeyOf(ContentAddress.Require(sha256)), Stage());
        try
        {
            var (found, bytes) = await GuardAsync("read", key, cancellationToken, () => DownloadAsync(key, staged, cancellationToken))
                .ConfigureAwait(false);
            return found == sha256 ? null
                : $"{key} in {options.Where} is damaged: the SHA-256 of its {bytes} bytes is {found}, not {sha256}";
        }
        finally
        {
            File.Delete(staged);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        client.Dispose();
        foreach (var gate in gates)
            gate.Dispose();
    }

    private string KeyOf(string sha256) => $"{options.KeyPrefix}{sha256[..2]}/{sha256}";

    /// <summary>What the bucket says of an object; null when there is none.</summary>
    private async Task<GetObjectMetadataResponse?> HeadAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            return await GuardAsync(
                "look for", key, cancellationToken, () => client.GetObjectMetadataAsync(options.Bucket, key, cancellationToken))
                .ConfigureAwait(false);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private async Task<bool> UploadAsync(string path, string key, string sha256, long bytes, CancellationToken cancellationToken)
    {
        if (bytes > PartBytes)
        {
            await UploadPartsAsync(path, key, bytes, cancellationToken).ConfigureAwait(false);
            return true;
        }

        await client.PutObjectAsync(
            new PutObjectRequest
            {
                BucketName = options.Bucket,
                Key = key,
                FilePath = path,
                ContentType = ContentType,
                UseChunkEncoding = false,
                ChecksumSHA256 = Convert.ToBase64String(Convert.FromHexString(sha256)),
            },
            cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>
    /// Makes an object as young as if it had been written now, so that it is not taken for one that nobody needs before a record refers to
    /// it. The server copies it onto itself; one that is too large for that is sent again.
    /// </summary>
    private async Task<bool> RenewAsync(string path, string key, string sha256, long bytes, CancellationToken cancellationToken)
    {
        if (bytes > MostCopyBytes)
            return await UploadAsync(path, key, sha256, bytes, cancellationToken).ConfigureAwait(false);
        var request = new CopyObjectRequest
        {
            SourceBucket = options.Bucket,
            SourceKey = key,
            DestinationBucket = options.Bucket,
            DestinationKey = key,
            MetadataDirective = S3MetadataDirective.REPLACE,
            ContentType = ContentType,
        };
        await client.CopyObjectAsync(request, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>
    /// Sends a file in parts, of which only those that fail are sent again. The object appears whole, with the last call, or not at all.
    /// </summary>
    private async Task UploadPartsAsync(string path, string key, long bytes, CancellationToken cancellationToken)
    {
        var begin = new InitiateMultipartUploadRequest { BucketName = options.Bucket, Key = key, ContentType = ContentType };
        var upload = await client.InitiateMultipartUploadAsync(begin, cancellationToken).ConfigureAwait(false);
        try
        {
            var part = Math.Max(PartBytes, (bytes + MaxParts - 1) / MaxParts);
            var sent = new PartETag[(bytes + part - 1) / part];
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = cancellationToken };
            await Parallel.ForAsync(0, sent.Length, parallel, async (index, token) =>
            {
                var request = new UploadPartRequest
                {
                    BucketName = options.Bucket,
                    Key = key,
                    UploadId = upload.UploadId,
                    PartNumber = index + 1,
                    FilePath = path,
                    FilePosition = index * part,
                    PartSize = Math.Min(part, bytes - (index * part)),
                    UseChunkEncoding = false,
                };
                sent[index] = new PartETag(index + 1, (await client.UploadPartAsync(request, token).ConfigureAwait(false)).ETag);
            }).ConfigureAwait(false);
            var end = new CompleteMultipartUploadRequest
            {
                BucketName = options.Bucket,
                Key = key,
                UploadId = upload.UploadId,
                PartETags = [.. sent],
            };
            await client.CompleteMultipartUploadAsync(end, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception)
        {
            await AbortAsync(key, upload.UploadId).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// Parts of an upload that does not end are stored, and paid for, until they are given up. A kill leaves them to the bucket's rules.
    /// </summary>
    private async Task AbortAsync(string key, string uploadId)
    {
        try
        {
            await client.AbortMultipartUploadAsync(options.Bucket, key, uploadId, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception) when (S3Errors.IsOfStore(exception, CancellationToken.None))
        {
            // The error that led here says more.
        }
    }

    /// <summary>What this machine keeps was damaged here: the bucket has it whole.</summary>
    private Task FetchAnewAsync(string sha256, CancellationToken cancellationToken)
    {
        File.Delete(local.PathOf(sha256));
        return FetchAsync(sha256, cancellationToken);
    }

    private async Task FetchAsync(string sha256, CancellationToken cancellationToken)
    {
        var (key, staged) = (KeyOf(sha256), Stage());
        try
        {
            var (found, _) = await GuardAsync("read", key, cancellationToken, () => DownloadAsync(key, staged, cancellationToken))
                .ConfigureAwait(false);
            if (found != sha256)
                throw Damaged(key, $"the SHA-256 of what it holds is {found}");
            local.Keep(staged, sha256);
        }
        finally
        {
            File.Delete(staged);
        }
    }

    private async Task<(string Sha256, long Bytes)> DownloadAsync(string key, string into, CancellationToken cancellationToken)
    {
        for (var left = Downloads - 1; ; left--)
        {
            try
            {
                using var response = await client.GetObjectAsync(options.Bucket, key, cancellationToken).ConfigureAwait(false);
                await using var file = new FileStream(into, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
                return await CopyAsync(response.ResponseStream, file, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (left > 0 && IsBroken(exception))
            {
                // The connection broke: what came so far is written over.
            }
        }
    }

    /// <summary>Whether the connection ended before its time: in order, or with a reset.</summary>
    private static bool IsBroken(Exception exception) => exception is HttpIOException or IOException { InnerException: SocketException };

    private static async Task<(string Sha256, long Bytes)> CopyAsync(Stream from, FileStream to, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 20];
        int read;
        while ((read = await from.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            hash.AppendData(buffer, 0, read);
            await to.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
        }

        return (Convert.ToHexStringLower(hash.GetHashAndReset()), to.Length);
    }

    private WorkflowException Damaged(string key, string how) => new(
        $"The artifact '{key}' in {options.Where} is damaged: {how}. Remove the object and run again the task that made it.");

    private async Task<T> GuardAsync<T>(string act, string key, CancellationToken cancellationToken, Func<Task<T>> call)
    {
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (AmazonS3Exception missing) when (S3Errors.IsMissing(missing))
        {
            throw new FileNotFoundException($"The artifact store does not hold '{key}' in {options.Where}.", key, missing);
        }
        catch (Exception exception) when (S3Errors.IsOfStore(exception, cancellationToken))
        {
            throw S3Errors.Of(act, key, options, exception);
        }
    }
}
