using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Workflow.Testing.S3;

/// <summary>Checks the signature of a request (AWS signature version 4), as a server does that knows the secret key.</summary>
internal static class S3Signature
{
    /// <returns>The error code of what is wrong; null when nothing is.</returns>
    public static string? Check(HttpContext context, string accessKey, string secretKey)
    {
        var request = context.Request;
        var header = request.Headers.Authorization.ToString();
        const string Algorithm = "AWS4-HMAC-SHA256 ";
        if (!header.StartsWith(Algorithm, StringComparison.Ordinal))
            return "AccessDenied";
        var parts = header[Algorithm.Length..].Split(',', StringSplitOptions.TrimEntries)
            .Select(part => part.Split('=', 2)).ToDictionary(part => part[0], part => part[1]);
        var scope = parts["Credential"].Split('/', 2);
        if (scope[0] != accessKey)
            return "InvalidAccessKeyId";

        // The path as it was sent, before the server decoded it.
        var target = context.Features.Get<IHttpRequestFeature>()!.RawTarget.Split('?');
        var query = string.Join('&', (target.Length > 1 ? target[1] : "").Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Contains('=', StringComparison.Ordinal) ? pair : pair + "=").Order(StringComparer.Ordinal));
        var headers =
            string.Concat(parts["SignedHeaders"].Split(';').Select(name => $"{name}:{request.Headers[name].ToString().Trim()}\n"));
        var canonical =
            $"{request.Method}\n{target[0]}\n{query}\n{headers}\n{parts["SignedHeaders"]}\n{request.Headers["x-amz-content-sha256"]}";
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)));
        var toSign = $"AWS4-HMAC-SHA256\n{request.Headers["x-amz-date"]}\n{scope[1]}\n{hash}";
        var key = scope[1].Split('/').Aggregate(Encoding.UTF8.GetBytes("AWS4" + secretKey), Sign);
        return Convert.ToHexStringLower(Sign(key, toSign)) == parts["Signature"] ? null : "SignatureDoesNotMatch";
    }

    private static byte[] Sign(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));
}
