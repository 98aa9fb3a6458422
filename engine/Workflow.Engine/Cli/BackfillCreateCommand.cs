using System.CommandLine;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Workflow.Engine.Cli;

/// <summary><c>backfill create</c>: creates a backfill, or says what it would do; stays with it until its end if asked to.</summary>
internal static class BackfillCreateCommand
{
    private const int PageSize = 1000;

    internal static Command Create(Verbs verbs)
    {
        var dag = new Option<string>("--dag-id") { Description = "Id of the DAG.", HelpName = "ID", Required = true };
        var from = new Option<string>("--from-date")
        {
            Description =
                "First date: 2026-01-01 for midnight in the schedule's time zone, or an ISO time, in UTC unless it names an offset.",
            HelpName = "DATE",
            Required = true,
        };
        var to = new Option<string>("--to-date")
        {
            Description = "Last date, included: 2026-01-31 for the end of that day in the schedule's time zone, or an ISO time, as above.",
            HelpName = "DATE",
            Required = true,
        };
        var reprocess = new Option<string>("--reprocess-behavior")
        {
            Description = "Which runs that exist already run again: none, failed (or cancelled) ones, or all that are completed.",
            DefaultValueFactory = _ => "none",
        }.AcceptOnlyFromAmong("none", "failed", "completed");
        var limit = new Option<int>("--max-active-runs")
        {
            Description = "How many of its runs run at once, whatever else the DAG has running.",
            HelpName = "N",
            DefaultValueFactory = _ => Runs.BackfillPolicy.DefaultMaxActiveRuns,
        };
        limit.AtLeastOne();
        var backwards = new Option<bool>("--run-backwards") { Description = "Begin with the newest date." };
        var conf = new Option<string?>("--conf", "--dag-run-conf")
        {
            Description = "Parameters of the runs, as a JSON object or @file.json.",
            HelpName = "JSON",
        };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only list the dates and what would become of each." };
        var wait = new Option<bool>("--wait", "-w")
        {
            Description = "Wait for the end of the backfill; succeed only if all of its runs do.",
        };
        Symbol[] symbols = [dag, from, to, reprocess, limit, backwards, conf, dryRun, wait];
        return verbs.Verb("create", "Runs a DAG for dates of its schedule that have passed.", symbols, async (parsed, session, token) =>
        {
            var body = new JsonObject
            {
                ["dag_id"] = parsed.GetRequiredValue(dag),
                ["from_date"] = parsed.GetRequiredValue(from),
                ["to_date"] = parsed.GetRequiredValue(to),
                ["reprocess_behavior"] = parsed.GetRequiredValue(reprocess),
                ["max_active_runs"] = parsed.GetValue(limit),
                ["run_backwards"] = parsed.GetValue(backwards),
                ["dag_run_conf"] = TriggerRequest.Conf(session.Terminal, parsed.GetValue(conf)),
            };
            return parsed.GetValue(dryRun)
                ? await DryRunAsync(session, body, token)
                : await CreateAsync(session, body, parsed.GetValue(wait), token);
        });
    }

    private static async Task<int> DryRunAsync(Session session, JsonObject body, CancellationToken cancellationToken)
    {
        var dates = new JsonArray();
        int total;
        do
        {
            var page = await session.Api.PostAsync($"backfills/dry_run?limit={PageSize}&offset={dates.Count}", body, cancellationToken);
            total = page.Int("total_entries");
            var items = page.List("dates").Select(date => date?.DeepClone()).ToList();
            foreach (var date in items)
                dates.Add(date);
            if (items.Count == 0)
                break;
        }
        while (dates.Count < total);
        session.Show(dates, () =>
        {
            session.Console.Write(BackfillView.DatesTable(session, dates));
            var counts = dates.GroupBy(date => BackfillView.Outcome(date.Text("outcome")))
                .Select(group => $"{Format.Count(group.Count())} {group.Key}");
            session.Note($"{Format.Count(dates.Count)} dates: {string.Join(", ", counts)}. Nothing was done.");
        });
        return ExitCodes.Success;
    }

    private static async Task<int> CreateAsync(Session session, JsonObject body, bool wait, CancellationToken cancellationToken)
    {
        JsonNode backfill;
        try
        {
            backfill = await session.Api.PostAsync("backfills", body, cancellationToken);
        }
        catch (OperationCanceledException stopped)
        {
            throw new ClientException(
                "Interrupted before the server answered: the backfill may have been created. "
                + $"See `workflow backfill list --dag-id {body.Text("dag_id")}`.",
                stopped);
        }

        var (id, dag) = (BackfillView.IdOf(backfill), backfill.Text("dag_id"));
        if (wait)
            return await WaitAsync(session, id, dag, cancellationToken);
        session.Show(backfill, () =>
        {
            session.Line($"Backfill {id} of {dag} has {Format.Count(backfill.Map("progress").Number("dates"))} dates.");
            session.Note($"See it with: workflow backfill show {id}");
        });
        return ExitCodes.Success;
    }

    private static async Task<int> WaitAsync(Session session, long id, string? dag, CancellationToken cancellationToken)
    {
        JsonNode end;
        try
        {
            end = await BackfillWatcher.WatchAsync(session, id, cancellationToken);
        }
        catch (OperationCanceledException stopped)
        {
            throw new ClientException(
                $"No longer waiting; backfill {id} goes on. See it with `workflow backfill show {id}`, end it with `workflow backfill cancel {id}`.",
                stopped);
        }

        var look = StateLook.Of(end.Text("state"));
        session.Show(end, () => session.Console.MarkupLine(look.Paint($"{look.Plain}: backfill {id} of {dag}")));
        var runs = end.Map("progress").Map("runs");
        var failed = runs.Int("failed") + runs.Int("cancelled");
        if (end.Text("state") == "completed" && failed == 0)
            return ExitCodes.Success;
        session.Note(end.Text("state") == "completed"
            ? $"{Format.Count(failed)} of its runs did not succeed. See them with: workflow backfill show {id}"
            : $"Backfill {id} of {dag} was cancelled.");
        return ExitCodes.Failure;
    }
}
