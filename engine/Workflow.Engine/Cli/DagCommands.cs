using System.CommandLine;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Workflow.Engine.Cli;

/// <summary><c>dags list|show|pause|unpause|list-import-errors|next-execution</c>.</summary>
internal static class DagCommands
{
    internal static Argument<string> IdArgument => new("ID") { Description = "Id of the DAG." };

    internal static IEnumerable<Command> All(Verbs verbs)
    {
        var id = IdArgument;
        yield return verbs.Verb("list", "Lists DAGs.", [], (_, session, token) => ListAsync(session, token));
        yield return verbs.Verb("show", "Shows a DAG, its parameters and its graph.", [id], (parsed, session, token) =>
            ShowAsync(session, parsed.GetRequiredValue(id), token));
        yield return verbs.Verb("pause", "Stops the schedule of a DAG; runs go on.", [id], (parsed, session, token) =>
            PauseAsync(session, parsed.GetRequiredValue(id), true, token));
        yield return verbs.Verb("unpause", "Lets the schedule of a DAG go on.", [id], (parsed, session, token) =>
            PauseAsync(session, parsed.GetRequiredValue(id), false, token));
        yield return verbs.Verb("list-import-errors", "Lists what keeps files from becoming DAGs.", [], (_, session, token) =>
            ListImportErrorsAsync(session, token));
        yield return verbs.Verb("next-execution", "Says when the schedule starts the next run.", [id], (parsed, session, token) =>
            ShowNextAsync(session, parsed.GetRequiredValue(id), token));
    }

    private static async Task ListAsync(Session session, CancellationToken cancellationToken)
    {
        var dags = await session.Api.ListAsync("dags", "dags", null, null, cancellationToken);
        session.ShowList(dags, "No DAGs yet. Write a class that implements IDag into a .cs file of the folder dags.", () =>
        {
            var table = Grid.Of("DAG", "Status", "Latest run", "Schedule", "Next run", "Version", "Owners").AlignRight(5);
            foreach (var dag in dags)
            {
                var latest = dag.List("recent_runs").MaxBy(run => run.Time("start_date") ?? run.Time("logical_date"));
                table.Row(
                    dag.Text("dag_id"),
                    Status(dag),
                    latest is null ? null : StateLook.Of(latest.Text("state")),
                    Schedule(dag),
                    session.Time(dag.Time("next_dagrun_run_after")),
                    Format.Count(dag.Number("latest_version")),
                    Format.Names(dag.Texts("owners")));
            }

            return table;
        });
    }

    private static async Task ShowAsync(Session session, string id, CancellationToken cancellationToken)
    {
        var dag = await session.Api.GetAsync(Paths.Dag(id) + "/details", cancellationToken);
        session.Show(dag, () => View(session, dag));
    }

    private static void View(Session session, JsonNode dag)
    {
        session.Console.Write(Grid.Facts(
            ("DAG", dag.Text("dag_id")),
            ("Status", Status(dag)),
            ("Message", dag.Text("message")),
            ("Description", dag.Text("description")),
            ("Schedule", Schedule(dag)),
            ("Next run", session.Time(dag.Time("next_dagrun_run_after"))),
            ("Version", Format.Count(dag.Number("latest_version"))),
            ("Owners", Format.Names(dag.Texts("owners"))),
            ("Tags", Format.Names(dag.List("tags").Select(tag => tag.Text("name") ?? ""))),
            ("File", dag.Text("fileloc"))));
        if (dag.List("params") is { Count: > 0 } parameters)
        {
            session.Console.Heading("Parameters");
            var table = Grid.Of("Name", "Type", "Default", "Help");
            foreach (var parameter in parameters)
            {
                var standard = parameter.Flag("required") ? "required" : Format.Value((parameter as JsonObject)?["default"]);
                table.Row(parameter.Text("name"), parameter.Text("type"), standard, parameter.Text("help"));
            }

            session.Console.Write(table);
        }

        session.Console.Heading("Graph");
        foreach (var line in GraphText.Draw(dag.Map("graph").List("tasks")))
            session.Line(line);
    }

    private static async Task PauseAsync(Session session, string id, bool pause, CancellationToken cancellationToken)
    {
        var change = new JsonObject { ["is_paused"] = pause };
        var dag = await session.Api.PatchAsync(Paths.Dag(id) + "?update_mask=is_paused", change, cancellationToken);
        session.Show(dag, () => session.Line(
            pause ? $"{id} is paused: its schedule starts no more runs." : $"{id} is unpaused. Next run: {Next(session, dag)}"));
    }

    private static async Task ListImportErrorsAsync(Session session, CancellationToken cancellationToken)
    {
        var errors = await session.Api.ListAsync("importErrors", "import_errors", null, null, cancellationToken);
        session.ShowList(errors, "No import errors: every file became a DAG.", () =>
        {
            var table = Grid.Of("File", "Line", "Column", "Code", "Message").AlignRight(1, 2);
            foreach (var error in errors)
            {
                var diagnostics = error.List("diagnostics");
                if (diagnostics.Count == 0)
                    table.Row(error.Text("filename"), null, null, null, error.Text("stack_trace"));
                foreach (var diagnostic in diagnostics)
                {
                    table.Row(
                        diagnostic.Text("file"),
                        diagnostic.Int("line"),
                        diagnostic.Int("column"),
                        diagnostic.Text("code"),
                        diagnostic.Text("message"));
                }
            }

            return table;
        });
    }

    private static async Task ShowNextAsync(Session session, string id, CancellationToken cancellationToken)
    {
        var dag = await session.Api.GetAsync(Paths.Dag(id), cancellationToken);
        string[] fields = ["dag_id", "next_dagrun_run_after", "is_paused", "timetable_summary", "timetable_timezone"];
        var answer = new JsonObject(fields.Select(field => KeyValuePair.Create(field, dag[field]?.DeepClone())));
        session.Show(answer, () => session.Line(Next(session, dag)));
    }

    private static string Next(Session session, JsonNode dag)
    {
        if (dag.Flag("is_paused"))
            return "none while the DAG is paused";
        if (dag.Text("timetable_summary") is null)
            return "none: the DAG has no schedule";
        return dag.Time("next_dagrun_run_after") is { } next ? session.Time(next) : "none";
    }

    private static Markup Status(JsonNode? dag)
    {
        if (dag.Flag("has_import_errors"))
            return new Markup(StateLook.Of("failed").Paint("✗ import error"));
        if (!dag.Flag("is_active"))
            return new Markup(StateLook.Of("removed").Paint("– file is gone"));
        return dag.Flag("is_paused") ? new Markup(StateLook.Of("pending").Paint("■ paused")) : new Markup("active");
    }

    private static string Schedule(JsonNode? dag) =>
        dag.Text("timetable_summary") is { } cron ? $"{cron} ({dag.Text("timetable_timezone")})" : Format.Nothing;
}
