namespace Workflow.EndToEnd.Cli;

/// <summary>Answers of the API.</summary>
internal static class Canned
{
    internal const string Dag = """
        {
          "dag_id": "taxi", "dag_display_name": "taxi", "description": "Fares, it's nightly", "is_paused": false, "is_active": true,
          "timetable_summary": "0 2 * * *", "timetable_timezone": "America/New_York", "next_dagrun_run_after": "2026-01-02T07:00:00Z",
          "owners": ["data"], "tags": [{"name": "ml"}], "fileloc": "dags/Taxi.cs", "has_import_errors": false, "latest_version": 1234,
          "last_seen_at": "2026-01-01T00:00:00Z", "message": null,
          "recent_runs": [{"dag_run_id": "r1", "state": "failed", "run_type": "manual", "start_date": "2025-12-31T00:00:00Z"}]
        }
        """;

    internal const string PausedDag = """
        {
          "dag_id": "idle", "dag_display_name": "idle", "is_paused": true, "is_active": true, "timetable_timezone": "UTC",
          "owners": [], "tags": [], "fileloc": "dags/Idle.cs", "has_import_errors": false, "last_seen_at": "2026-01-01T00:00:00Z",
          "recent_runs": []
        }
        """;

    internal const string Graph = """
        {"tasks": [
          {"task_id": "ingest", "kind": "task", "upstream_task_ids": []},
          {"task_id": "quality", "kind": "gate", "upstream_task_ids": ["ingest"]},
          {"task_id": "train", "kind": "train", "upstream_task_ids": ["quality"]},
          {"task_id": "profile", "kind": "task", "upstream_task_ids": ["quality"]},
          {"task_id": "promote", "kind": "promote", "upstream_task_ids": ["profile", "train"]}
        ]}
        """;

    internal const string Verdict = """
        {
          "run_id": "r1", "dag_id": "taxi", "task_id": "quality", "map_index": -1, "try_number": 1, "verdict": "fail", "subject": "fares 3",
          "created_at": "2026-01-01T00:00:00Z",
          "checks": [
            {"check": "not_null", "column": "fare", "verdict": "pass", "observed": 0, "threshold": "= 0", "sample_rows": []},
            {"check": "between", "column": "fare", "verdict": "fail", "observed": 0.98765, "threshold": ">= 0.99", "sample_rows": [],
             "message": "4 rows out of range"}
          ]
        }
        """;

    internal static string Run(string state, string counts = "{}", string? failure = null, string run = "r1", string dag = "taxi") => $$"""
        {
          "dag_run_id": "{{run}}", "dag_id": "{{dag}}", "run_type": "manual", "state": "{{state}}", "logical_date": null,
          "run_after": "2026-01-01T00:00:00Z", "queued_at": "2026-01-01T00:00:00Z", "start_date": "2025-12-31T23:58:48Z",
          "end_date": null, "duration": {{(state == "running" ? "null" : "72")}}, "conf": {"month": "2019-01"}, "dag_version_number": 3,
          "triggered_by": "ada", "note": null, "failure": {{failure ?? "null"}}, "task_counts": {{counts}}
        }
        """;

    internal static string Task(string id, string state, int attempt = 1, string duration = "1.2", string message = "null") => $$"""
        {
          "task_id": "{{id}}", "map_index": -1, "state": "{{state}}", "try_number": {{attempt}}, "max_tries": 4, "queue": "default",
          "duration": {{duration}}, "message": {{message}}, "kind": "task"
        }
        """;

    internal static string Page(string key, params string[] items) =>
        $$"""{"{{key}}": [{{string.Join(',', items)}}], "total_entries": {{items.Length}}}""";

    internal static string Log(int from, int to, bool complete = true)
    {
        var lines = Enumerable.Range(from, to - from + 1).Select(seq =>
        {
            var level = seq == to ? "error" : "output";
            return $$"""{"seq": {{seq}}, "time": "2026-01-01T00:00:{{seq:00}}Z", "level": "{{level}}", "text": "line {{seq}}"}""";
        });
        return $$"""{"lines": [{{string.Join(',', lines)}}], "next": {{to}}, "complete": {{(complete ? "true" : "false")}}}""";
    }
}
