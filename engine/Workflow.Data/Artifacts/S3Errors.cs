using System.Net;
using System.Net.Sockets;
using Amazon.Runtime;
using Amazon.S3;

namespace Workflow.Data;

/// <summary>Says what is wrong with an S3-compatible store, where, and what to do.</summary>
internal static class S3Errors
{
    /// <summary>Whether an exception of a call is to be explained: the store's, or the network's.</summary>
    public static bool IsOfStore(Exception exception, CancellationToken cancellationToken) =>
        !cancellationToken.IsCancellationRequested
        && exception is AmazonClientException or AmazonServiceException or HttpRequestException or OperationCanceledException
        or HttpIOException
            or IOException { InnerException: SocketException };

    /// <summary>Whether the store says that it does not hold what was asked for.</summary>
    public static bool IsMissing(AmazonS3Exception exception) =>
        exception.StatusCode == HttpStatusCode.NotFound && exception.ErrorCode != "NoSuchBucket";

    /// <summary>The exception for people.</summary>
    /// <param name="act">What was tried, such as <c>read</c>.</param>
    /// <param name="key">The object.</param>
    /// <param name="options">The store.</param>
    /// <param name="cause">How it failed.</param>
    public static WorkflowException Of(string act, string key, S3Options options, Exception cause) =>
        new($"Cannot {act} '{key}' in {options.Where}: {Reason(cause)}", cause);

    private static string Reason(Exception cause) => cause switch
    {
        AmazonS3Exception { ErrorCode: "NoSuchBucket" } => "there is no such bucket. Create it, or correct Artifacts:S3:Bucket.",
        AmazonS3Exception { ErrorCode: "InvalidAccessKeyId" } => "it does not know the access key. Correct Artifacts:S3:AccessKey.",
        AmazonS3Exception { ErrorCode: "SignatureDoesNotMatch" } =>
            "the secret key does not belong to the access key. Correct Artifacts:S3:SecretKey.",
        AmazonS3Exception { ErrorCode: "RequestTimeTooSkewed" } => "this machine's clock is wrong. Set it.",
        AmazonS3Exception { StatusCode: HttpStatusCode.Forbidden } =>
            "the key may not. It needs s3:ListBucket on the bucket, and s3:GetObject, s3:PutObject and s3:DeleteObject on what is in it.",
        AmazonS3Exception { StatusCode: HttpStatusCode.MovedPermanently or HttpStatusCode.TemporaryRedirect } =>
            "it is in another region. Correct Artifacts:S3:Region.",
        AmazonServiceException { StatusCode: not 0 } refused =>
            $"it answered {(int)refused.StatusCode} {refused.ErrorCode}: {refused.Message}",
        AmazonClientException { InnerException: null } none =>
            $"{none.Message} Set Artifacts:S3:AccessKey and Artifacts:S3:SecretKey, or what AWS's tools read.",
        _ => $"it cannot be reached. {Innermost(cause)} Check Artifacts:S3:Endpoint and the network.",
    };

    private static string Innermost(Exception exception)
    {
        while (exception.InnerException is { } inner)
            exception = inner;
        return exception.Message.EndsWith('.') ? exception.Message : exception.Message + ".";
    }
}
