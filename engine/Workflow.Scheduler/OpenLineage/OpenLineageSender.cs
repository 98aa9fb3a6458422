using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Npgsql;
using Workflow.Postgres.Lineage;
using Workflow.Scheduler.Services;

namespace Workflow.Scheduler.OpenLineage;

/// <summary>
/// Delivers lineage events from the outbox, those of a run in order, and each at least once. A kill between a delivery and its record sends
/// the event again, with the same ids. One that is not taken holds up its run and no other, and is tried again ever more seldom: whether it
/// is the event or the receiver that is to blame shows in what becomes of the next one. One that the receiver calls wrong is given up, and
/// so is one that it does not take in many tries between which it took others. Without a receiver, events are deleted by age.
/// </summary>
public sealed class OpenLineageSender(
    LineageEventStore events, OpenLineageOptions options, HttpClient http, ILogger<OpenLineageSender> logger)
    : IntervalService(TimeSpan.FromSeconds(2), logger)
{
    /// <summary>How long a batch stays with a sender that does not answer any more.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromMinutes(5);

    /// <summary>How long an event is kept.</summary>
    public static readonly TimeSpan Age = TimeSpan.FromDays(7);

    private const int BatchSize = 50;
    private const int MostBackoffDoublings = 8;

    // About seven hours, with the pauses between them.
    private const int MostStumbles = 100;

    /// <inheritdoc />
    public override async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        await events.DeleteAsync(Age, options.HasTarget, cancellationToken).ConfigureAwait(false);
        if (!options.HasTarget)
            return 0;

        var began = Stopwatch.GetTimestamp();
        var left = new Queue<DueEvent>(await events.ClaimAsync(BatchSize, Lease, cancellationToken).ConfigureAwait(false));
        var isFull = left.Count == BatchSize;
        var delivered = 0;
        try
        {
            // One call may take as long again: a lease that has ended is another sender's. After a failure the next turn begins with
            // another run, so that a receiver which is away is asked once a turn.
            var goesOn = true;
            while (goesOn && Stopwatch.GetElapsedTime(began) < Lease / 2 && left.TryPeek(out var due))
            {
                var delivery = await DeliverAsync(due, cancellationToken).ConfigureAwait(false);
                left.Dequeue();
                delivered += delivery == Delivery.Done ? 1 : 0;
                goesOn = delivery != Delivery.Failed;
            }
        }
        finally
        {
            // Also at a stop: their runs would else wait for the whole lease.
            if (left.Count > 0)
                await events.ReleaseAsync(left, CancellationToken.None).ConfigureAwait(false);
        }

        if (isFull && delivered > 0)
            Wake();
        return delivered;
    }

    private async Task<Delivery> DeliverAsync(DueEvent due, CancellationToken cancellationToken)
    {
        try
        {
            await SendAsync(Write(await events.FactsAsync(due.Id, cancellationToken).ConfigureAwait(false)), cancellationToken)
                .ConfigureAwait(false);
        }
        catch (RefusedException refused)
        {
            return await GiveUpAsync(due, refused.Message, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (
            exception is HttpRequestException or IOException or UnauthorizedAccessException or NpgsqlException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            var pause = TimeSpan.FromSeconds(Math.Pow(2, Math.Min(due.Tries + 1, MostBackoffDoublings)));
            var stumbles = await events.FailedAsync(due, pause, cancellationToken).ConfigureAwait(false);
            if (stumbles >= MostStumbles)
            {
                var reason = $"it failed {stumbles} times while others were delivered: {exception.Message}";
                return await GiveUpAsync(due, reason, cancellationToken).ConfigureAwait(false);
            }

            logger.LineageWaits(due.Id, exception.Message);
            return Delivery.Failed;
        }

        // A kill here sends it again.
        await events.DeliveredAsync(due.Id, cancellationToken).ConfigureAwait(false);
        return Delivery.Done;
    }

    private async Task<Delivery> GiveUpAsync(DueEvent due, string reason, CancellationToken cancellationToken)
    {
        logger.LineageRefused(due.Id, reason);
        await events.RefusedAsync(due.Id, reason, cancellationToken).ConfigureAwait(false);
        return Delivery.GivenUp;
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

    private enum Delivery
    {
        Done,
        GivenUp,
        Failed,
    }

    private sealed class RefusedException(string message) : Exception(message);
}
