using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Workflow.Dashboard.Http;
using Workflow.Postgres.Contracts;
using Workflow.Postgres.Lineage;

namespace Workflow.Dashboard.Api;

/// <summary>What a question about lineage is about.</summary>
/// <param name="Kind"><c>dataset</c>, <c>model</c> or <c>source</c>.</param>
/// <param name="Name">Its name; of a source, the path or address.</param>
/// <param name="At">A version's number or an alias; null when none was given.</param>
internal sealed record LineageSubject(string Kind, string Name, string? At)
{
    private const string Wanted = "must be dataset:NAME[@VERSION], model:NAME[@VERSION or @ALIAS] or source:LOCATION";

    /// <summary>The version's number, if it is one.</summary>
    public int? Version => int.TryParse(At, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    public static LineageSubject Parse(string? text)
    {
        var colon = text?.IndexOf(':', StringComparison.Ordinal) ?? -1;
        if (colon <= 0 || text![..colon] is not ("dataset" or "model" or "source") || colon == text.Length - 1)
            throw ApiException.Invalid("of", $"{Wanted}, got '{text}'");
        var (kind, name) = (text[..colon], text[(colon + 1)..]);
        var at = kind == "source" ? -1 : name.LastIndexOf('@');
        var subject = at < 0 ? new LineageSubject(kind, name, null) : new LineageSubject(kind, name[..at], name[(at + 1)..]);
        if (subject.Name.Length == 0 || subject.At is "" || (kind == "dataset" && subject.At is not null && subject.Version is null))
            throw ApiException.Invalid("of", $"{Wanted}, got '{text}'");
        return subject;
    }
}

/// <summary>Lineage: where data and models come from, and where they go.</summary>
internal static class LineageApi
{
    private const int DefaultDepth = 20;
    private const int MostDepth = 100;

    public static void Map(RouteGroupBuilder api)
    {
        var lineage = api.MapGroup("/lineage").WithTags("Data");
        lineage.MapGet("/upstream", UpstreamAsync)
            .WithSummary("What a dataset, model or column was made from, and by which code and checks.")
            .Refuses(401, 404, 422);
        lineage.MapGet("/downstream", DownstreamAsync)
            .WithSummary("What was made from a dataset, model or source; of a column, what would break if it went.").Refuses(401, 404, 422);
    }

    private static async Task<LineageGraph> UpstreamAsync(
        [FromQuery(Name = "of")] string? of, [FromQuery(Name = "column")] string? column, [FromQuery(Name = "depth")] int? depth,
        LineageReads reads, ContractStore contracts, CancellationToken cancellationToken)
    {
        var subject = LineageSubject.Parse(of);
        if (subject.Kind == "source")
            throw ApiException.Invalid("of", "is a source: there is nothing upstream of one, ask for downstream");
        var steps = Steps(depth);
        var roots = await RootsAsync(subject, reads, cancellationToken).ConfigureAwait(false);
        var view = new LineageView(reads, contracts, of!, "upstream");
        if (string.IsNullOrEmpty(column))
        {
            var versions = await reads.UpstreamAsync(roots, steps, cancellationToken).ConfigureAwait(false);
            return await view.OfVersionsAsync(roots, versions, cancellationToken).ConfigureAwait(false);
        }

        await RequireColumnAsync(subject, roots, column, reads, cancellationToken).ConfigureAwait(false);
        var reached = await reads.ColumnUpstreamAsync(roots, column, steps, cancellationToken).ConfigureAwait(false);
        return await view.OfColumnAsync(roots, column, reached, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<LineageGraph> DownstreamAsync(
        [FromQuery(Name = "of")] string? of, [FromQuery(Name = "column")] string? column, [FromQuery(Name = "depth")] int? depth,
        LineageReads reads, ContractStore contracts, CancellationToken cancellationToken)
    {
        var subject = LineageSubject.Parse(of);
        var steps = Steps(depth);
        var roots = await RootsAsync(subject, reads, cancellationToken).ConfigureAwait(false);
        var view = new LineageView(reads, contracts, of!, "downstream");
        if (string.IsNullOrEmpty(column))
        {
            var versions = await reads.DownstreamAsync(roots, steps, cancellationToken).ConfigureAwait(false);
            return await view.OfVersionsAsync(roots, versions, cancellationToken).ConfigureAwait(false);
        }

        await RequireColumnAsync(subject, roots, column, reads, cancellationToken).ConfigureAwait(false);
        if (subject.At is not null)
            throw ApiException.Invalid("of",
                "names a version: what would break with a column is told by the newest versions, ask without one");
        var impact = await reads.ImpactAsync(subject.Name, column, steps, cancellationToken).ConfigureAwait(false);
        return await view.OfImpactAsync(column, impact, cancellationToken).ConfigureAwait(false);
    }

    private static int Steps(int? depth) => depth switch
    {
        null => DefaultDepth,
        < 1 or > MostDepth => throw ApiException.Invalid("depth", $"must be between 1 and {MostDepth}"),
        { } steps => steps,
    };

    /// <summary>A model without a version is its champion; where nothing holds that alias, its newest version.</summary>
    private static async Task<LineageRoots> RootsAsync(LineageSubject subject, LineageReads reads, CancellationToken cancellationToken)
    {
        var roots = subject switch
        {
            { Kind: "dataset" } => await reads.DatasetAsync(subject.Name, subject.Version, cancellationToken).ConfigureAwait(false),
            { Kind: "source" } => await reads.SourceAsync(subject.Name, cancellationToken).ConfigureAwait(false),
            { Version: { } version } => await reads.ModelAsync(subject.Name, version, cancellationToken).ConfigureAwait(false),
            _ => await reads.AliasAsync(subject.Name, subject.At ?? "champion", cancellationToken).ConfigureAwait(false),
        };
        if (roots.IsEmpty && subject is { Kind: "model", At: null })
            roots = await reads.NewestModelAsync(subject.Name, cancellationToken).ConfigureAwait(false);
        if (!roots.IsEmpty)
            return roots;
        var at = subject.At is { } asked ? subject.Version is null ? $" that holds '{asked}'" : $" with version {asked}" : "";
        throw ApiException.NotFound(subject.Kind == "source"
            ? $"Nothing was read from '{subject.Name}'."
            : $"There is no {subject.Kind} '{subject.Name}'{at}.");
    }

    private static async Task RequireColumnAsync(
        LineageSubject subject, LineageRoots roots, string column, LineageReads reads, CancellationToken cancellationToken)
    {
        if (subject.Kind != "dataset")
            throw ApiException.Invalid("column", $"belongs to a dataset, and 'of' is a {subject.Kind}");
        if (!await reads.HasColumnAsync(roots, column, cancellationToken).ConfigureAwait(false))
            throw ApiException.NotFound($"Dataset '{subject.Name}' has no column '{column}'.");
    }
}
