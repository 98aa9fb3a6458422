using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Workflow.Engine.Cli;

/// <summary><c>dags simulate</c>: says what would run when, where it queues up and which deadlines are missed.</summary>
internal static class SimulateCommand
{
    private const int MostRows = 200;

    internal static Command Create(Verbs verbs)
    {
        var id = DagCommands.IdArgument;
        var from = Date("--from", "The first instant at which runs may be due; UTC unless it names an offset.");
        var to = Date("--to", "The last one.");
        var durations = new Option<string?>("--durations")
        {
            Description =
                "How long tasks take: 30s for all, extract=2m,train=1h,*=30s, or measured for the medians of the last runs (default).",
            HelpName = "SPEC",
        };
        var slots = new Option<int?>("--slots")
        {
            Description = "How many tasks the workers run at once. Default: no limit.",
            HelpName = "N",
        };
        return verbs.Verb(
            "simulate", "Says what would run when, without running anything.", [id, from, to, durations, slots], (parsed, session, token) =>
            {
                var query = $"from={TriggerRequest.Instant(from.Name, parsed.GetRequiredValue(from))}"
                    + $"&to={TriggerRequest.Instant(to.Name, parsed.GetRequiredValue(to))}"
                    + (parsed.GetValue(durations) is { } spec ? $"&durations={Paths.Escape(spec)}" : "")
                    + (parsed.GetValue(slots) is { } count ? string.Create(CultureInfo.InvariantCulture, $"&slots={count}") : "");
                return ShowAsync(session, parsed.GetRequiredValue(id), query, token);
            });
    }

    private static async Task ShowAsync(Session session, string id, string query, CancellationToken cancellationToken)
    {
        var answer = await session.Api.GetAsync($"{Paths.Dag(id)}/simulate?{query}", cancellationToken);
        session.Show(answer, () => View(session, answer));
    }

    private static void View(Session session, JsonNode answer)
    {
        var queue = answer.Int("longest_queue");
        session.Console.Write(Grid.Facts(
            ("DAG", answer.Text("dag_id")),
            ("Runs", Format.Count(answer.Number("total_runs"))),
            ("Task instances", Format.Count(answer.Number("total_tasks"))),
            ("Longest queue", queue == 0 ? "no run waits for its start"
                : $"{queue} runs at {session.Time(answer.Time("longest_queue_at"))}"),
            ("Missed deadlines", Format.Count(answer.List("missed_deadlines").Count)),
            ("Busiest pool", answer.List("pools").FirstOrDefault() is { } pool ? Use(pool) : null),
            ("Assumed", Assumed(answer))));
        var runs = answer.List("runs");
        if (runs.Count > 0)
        {
            session.Console.Heading("Runs");
            foreach (var line in RunTimeline.Draw(runs, MostRows, session.Time))
                session.Line(line);
        }

        if (answer.List("waits") is { Count: > 0 } waits)
        {
            session.Console.Heading("Tasks wait for");
            var table = Grid.Of("What", "Attempts", "In all", "Longest").AlignRight(1, 2, 3);
            foreach (var wait in waits)
            {
                table.Row(
                    wait.Text("what"), Format.Count(wait.Number("attempts")), Format.Duration(wait.Number("total_seconds")),
                    Format.Duration(wait.Number("longest_seconds")));
            }

            session.Console.Write(table);
        }

        if (answer.List("missed_deadlines") is { Count: > 0 } missed)
        {
            session.Console.Heading("Missed deadlines");
            var table = Grid.Of("Run", "Due", "Ends", "Late by").AlignRight(3);
            foreach (var deadline in missed.Take(MostRows))
            {
                var late = deadline.Time("end_date") - deadline.Time("due_at");
                table.Row(
                    session.Time(deadline.Time("logical_date")), session.Time(deadline.Time("due_at")),
                    deadline.Time("end_date") is { } end ? session.Time(end) : "never", Format.Duration(late?.TotalSeconds));
            }

            session.Console.Write(table);
            if (missed.Count > MostRows)
                session.Note($"{missed.Count - MostRows} more: see --output json.");
        }
    }

    private static string Use(JsonNode pool) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{pool.Text("pool")}: {pool.Number("utilisation"):0 %} of {pool.Int("slots")} slots, {pool.Int("peak")} at most");

    /// <summary>What nobody measured or said is a guess, and must look like one.</summary>
    private static string? Assumed(JsonNode answer)
    {
        var guessed = answer.List("durations").Where(duration => duration.Text("source") == "assumed").ToList();
        return guessed.Count == 0
            ? null
            : $"{Format.Names(guessed.Select(duration => duration.Text("task_id") ?? ""))} take {Format.Duration(guessed[0].Number("seconds"))}: "
                + "never measured, say it with --durations";
    }

    private static Option<string> Date(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "ISO",
        Required = true,
    };
}
