using System.Buffers.Text;
using System.Security.Cryptography;

namespace Workflow.Dashboard.Auth;

/// <summary>Codes that sign a browser in once: the link that the console prints carries one instead of the password.</summary>
/// <remarks>They are kept in memory only. A restart makes them void, which costs a look at the new link.</remarks>
public sealed class SignInCodes(TimeProvider time)
{
    /// <summary>How long a code may be used.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private const int Most = 100;

    private readonly Lock gate = new();
    private readonly Dictionary<string, DateTimeOffset> expiries = [];

    /// <summary>Makes a code for one sign-in: 256 random bits, safe in a URL.</summary>
    public string Mint()
    {
        var code = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        lock (gate)
        {
            Forget();
            if (expiries.Count >= Most)
                expiries.Remove(expiries.MinBy(pair => pair.Value).Key);
            expiries[code] = time.GetUtcNow() + Lifetime;
        }

        return code;
    }

    /// <summary>Uses a code up.</summary>
    /// <returns>False when it is unknown, used or too old.</returns>
    public bool Redeem(string code)
    {
        lock (gate)
        {
            Forget();
            return expiries.Remove(code);
        }
    }

    private void Forget()
    {
        var now = time.GetUtcNow();
        foreach (var code in expiries.Where(pair => pair.Value <= now).Select(pair => pair.Key).ToList())
            expiries.Remove(code);
    }
}
