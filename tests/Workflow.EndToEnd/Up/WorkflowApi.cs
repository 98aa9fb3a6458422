using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Workflow.Testing;

namespace Workflow.EndToEnd.Up;

/// <summary>The REST API of a running server, as far as tests ask it.</summary>
internal sealed class WorkflowApi(HttpClient http)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    public async Task<JsonNode> GetAsync(string path)
    {
        using var response = await http.GetAsync(path);
        var text = await response.Content.ReadAsStringAsync();
        response.IsSuccessStatusCode.ShouldBeTrue($"GET {path}: {(int)response.StatusCode} {text}");
        return JsonNode.Parse(text)!;
    }

    /// <summary>The objects of a collection.</summary>
    public async Task<IReadOnlyList<JsonNode>> ListAsync(string path, string key) =>
        [.. (await GetAsync(path))[key]!.AsArray().Select(item => item!)];

    /// <returns>The id of the new run.</returns>
    public async Task<string> TriggerAsync(string dagId, JsonObject? conf = null)
    {
        var body = new JsonObject { ["conf"] = conf ?? [], ["logical_date"] = null };
        using var response = await http.PostAsJsonAsync($"dags/{dagId}/dagRuns", body);
        var text = await response.Content.ReadAsStringAsync();
        response.IsSuccessStatusCode.ShouldBeTrue($"{(int)response.StatusCode} {text}");
        return (string)JsonNode.Parse(text)!["dag_run_id"]!;
    }

    public async Task<string> RunStateAsync(string dagId, string runId) => (string)(await GetAsync(Run(dagId, runId)))["state"]!;

    public Task<IReadOnlyList<JsonNode>> TasksAsync(string dagId, string runId) =>
        ListAsync($"{Run(dagId, runId)}/taskInstances", "task_instances");

    public async Task<string> TaskStateAsync(string dagId, string runId, string taskId) =>
        (string)(await TasksAsync(dagId, runId)).Single(task => (string?)task["task_id"] == taskId)["state"]!;

    /// <summary>The states of a task's attempts, oldest first.</summary>
    public async Task<IReadOnlyList<string>> TriesAsync(string dagId, string runId, string taskId) =>
        [.. (await ListAsync($"{Run(dagId, runId)}/taskInstances/{taskId}/tries", "tries")).Select(attempt => (string)attempt["state"]!)];

    public Task UntilTaskAsync(string dagId, string runId, string taskId, string state) => Eventually.TrueAsync(
        async () => await TaskStateAsync(dagId, runId, taskId) == state, Limit, $"{taskId} of {runId} is {state}");

    /// <summary>Waits until a run has ended, and requires that it succeeded.</summary>
    public async Task UntilSuccessAsync(string dagId, string runId)
    {
        var state = "";
        await Eventually.TrueAsync(
            async () => (state = await RunStateAsync(dagId, runId)) != "running", Limit, $"run {runId} of {dagId} ends");
        state.ShouldBe("success", string.Join(Environment.NewLine, await TasksAsync(dagId, runId)));
    }

    private static string Run(string dagId, string runId) => $"dags/{dagId}/dagRuns/{Uri.EscapeDataString(runId)}";
}
