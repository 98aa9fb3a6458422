using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Workflow.Postgres.Lineage;
using Workflow.Scheduler.Services;

namespace Workflow.Scheduler.OpenLineage;

/// <summary>
/// Delivers lineage events from the outbox, in order and at least once. A kill between a delivery and its record sends the event again, with
/// the same ids. A receiver that is away is tried again ever more seldom; an event that it calls wrong is given up, or it would hold up all
/// that follow. Without a receiver, events are deleted by age.
/// </summary>
public sealed class OpenLineageSender(LineageEventStore events, OpenLineageOptions options, HttpClient http, ILogger<OpenLineageSender> logger)
    : IntervalService(TimeSpan.FromSeconds(2), logger)
{
    /// <summary>How long a batch stays with a sender that does not answer any more.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromMinutes(5);

    /// <summary>How long an event is kept.</summary>
    public static readonly TimeSpan Age = TimeSpan.FromDays(7);

    private const int BatchSize = 50;
    private const int MostBackoffDoublings = 8;

    /// <inheritdoc />
    public override async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        await events.DeleteAsync(Age, options.HasTarget, cancellationToken).ConfigureAwait(false);
        if (!options.HasTarget)
            return 0;

        var batch = await events.ClaimAsync(BatchSize, Lease, cancellationToken).ConfigureAwait(false);
        var delivered = 0;
        foreach (var due in batch)
        {
            // A receiver that takes its time with each of them must not outlast the lease of the batch.
            await events.RenewAsync([.. batch.Where(left => left.Id >= due.Id).Select(left => left.Id)], Lease, cancellationToken).ConfigureAwait(false);
            var facts = JsonNode.Parse(await events.FactsAsync(due.Id, cancellationToken).ConfigureAwait(false))!;
            try
            {
                await SendAsync(RunEvent.Of(facts, options.Namespace).ToJsonString(), cancellationToken).ConfigureAwait(false);
            }
            catch (RefusedException refused)
            {
                logger.LineageRefused(due.Id, refused.Message);
                await events.RefusedAsync(due.Id, refused.Message, cancellationToken).ConfigureAwait(false);
                continue;
            }
            catch (Exception exception) when (
                exception is HttpRequestException or IOException or UnauthorizedAccessException
                || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                var pause = TimeSpan.FromSeconds(Math.Pow(2, Math.Min(due.Tries, MostBackoffDoublings)));
                logger.LineageWaits(due.Id, exception.Message);
                await events.PostponeAsync([.. batch.Where(left => left.Id >= due.Id).Select(left => left.Id)], pause, cancellationToken)
                    .ConfigureAwait(false);
                break;
            }

            // A kill here sends it again.
            await events.DeliveredAsync([due.Id], cancellationToken).ConfigureAwait(false);
            delivered++;
        }

        if (delivered == BatchSize)
            Wake();
        return delivered;
    }

    private async Task SendAsync(string json, CancellationToken cancellationToken)
    {
        if (options.Url is null)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(options.File!))!);
            await File.AppendAllTextAsync(options.File!, json + "\n", cancellationToken).ConfigureAwait(false);
            return;
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, options.Url);
        request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        if (options.ApiKey is { } key)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var answer = await http.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (answer.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity or HttpStatusCode.RequestEntityTooLarge)
            throw new RefusedException($"the receiver answered {(int)answer.StatusCode} {answer.StatusCode}");
        answer.EnsureSuccessStatusCode();
    }

    private sealed class RefusedException(string message) : Exception(message);
}
