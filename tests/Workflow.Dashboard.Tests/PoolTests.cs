using System.Text.Json;
using Workflow.Graphs;

namespace Workflow.Dashboard.Tests;

/// <summary>Each test has a server of its own: the default pool concerns all DAGs.</summary>
public sealed class PoolTests : IAsyncLifetime
{
    private DashboardServer server = null!;

    public async ValueTask InitializeAsync() => server = await DashboardServer.StartAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task List_AtFirst_HasTheDefaultPoolWithoutLimit()
    {
        var pools = await server.GetAsync("/pools");

        pools.All("pools", "name").ShouldBe(["default_pool"]);
        pools.Int("pools/0/slots").ShouldBe(-1);
        pools.IsNull("pools/0/open_slots").ShouldBeTrue();
    }

    [Fact]
    public async Task Pool_FromMakingToDeleting_ShowsWhatIsTaken()
    {
        var (made, pool) = await server.PostAsync("/pools", """{"name":"gpu","slots":3,"description":"cards"}""");
        var twice = await server.PostAsync("/pools", """{"name":"gpu","slots":1}""");
        await server.Given.DagAsync("uses",
            new DagGraph([.. Enumerable.Range(0, 3).Select(at => Given.Task(at, $"t{at}") with { Pool = "gpu", PoolSlots = 2 })]));
        await server.Given.RunAsync("uses", "r");
        await server.Given.AdmitAsync();

        made.ShouldBe(200, pool.ToString());
        pool.Text("description").ShouldBe("cards");
        twice.Status.ShouldBe(409);
        var used = await server.GetAsync("/pools/gpu");
        used.Int("occupied_slots").ShouldBe(2);
        used.Int("running_slots").ShouldBe(0);
        used.Int("queued_slots").ShouldBe(4);
        used.Int("open_slots").ShouldBe(1);
        var shrunk = await PatchAsync("gpu", """{"slots":1}""");
        shrunk.Status.ShouldBe(409);
        shrunk.Body.Text("detail").ShouldContain("uses.t0, uses.t1, uses.t2");
        (await PatchAsync("gpu", """{"slots":2}""")).Body.Int("slots").ShouldBe(2);
        var inUse = await server.SendAsync(HttpMethod.Delete, "/pools/gpu");
        inUse.Status.ShouldBe(409);
        inUse.Body.Text("detail").ShouldContain("uses.t0");
    }

    [Fact]
    public async Task Delete_OfAPool_WorksWhenNobodyNeedsItAndNeverOnTheDefault()
    {
        await server.PostAsync("/pools", """{"name":"idle","slots":1}""");

        (await server.SendAsync(HttpMethod.Delete, "/pools/idle")).Status.ShouldBe(204);
        (await server.SendAsync(HttpMethod.Delete, "/pools/idle")).Status.ShouldBe(404);
        var byDefault = await server.SendAsync(HttpMethod.Delete, "/pools/default_pool");
        byDefault.Status.ShouldBe(409);
        byDefault.Body.Text("detail").ShouldContain("-1 for no limit");
    }

    [Theory]
    [InlineData("""{"name":"","slots":1}""")]
    [InlineData("""{"name":"p","slots":-2}""")]
    [InlineData("""{"name":"p"}""")]
    public async Task Create_OfWhatCannotBe_Is422(string json) => (await server.PostAsync("/pools", json)).Status.ShouldBe(422);

    [Fact]
    public async Task Change_OfTheDefaultPoolToALimit_HoldsForTasksThatAreThereAlready()
    {
        await server.Given.DagAsync("limited",
            new DagGraph([.. Enumerable.Range(0, 4).Select(at => Given.Task(at, $"t{at}", queue: at == 0 ? "first" : "rest"))]));
        var worker = await server.Given.WorkerAsync("w");
        await server.Given.RunAsync("limited", "r");
        (await server.Given.ClaimAsync(worker, "first")).ShouldHaveSingleItem();

        (await PatchAsync("default_pool", """{"slots":2}""")).Status.ShouldBe(200);
        var unadmitted = await server.Given.ClaimAsync(worker);
        await server.Given.AdmitAsync();
        var admitted = await server.Given.ClaimAsync(worker);
        (await PatchAsync("default_pool", """{"slots":-1}""")).Status.ShouldBe(200);
        await server.Given.AdmitAsync();

        unadmitted.ShouldBeEmpty();
        admitted.Count.ShouldBe(1);
        (await server.Given.ClaimAsync(worker)).Count.ShouldBe(2);
    }

    private Task<(int Status, JsonElement Body)> PatchAsync(string pool, string json) =>
        server.SendAsync(HttpMethod.Patch, $"/pools/{pool}", json);
}
