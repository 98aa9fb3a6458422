namespace Workflow.Data.DuckDb;

/// <summary>Turns DuckDB's messages into the product's errors.</summary>
internal static class DuckDbErrors
{
    // Full disks and memory that others use now may be free for the next attempt; a wrong column will be wrong again.
    private static readonly string[] Passing = ["IO Error", "Out of Memory Error", "HTTP Error"];

    public static TaskFailureException Of(string message) =>
        new($"DuckDB: {message}", retryable: Passing.Any(prefix => message.StartsWith(prefix, StringComparison.Ordinal)));
}
