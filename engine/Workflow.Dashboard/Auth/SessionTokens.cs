using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Workflow.Dashboard.Auth;

/// <summary>What a signed token may be used for: one that was made for a cookie is no bearer token.</summary>
internal enum TokenUse
{
    Cookie,
    Bearer,
}

/// <summary>
/// Makes and checks signed tokens: use, expiry and a random id under an HMAC. The key is derived from the dashboard's token, so sessions
/// survive a restart and end when that token is changed.
/// </summary>
internal sealed class SessionTokens(DashboardOptions options, TimeProvider time)
{
    private readonly byte[] key = HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(options.Token), 32, info: "workflow sessions 1"u8.ToArray());
    private readonly Lock gate = new();
    private readonly Dictionary<string, DateTimeOffset> revoked = [];

    public string Issue(TokenUse use, TimeSpan lifetime)
    {
        var expiry = (time.GetUtcNow() + lifetime).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var body = $"{(use == TokenUse.Cookie ? 'c' : 'b')}.{expiry}.{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16))}";
        return $"{body}.{Sign(body)}";
    }

    public bool IsValid(string token, TokenUse use) => Expiry(token, use) is { } expiry && expiry > time.GetUtcNow() && !IsRevoked(token);

    /// <summary>Makes a token void before its time. Until a restart only: the expiry bounds what is left.</summary>
    public void Revoke(string token, TokenUse use)
    {
        if (Expiry(token, use) is not { } expiry)
            return;
        lock (gate)
        {
            var now = time.GetUtcNow();
            foreach (var old in revoked.Where(pair => pair.Value <= now).Select(pair => pair.Key).ToList())
                revoked.Remove(old);
            revoked[token] = expiry;
        }
    }

    private bool IsRevoked(string token)
    {
        lock (gate)
            return revoked.ContainsKey(token);
    }

    /// <summary>When a token ends, if its signature and use are right.</summary>
    private DateTimeOffset? Expiry(string token, TokenUse use)
    {
        var end = token.LastIndexOf('.');
        if (end < 0 || !FixedTime.Equals(token[(end + 1)..], Sign(token[..end])))
            return null;
        var parts = token.Split('.');
        return parts[0] == (use == TokenUse.Cookie ? "c" : "b") && long.TryParse(parts[1], CultureInfo.InvariantCulture, out var seconds)
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;
    }

    private string Sign(string body) => Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(body)));
}

/// <summary>Comparison of secrets in a time that tells nothing about where they differ or how long they are.</summary>
internal static class FixedTime
{
    public static bool Equals(string given, string expected) => CryptographicOperations.FixedTimeEquals(
        SHA256.HashData(Encoding.UTF8.GetBytes(given)), SHA256.HashData(Encoding.UTF8.GetBytes(expected)));
}
