using Workflow.Testing;

namespace Workflow.EndToEnd.Up;

/// <summary><c>workflow dags test</c>, which needs no server.</summary>
public sealed class DagsTestTests
{
    private static readonly string Dags = Path.Combine(PostgresServer.Checkout, "dags");

    [Fact]
    public async Task DagsTest_ExampleDag_SucceedsWithoutAServerAndPrintsWhatHappens()
    {
        const string conf = """{"month": "2024-02", "rows": 2000}""";

        var result = await Playground.RunAsync("dags", "test", "taxi_fare_nightly", "--conf", conf, "--dags", Dags);

        result.ShouldSucceed();
        result.Output.ShouldContain("[promote] success");
        result.Output.ShouldContain("Run of taxi_fare_nightly: success");
    }

    [Fact]
    public async Task DagsTest_UnknownDag_FailsAndNamesTheKnownOnes()
    {
        var result = await Playground.RunAsync("dags", "test", "taxi_fare", "--dags", Dags);

        result.ExitCode.ShouldBe(1, result.ToString());
        result.Error.ShouldContain("taxi_fare_nightly");
    }
}
