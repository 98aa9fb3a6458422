using System.Globalization;
using Workflow.Data;
using Workflow.Worker.Execution;

namespace Workflow.Worker.Planes;

/// <summary>Holds what an attempt is about to stage against the contract of its dataset.</summary>
internal static class ContractGuard
{
    private const int MostShown = 10;

    /// <summary>The contract of a dataset as the run sees it; null when it has none.</summary>
    public static async Task<DataContract?> FindAsync(DataPlanes planes, AttemptContext context, string dataset) =>
        context.Dag.Settings.Contracts?.FirstOrDefault(one => one.Dataset == dataset)
        ?? (await planes.Effects.ContractAsync(dataset, null, context.Cancellation).ConfigureAwait(false))?.Contract;

    /// <summary>
    /// The columns of a dataset of which no values are shown: by its contract as the run sees it, or because their values come from such
    /// columns of others.
    /// </summary>
    public static async Task<IReadOnlySet<string>> MaskedAsync(DataPlanes planes, AttemptContext context, string dataset)
    {
        var declared = context.Dag.Settings.Contracts?.FirstOrDefault(one => one.Dataset == dataset)?.Masked ?? new HashSet<string>();
        var known = await planes.Effects.PersonalColumnsAsync(dataset, context.Cancellation).ConfigureAwait(false);
        return declared.Concat(known).ToHashSet(StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>
    /// Finds the contract and checks that the data meet it. What the run's own DAG version declares counts, so that a run does not change
    /// its promise halfway; where that declares none, the newest registered one does.
    /// </summary>
    /// <returns>The contract; null when the dataset has none.</returns>
    /// <exception cref="TaskFailureException">
    /// The data do not meet it. Trying again makes the same data, so it is not retryable. Nothing is staged: the file lies in the store,
    /// and as nothing refers to it, it is swept away.
    /// </exception>
    public static async Task<DataContract?> RequireAsync(DataPlanes planes, AttemptContext context, StoredDataset stored, string dataset)
    {
        if (await FindAsync(planes, context, dataset).ConfigureAwait(false) is not { } contract)
            return null;
        var review = ContractReview.Of(contract, stored.Schema, stored.Profile);
        var violations = review.Violations;
        if (review.NeedsScan)
        {
            var path = await planes.Store.PathAsync(stored.Sha256, context.Cancellation).ConfigureAwait(false);
            violations = review.Scan(path, planes.Share, context.Cancellation);
        }

        if (violations.Count == 0)
            return contract;
        var registered = await planes.Effects.ContractAsync(dataset, contract.Hash, context.Cancellation).ConfigureAwait(false);
        throw new TaskFailureException(Message(dataset, registered?.Version, violations), retryable: false);
    }

    private static string Message(string dataset, int? version, IReadOnlyList<ContractViolation> violations)
    {
        var more = violations.Count > MostShown
            ? string.Create(CultureInfo.InvariantCulture, $"; and {violations.Count - MostShown} more")
            : "";
        var named = version is { } number
            ? string.Create(CultureInfo.InvariantCulture, $"version {number} of its contract")
            : "the contract of this DAG version";
        return $"The data for '{dataset}' do not meet {named}: {string.Join("; ", violations.Take(MostShown))}{more}. "
            + "Nothing was written. Mend the data, or change the contract.";
    }
}
