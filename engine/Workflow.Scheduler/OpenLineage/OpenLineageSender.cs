using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Workflow.Postgres.Lineage;
using Workflow.Scheduler.Services;

namespace Workflow.Scheduler.OpenLineage;

/// <summary>
/// Delivers lineage events from the outbox, those of a run in order, and each at least once. A kill between a delivery and its record sends the
/// event again, with the same ids. A receiver that is away is tried again ever more seldom. An event at which the receiver stumbles holds up its
/// run and no other, for a day; one that it calls wrong, or that cannot be written, is given up. Without a receiver, events are deleted by age.
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

    // A day, with the pauses that there are between them. A receiver that is away as a whole answers otherwise, and is waited for.
    private const int MostStumbles = 340;

    /// <inheritdoc />
    public override async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        await events.DeleteAsync(Age, options.HasTarget, cancellationToken).ConfigureAwait(false);
        if (!options.HasTarget)
            return 0;

        var began = Stopwatch.GetTimestamp();
        var left = new List<DueEvent>(await events.ClaimAsync(BatchSize, Lease, cancellationToken).ConfigureAwait(false));
        var isFull = left.Count == BatchSize;
        var delivered = 0;
        while (left.Count > 0)
        {
            // One call may take as long again: a lease that has ended is another sender's.
            if (Stopwatch.GetElapsedTime(began) > Lease / 2)
            {
                await events.PostponeAsync([.. left.Select(one => one.Id)], TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
                break;
            }

            var due = left[0];
            left.RemoveAt(0);
            try
            {
                await SendAsync(Write(await events.FactsAsync(due.Id, cancellationToken).ConfigureAwait(false)), cancellationToken).ConfigureAwait(false);
            }
            catch (RefusedException refused)
            {
                await GiveUpAsync(due, refused.Message, cancellationToken).ConfigureAwait(false);
                continue;
            }
            catch (Exception exception) when (
                exception is HttpRequestException or IOException or UnauthorizedAccessException
                || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                var stumbled = exception is HttpRequestException { StatusCode: HttpStatusCode.InternalServerError };
                if (stumbled && due.Tries >= MostStumbles)
                {
                    await GiveUpAsync(due, $"the receiver answered 500 {due.Tries} times", cancellationToken).ConfigureAwait(false);
                    continue;
                }

                var waiting = left.Where(one => !stumbled || one.RunId == due.RunId).Prepend(due).ToList();
                var pause = TimeSpan.FromSeconds(Math.Pow(2, Math.Min(due.Tries, MostBackoffDoublings)));
                logger.LineageWaits(due.Id, exception.Message);
                await events.PostponeAsync([.. waiting.Select(one => one.Id)], pause, cancellationToken).ConfigureAwait(false);
                left.RemoveAll(waiting.Contains);
                continue;
            }

            // A kill here sends it again.
            await events.DeliveredAsync([due.Id], cancellationToken).ConfigureAwait(false);
            delivered++;
        }

        if (isFull && delivered > 0)
            Wake();
        return delivered;
    }

    private Task GiveUpAsync(DueEvent due, string reason, CancellationToken cancellationToken)
    {
        logger.LineageRefused(due.Id, reason);
        return events.RefusedAsync(due.Id, reason, cancellationToken);
    }

    private string Write(string facts)
    {
        try
        {
            return RunEvent.Of(JsonNode.Parse(facts)!, options.Namespace).ToJsonString();
        }
        catch (Exception exception)
        {
            // Nothing but the rows has a part in it, and those stay as they are.
            throw new RefusedException($"it cannot be written: {exception.Message}");
        }
    }

    private async Task SendAsync(string json, CancellationToken cancellationToken)
    {
        if (options.Url is null)
        {
            await EventFile.AppendAsync(options.File!, json, cancellationToken).ConfigureAwait(false);
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
