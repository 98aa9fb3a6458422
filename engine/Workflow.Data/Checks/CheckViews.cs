using System.Text.RegularExpressions;
using Workflow.Data.DuckDb;
using Workflow.Runs;

namespace Workflow.Data.Checks;

/// <summary>What the SQL of checks reads.</summary>
internal static partial class CheckViews
{
    /// <summary>The file as it is.</summary>
    public const string Plain = "plain";

    /// <summary>Makes the file and the other datasets readable.</summary>
    /// <returns>The columns of the file.</returns>
    public static IReadOnlyList<Column> Create(
        DuckDbSession session, string parquet, IReadOnlyList<DataCheck> checks, IReadOnlyDictionary<string, IReadOnlyList<string>> others)
    {
        Views.Create(session, Plain, parquet);
        var schema = session.Describe($"SELECT * FROM {Plain}");

        // Rows have places only for those checks that need them: numbering costs a column.
        var numbered = checks.Any(check => check.Kind is CheckKind.Increasing or CheckKind.Decreasing or CheckKind.MatchesJsonSchema)
            ? $"SELECT *, row_number() OVER () AS {Columns.RowNumber} FROM {Plain}"
            : $"SELECT * FROM {Plain}";
        session.Execute($"CREATE TEMP VIEW {CheckScan.View} AS {numbered}");
        foreach (var other in checks.Select(check => check.Other).OfType<OtherDataset>().DistinctBy(other => other.Key))
        {
            Views.Create(session, Columns.OtherView(other), others.TryGetValue(other.Key, out var files)
                ? files
                : throw new TaskFailureException($"The check reads {other.Key}, which was not given.", retryable: false));
        }

        return schema;
    }

    /// <summary>A check in the words of quarantined rows, such as <c>between fare_amount</c>.</summary>
    public static string Name(DataCheck check) => string.Join(' ', [check.Kind.Name(), .. Columns.All(check)]);

    /// <summary>The rows that a check looks at. Its parameters get names of their own, apart from those of others.</summary>
    public static string Where(DataCheck check, CheckScan scan)
    {
        if (check.Policy?.Where is not { } where)
            return Conditions.True;
        var bound = new Dictionary<string, string>();
        var condition = Tokens().Replace(where, token => token.Groups[1] is { Success: true, Value: var name }
            && check.Policy.Values?.TryGetValue(name, out var value) == true
            ? bound.TryGetValue(name, out var known) ? known : bound[name] = scan.Bind(value)
            : token.Value);

        // On lines of its own: it may end in a comment.
        return $"(\n{condition}\n)";
    }

    // Quoted text and names come first, so that a parameter's sign within them is none.
    [GeneratedRegex("""'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w+)""")]
    private static partial Regex Tokens();
}
