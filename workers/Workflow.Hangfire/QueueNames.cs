using System.Security.Cryptography;
using System.Text;

namespace Workflow.Hangfire;

/// <summary>What a task's queue is called in Hangfire.</summary>
public static class QueueNames
{
    private const int HashLength = 8;

    /// <summary>
    /// The same name where Hangfire allows it: lower-case letters, digits, <c>_</c> and <c>-</c>. In any other name each other character
    /// becomes <c>-</c>, and a part of the name's hash follows, so that two queues never become one.
    /// </summary>
    public static string Of(string queue)
    {
        var fitting =
            string.Concat(queue.ToLowerInvariant()
                .Select(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '_' ? letter : '-'));
        return fitting == queue
            ? queue
            : $"{fitting}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(queue)))[..HashLength]}";
    }
}
