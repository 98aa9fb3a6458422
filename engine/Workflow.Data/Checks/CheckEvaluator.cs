using Workflow.Contracts;
using Workflow.Data.Checks;
using Workflow.Data.DuckDb;
using Workflow.Runs;

namespace Workflow.Data;

/// <summary>What an evaluation takes besides the file and the checks.</summary>
public sealed record CheckRequest
{
    /// <summary>The Parquet files of other datasets, by <see cref="OtherDataset.Key"/>.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Others { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>The columns whose values are not shown with failing rows.</summary>
    public IReadOnlySet<string> Masked { get; init; } = new HashSet<string>();

    /// <summary>The share of the machine; one thread gives the same sums on each run.</summary>
    public DuckDbOptions? Options { get; init; }
}

/// <summary>
/// Evaluates checks over a Parquet file. All counts and measures come from one scan; checks of different values share one more for each
/// column, and failing checks fetch up to five sample rows each. The meaning of each check is Great Expectations': nulls are dropped before
/// the share of passing values is taken, and a column without values passes checks of rows and fails checks of measures; what a check says
/// in its <see cref="CheckPolicy"/> comes before that.
/// </summary>
public static class CheckEvaluator
{
    private const int SampleRows = 5;

    /// <summary>Evaluates checks.</summary>
    /// <param name="parquet">The local path of the dataset.</param>
    /// <param name="checks">What must hold.</param>
    /// <param name="options">The share of the machine; counting may use several threads.</param>
    /// <param name="cancellationToken">Interrupts the query.</param>
    /// <returns>One result for each check, in their order; one for each slice of a sliced check.</returns>
    public static IReadOnlyList<CheckResult> Evaluate(
        string parquet, IReadOnlyList<DataCheck> checks, DuckDbOptions? options = null, CancellationToken cancellationToken = default) =>
        Evaluate(parquet, checks, new CheckRequest { Options = options }, cancellationToken).Results;

    /// <summary>Evaluates checks, and says which rows checks of severity quarantine set aside.</summary>
    /// <param name="parquet">The local path of the dataset.</param>
    /// <param name="checks">What must hold.</param>
    /// <param name="request">What else there is.</param>
    /// <param name="cancellationToken">Interrupts the query.</param>
    public static CheckReport Evaluate(
        string parquet, IReadOnlyList<DataCheck> checks, CheckRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(checks);
        ArgumentNullException.ThrowIfNull(request);
        try
        {
            return Judge(parquet, checks, request, cancellationToken);
        }
        catch (TaskFailureException refused) when (!refused.Retryable && checks.Count == 1)
        {
            var message = request.Masked.Count > 0 ? Mask.OfError(refused.Message) : refused.Message;
            return new CheckReport([Result(checks[0], null, 0, Finding.Problem(message), []) with { Masked = Known(request) }], null);
        }
        catch (TaskFailureException refused) when (!refused.Retryable && checks.Count > 0)
        {
            // One check that DuckDB cannot make, such as a pattern that is none, must not hide what the others find.
            var alone = checks.Select(check => (Check: check, Evaluate(parquet, [check], request, cancellationToken).Results)).ToList();
            var report =
                Judge(parquet, [.. alone.Where(each => !IsBroken(each.Results)).Select(each => each.Check)], request, cancellationToken);
            var judged = new Queue<CheckResult>(report.Results);
            return report with
            {
                Results = [.. alone.SelectMany(each => IsBroken(each.Results) ? each.Results : each.Results.Select(_ => judged.Dequeue()))],
            };
        }
    }

    private static IReadOnlyList<string>? Known(CheckRequest request) =>
        request.Masked.Count == 0 ? null : [.. request.Masked.Order(StringComparer.Ordinal)];

    private static bool IsBroken(IReadOnlyList<CheckResult> results) =>
        results is [{ Verdict: Verdict.Fail, Observed: null, FailingRows: null }];

    private static CheckReport Judge(
        string parquet, IReadOnlyList<DataCheck> checks, CheckRequest request, CancellationToken cancellationToken)
    {
        using var session = new DuckDbSession(request.Options);
        var schema = CheckViews.Create(session, parquet, checks, request.Others);
        var scan = new CheckScan(session, schema, cancellationToken);
        var masked = request.Masked.ToHashSet(StringComparer.OrdinalIgnoreCase);
        var plans = checks.SelectMany(check => Named(CheckPlanner.Plan(check, session, scan), check, masked)).ToList();
        scan.Run();
        var judged = plans.Select(plan => (Plan: plan, Result: Result(plan, session, scan, masked, cancellationToken))).ToList();

        // Failing rows are set aside where enough of the others pass, too; a rate of nulls calls no null a failing row while it holds.
        var quarantined = judged
            .Where(each => each is { Result: { FailingRows: > 0, Severity: Severity.Quarantine }, Plan.Failing: not null }
                && (each.Result.Verdict == Verdict.Fail || each.Plan.Check.Kind != CheckKind.NullRate))
            .Select(each => (CheckViews.Name(each.Plan.Check), each.Plan.Failing!)).ToList();
        return new CheckReport(
            [.. judged.Select(each => each.Result with { Masked = Known(request) })],
            quarantined.Count == 0 ? null
                : new RowQuarantine(schema, parquet, checks, request.Others, [.. scan.Made], scan.Values, quarantined));
    }

    /// <summary>
    /// What is not shown of the rows of a query, which may call a masked column anything: where it names one, nothing is shown; otherwise
    /// only columns of the dataset that are not masked.
    /// </summary>
    private static HashSet<string> Hidden(string sql, IReadOnlyList<Column> columns, IReadOnlyList<Column> schema, HashSet<string> masked)
    {
        var shown = masked.Any(name => sql.Contains(name, StringComparison.OrdinalIgnoreCase))
            ? []
            : schema.Select(column => column.Name).Except(masked, StringComparer.OrdinalIgnoreCase);
        return columns.Select(column => column.Name).Except(shown).ToHashSet();
    }

    /// <summary>The plans of a check; slices by a masked column are told apart and not named.</summary>
    private static IEnumerable<CheckPlan> Named(IEnumerable<CheckPlan> plans, DataCheck check, HashSet<string> masked) =>
        check.Policy?.Slice is { } columns && masked.Overlaps(columns)
            ? plans.Select((plan, index) => plan.Slice is null ? plan : plan with { Slice = Mask.Numbered(index + 1) })
            : plans;

    private static CheckResult Result(
        CheckPlan plan, DuckDbSession session, CheckScan scan, HashSet<string> masked, CancellationToken cancellationToken)
    {
        var finding = plan.Judge();
        IReadOnlyList<string> samples = [];
        if (!finding.Passes && finding.Failing > 0)
        {
            // The first rows in the order of the file, so that a rerun shows the same ones.
            var sql = plan.Samples ?? $"SELECT * FROM {CheckScan.View} WHERE {plan.Failing}";
            var columns = plan.Samples is null ? scan.Schema : session.Describe(sql, scan.Values, cancellationToken);
            var hidden = plan.Samples is null || masked.Count == 0 ? masked : Hidden(sql, columns, scan.Schema, masked);
            samples = [.. scan.Query($"SELECT {JsonRows.Select(columns)} FROM ({sql} LIMIT {SampleRows})").Select(
                row => JsonRows.Write(row, columns, hidden))];
        }

        var found = Result(plan.Check, plan.Failing, plan.Count(), finding, samples);
        if (plan.Check.Column is { } column && masked.Contains(column) && !finding.IsEmpty)
            found = Mask.OfColumn(found, column);
        return found with
        {
            Slice = plan.Slice,
            Message = plan.Slice is null ? found.Message : $"Slice {plan.Slice}: {found.Message}",
        };
    }

    private static CheckResult Result(DataCheck check, string? failing, long rows, Finding finding, IReadOnlyList<string> samples)
    {
        var policy = check.Policy;
        var empty = finding.IsEmpty ? policy?.OnEmpty : null;
        var passes = empty is null ? finding.Passes : empty == EmptyRule.Pass;
        return new CheckResult(
            check.Kind.Name(), check.Column ?? (check.Columns is { } columns ? string.Join(", ", columns) : null),
            passes ? Verdict.Pass : Verdict.Fail, empty == EmptyRule.Warn ? Severity.Warn : check.Severity, finding.Observed,
            Thresholds.Of(check), rows, finding.Failing, samples, finding.Message)
        {
            Owner = policy?.Owner,
            Meaning = policy?.Meaning,

            // Where too many rows fail, or there are none, it is the version that is to blame.
            HasRows = failing is not null
                && (passes || !(finding.IsEmpty || check.Mostly < 1 || check is { Kind: CheckKind.NullRate, Maximum: > 0 })),
        };
    }
}
